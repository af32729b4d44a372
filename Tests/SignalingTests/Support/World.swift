import Signaling
import Testing

/// A server without a network: a hub, a store in memory, a media side that does what it is told, and clients.
final class World {
    var hub: Hub
    var store = MemoryStore()
    var now = Timestamp(seconds: 1_790_000_000)
    let random: SeededRandom
    var settings: Settings
    /// What clients have received and not yet looked at.
    var inbox: [SessionID: [Received]] = [:]
    var closed: [SessionID: String] = [:]
    /// What was asked of the media side.
    var mediaRequests: [MediaRequest] = []
    /// While set, commits, media requests and hashes are not performed but collected.
    var holdsCommits = false
    var holdsMedia = false
    var holdsHashes = false
    var heldMedia: [(MediaRequestID, MediaRequest)] = []
    var heldHashes: [(HashID, HashJob)] = []
    var heldBatch: Batch?
    /// Says which batches fail.
    var failing: (Batch) -> Bool = { _ in false }
    var batches = 0
    private var nextTag: UInt64 = 0

    /// One thing that a client receives.
    enum Received {
        case reply(Signaling.Tag, Reply)
        case event(Event)
    }

    init(seed: UInt64 = 1, _ configure: (inout Settings) -> Void = { _ in }) {
        random = SeededRandom(seed)
        var settings = Settings()
        settings.limits.messagesPerSecond = 0
        configure(&settings)
        self.settings = settings
        hub = Hub(settings: settings, snapshot: store.load(), random: random, now: now)
    }

    /// Starts the server again on what is stored.
    func restart() {
        hub = Hub(settings: settings, snapshot: store.load(), random: random, now: now)
        inbox = [:]
        closed = [:]
    }

    func pass(_ seconds: Int64) {
        let end = now.adding(seconds: seconds)
        while let next = hub.nextDeadline, next < end {
            now = max(now, next)
            run()
        }
        now = end
        run()
    }

    /// Runs until nothing is left to do.
    func run() {
        var effects: [Effect] = []
        for _ in 0..<10_000 {
            hub.advance(to: now)
            hub.takeEffects(into: &effects)
            if effects.isEmpty, hub.nextDeadline.map({ $0 > now }) ?? true || heldBatch != nil { return }
            for effect in effects { perform(effect) }
        }
        Issue.record("the hub never comes to rest")
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .reply(let id, let tag, let reply): inbox[id, default: []].append(.reply(tag, reply))
        case .deliver(let delivery):
            for id in delivery.sessions { inbox[id, default: []].append(.event(delivery.event)) }
        case .close(let id, let reason): closed[id] = reason
        case .hash(let id, let job):
            if holdsHashes { heldHashes.append((id, job)) } else { hub.complete(.hashed(id, World.hash(job))) }
        case .commit(let batch):
            #expect(heldBatch == nil, "two commits at a time")
            batches += 1
            heldBatch = batch
            if !holdsCommits { commit() }
        case .query(let id, let query): hub.complete(.queried(id, .success(store.answer(query))))
        case .media(let id, let request):
            mediaRequests.append(request)
            if holdsMedia { heldMedia.append((id, request)) } else { hub.complete(.media(id, World.outcome(request))) }
        case .pauseReading, .resumeReading: break
        }
    }

    /// Lets the held commit be done, or fail.
    func commit() {
        guard let batch = heldBatch else { return }
        heldBatch = nil
        if failing(batch) {
            hub.complete(.committed(.failure(StoreError(.diskFull, "the disk is full"))))
        } else {
            store.apply(batch)
            hub.complete(.committed(.success(())))
        }
    }

    func releaseMedia() {
        let held = heldMedia
        heldMedia = []
        for (id, request) in held { hub.complete(.media(id, World.outcome(request))) }
        run()
    }

    private static func outcome(_ request: MediaRequest) -> MediaOutcome {
        guard case .open(let open) = request else { return .done }
        guard case .offer(let sdp) = open.opening.request, sdp == "bad" else {
            return .opened(MediaAnswer(sdp: "answer", publishes: open.allowed))
        }
        return .failed(Refusal(.unsupported, "nothing of it can be had"))
    }

    static func hash(_ job: HashJob) -> HashResult {
        func text(_ secret: Secret) -> PasswordVerifier {
            PasswordVerifier("v:" + String(decoding: secret.bytes, as: UTF8.self))
        }
        switch job {
        case .make(let secret, _, _): return .made(text(secret), md5: nil, sealed: nil)
        case .verify(let secret, let verifier): return .verified(verifier == text(secret))
        case .change(let old, let verifier, let new, _):
            return verifier == text(old) ? .made(text(new), md5: nil, sealed: nil) : .verified(false)
        case .respond: return .verified(false)
        }
    }

    // MARK: Clients

    func connect(_ door: Origin.Door = .line, from address: String = "127.0.0.1") -> SessionID {
        hub.open(Origin(door: door, address: IPAddress(address)))
    }

    /// Submits without running.
    @discardableResult
    func submit(_ command: Command, _ session: SessionID) -> Signaling.Tag {
        nextTag += 1
        hub.submit(command, from: session, tag: Signaling.Tag(nextTag))
        return Signaling.Tag(nextTag)
    }

    /// Submits, runs, and takes the reply out of what arrived.
    @discardableResult
    func ask(_ session: SessionID, _ command: Command) -> Reply? {
        let tag = submit(command, session)
        run()
        return takeReply(tag, session)
    }

    func takeReply(_ tag: Signaling.Tag, _ session: SessionID) -> Reply? {
        let index = inbox[session]?.firstIndex {
            if case .reply(let other, _) = $0 { other == tag } else { false }
        }
        guard let index, case .reply(_, let reply) = inbox[session]?.remove(at: index) else { return nil }
        return reply
    }

    /// The events that arrived since the last look.
    func events(_ session: SessionID) -> [Event] {
        defer { inbox[session] = nil }
        return (inbox[session] ?? []).compactMap {
            if case .event(let event) = $0 { event } else { nil }
        }
    }

    /// The texts of the messages among them.
    func texts(_ session: SessionID) -> [String] {
        events(session).compactMap {
            if case .message(let message) = $0 { message.text } else { nil }
        }
    }

    @discardableResult
    func guest(_ name: String, _ door: Origin.Door = .line, from address: String = "127.0.0.1") throws -> SessionID {
        let session = connect(door, from: address)
        let reply = ask(session, .session(.signIn(.guest(Name.of(name)))))
        guard case .signedIn = reply else { throw Unexpected(reply) }
        _ = events(session)
        return session
    }

    func register(_ name: String, password: String = "pw") throws {
        let control = connect(.control)
        let reply = ask(control, .account(.create(NewAccount(name: Name.of(name), password: Secret(password)))))
        guard case .done = reply else { throw Unexpected(reply) }
        hub.close(control)
        run()
    }

    @discardableResult
    func signIn(
        _ name: String, password: String = "pw", _ door: Origin.Door = .line, from address: String = "127.0.0.1"
    ) throws -> SessionID {
        let session = connect(door, from: address)
        let reply = ask(session, .session(.signIn(.password(Name.of(name), Secret(password)))))
        guard case .signedIn = reply else { throw Unexpected(reply) }
        return session
    }

    /// Registers and signs in.
    @discardableResult
    func user(_ name: String, _ door: Origin.Door = .line, from address: String = "127.0.0.1") throws -> SessionID {
        try register(name)
        return try signIn(name, door, from: address)
    }
}

/// A reply that was not expected.
struct Unexpected: Error {
    let reply: Reply?

    init(_ reply: Reply?) {
        self.reply = reply
    }
}

extension Optional<Reply> {
    /// The code of a refusal; nil for anything else.
    var code: Refusal.Code? {
        if case .refused(let refusal) = self { refusal.code } else { nil }
    }

    var cause: Refusal.Cause? {
        if case .refused(let refusal) = self { refusal.cause } else { nil }
    }

    var isDone: Bool {
        switch self {
        case .some(.refused), .none: false
        default: true
        }
    }
}

extension Name {
    /// A name that a test knows to be valid.
    static func of(_ text: String) -> Name {
        Name(text) ?? .home
    }
}

@testable import Gateways
@testable import Signaling

/// A server of the line protocol without a network: connections, the hub, and a store in memory that fails when it is told to.
struct LineServer {
    /// One connection, with what it has asked and not been answered.
    struct Client {
        var connection = LineConnection()
        var session: SessionID
        var unanswered: Set<UInt64> = []
    }

    private(set) var hub: Hub
    private(set) var store = MemoryStore()
    private var clients: [Client?] = []
    private var scratch = LineWords()
    private var now = Timestamp(seconds: 1_790_000_000)
    private let random = SeededRandom(1)
    private let settings: Settings
    /// How many of the next batches cannot be stored.
    var failures = 0

    init(clients count: Int) {
        var settings = Settings()
        settings.admins = Set(["root"].compactMap { Name($0) })
        settings.limits.messagesPerSecond = 0
        settings.limits.failedSignIns = 0
        settings.timeouts.emptyRoom = 20
        settings.boards.groupSeconds = 60
        settings.boards.messageSeconds = 30
        self.settings = settings
        hub = Hub(settings: settings, snapshot: store.load(), random: random, now: now)
        for index in 0..<count {
            clients.append(nil)
            connect(index)
        }
    }

    /// What is wrong in the hub, between memory and store, and with answers that have not come.
    func faults() -> [String] {
        let waiting = clients.compactMap { $0 }.filter { !$0.unanswered.isEmpty }.count
        return hub.integrityFaults() + hub.storeFaults(store.load())
            + (waiting == 0 ? [] : ["\(waiting) connections wait for an answer"])
    }

    // What happens

    /// Connects anew where nobody is connected.
    mutating func connect(_ index: Int) {
        guard clients[index] == nil else { return }
        clients[index] = Client(session: hub.open(Origin(door: .line, address: IPAddress(v4: 0x0A00_0001))))
    }

    mutating func disconnect(_ index: Int) {
        guard let client = clients[index] else { return }
        clients[index] = nil
        hub.close(client.session)
    }

    mutating func send(_ line: String, from index: Int) {
        connect(index)
        guard var client = clients[index] else { return }
        var commands: [(Signaling.Tag, Command)] = []
        client.connection.receive(Array((line + "\n").utf8).span, scratch: &scratch) { commands.append(($0, $1)) }
        submit(commands, &client)
        clients[index] = client
    }

    /// A command of the operator's.
    mutating func operate(_ command: Command) {
        let session = hub.open(Origin(door: .control, address: nil))
        hub.submit(command, from: session, tag: Signaling.Tag(1))
        hub.close(session)
    }

    mutating func pass(_ seconds: Int64) {
        now = now.adding(seconds: seconds)
    }

    /// The process dies, and starts on what is stored.
    mutating func crash() {
        hub = Hub(settings: settings, snapshot: store.load(), random: random, now: now)
        for index in clients.indices { clients[index] = nil }
    }

    /// Runs until nothing is left to do.
    mutating func run() {
        var effects: [Effect] = []
        for _ in 0..<1_000 {
            hub.advance(to: now)
            hub.takeEffects(into: &effects)
            for effect in effects { perform(effect) }
            closeFinished()
            if effects.isEmpty, !hub.isBusy, hub.nextDeadline.map({ $0 > now }) ?? true { return }
        }
        preconditionFailure("the hub never comes to rest")
    }

    private mutating func perform(_ effect: Effect) {
        switch effect {
        case .reply(let id, let tag, let reply):
            guard let index = index(of: id), var client = clients[index] else { return }
            precondition(client.unanswered.remove(tag.number) != nil, "an answer that nobody waits for")
            var commands: [(Signaling.Tag, Command)] = []
            client.connection.reply(tag, reply, now: now, scratch: &scratch) { commands.append(($0, $1)) }
            submit(commands, &client)
            clients[index] = client
        case .deliver(let delivery):
            guard let event = LineEvent(delivery.event) else { return }
            for id in delivery.sessions { if let index = index(of: id) { clients[index]?.connection.deliver(event) } }
        case .close(let id, _): if let index = index(of: id) { clients[index] = nil }
        case .hash(let id, let job): hub.complete(.hashed(id, Self.hash(job)))
        case .commit(let batch):
            if failures > 0 {
                failures -= 1
                hub.complete(.committed(.failure(StoreError(.diskFull, "the disk is full"))))
            } else {
                store.apply(batch)
                hub.complete(.committed(.success(())))
            }
        case .query(let id, let query): hub.complete(.queried(id, .success(store.answer(query))))
        case .media(let id, _): hub.complete(.media(id, .done))
        case .pauseReading, .resumeReading: break
        }
    }

    private mutating func closeFinished() {
        for index in clients.indices {
            guard let client = clients[index] else { continue }
            clients[index]?.connection.output = []
            guard client.connection.isFinished else { continue }
            clients[index] = nil
            hub.close(client.session)
        }
    }

    private func submit(_ commands: [(Signaling.Tag, Command)], _ client: inout Client) {
        for (tag, command) in commands {
            client.unanswered.insert(tag.number)
            hub.submit(command, from: client.session, tag: tag)
        }
    }

    private func index(of session: SessionID) -> Int? { clients.firstIndex { $0?.session == session } }

    /// Passwords that hash to themselves.
    private static func hash(_ job: HashJob) -> HashResult {
        func verifier(_ secret: Secret) -> PasswordVerifier {
            PasswordVerifier("v:" + String(decoding: secret.bytes, as: UTF8.self))
        }
        switch job {
        case .make(let secret, _, _): return .made(verifier(secret), md5: nil, sealed: nil)
        case .verify(let secret, let other): return .verified(other == verifier(secret))
        case .change(let old, let other, let new, _):
            return other == verifier(old) ? .made(verifier(new), md5: nil, sealed: nil) : .verified(false)
        case .respond: return .verified(false)
        }
    }
}

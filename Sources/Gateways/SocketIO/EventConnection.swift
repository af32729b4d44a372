public import Signaling

/// One client of the event API as a state machine, on top of an Engine.IO session: messages, replies and events in, commands and packets out.
///
/// The client connects to the namespace `/` once, with what it signs in with. Each of its events is one command; the acknowledgements
/// leave in the order of the events.
public struct EventConnection: Sendable {
    /// What a command is handed to: a session of the domain, opened for the first.
    public typealias Submission = (Tag, Command) -> Void

    /// What the connection asks of its shell beyond sending.
    public enum Request: Hashable, Sendable {
        /// The session of the domain is to be closed: the client has left the namespace, or was refused.
        case closeSession
        /// The Engine.IO session is to be closed.
        case close(reason: String)
    }

    /// What the connection is told of the server.
    public struct Surroundings: Sendable {
        /// Judges a token; nil where it does not hold.
        public var verify: @Sendable (String) -> TokenClaims?
        /// Makes an unguessable id.
        public var makeSID: @Sendable () -> String
        /// The addresses that `welcome` tells, as JSON: an object.
        public var urls: [UInt8]

        /// The value of its parts.
        public init(
            verify: @escaping @Sendable (String) -> TokenClaims?, makeSID: @escaping @Sendable () -> String,
            urls: [UInt8] = Array("{}".utf8)
        ) {
            self.verify = verify
            self.makeSID = makeSID
            self.urls = urls
        }
    }

    /// How many events may be unanswered before reading stops.
    static let mostPending = 256
    /// How many may be unanswered at all: polls bring what they bring, and answering them later would stop nobody who does not wait.
    static let tooManyPending = 8192

    /// Packets to be sent, the digit of the message in front; the shell empties it.
    public var output: [[UInt8]] = []
    /// What else is to be done, in order; the shell empties it.
    public var requests: [Request] = []
    /// The name that the client is signed in under.
    public private(set) var user: Name?

    private let connectBy: Timestamp
    private let surroundings: Surroundings
    private var decoder = SocketIODecoder()
    private var state = State.new
    private var pending: [Pending] = []
    private var nextTag: UInt64 = 0
    private var sid = ""

    private enum State: Hashable {
        /// Nothing has been connected to.
        case new
        /// The sign-in is under way.
        case connecting
        /// The client is signed in.
        case connected
        /// It has left the namespace.
        case left
    }

    /// What is to be answered, in the order of the events.
    private enum Pending: Sendable {
        /// The sign-in.
        case signIn(UInt64)
        /// A command of the domain, with the acknowledgement that was asked for.
        case command(UInt64, id: UInt64?, EventCommand.Answer)
        /// An event that was refused here.
        case refused(id: UInt64, Refusal)
    }

    /// A connection on which nothing has happened.
    public init(deadline: Timestamp, surroundings: Surroundings) {
        connectBy = deadline
        self.surroundings = surroundings
    }

    /// When the session ends unless the client has connected to the namespace; nil once it has.
    public var deadline: Timestamp? { state == .new ? connectBy : nil }

    /// Whether more input is welcome.
    public var wantsInput: Bool { pending.count < Self.mostPending }

    /// The time is `now`.
    public mutating func advance(to now: Timestamp) {
        if state == .new, now >= connectBy { requests.append(.close(reason: "nothing was connected to")) }
    }

    /// Takes a message of the Engine.IO session.
    public mutating func receive(_ message: EngineSession.Message, submit: Submission) {
        do throws(SocketIOError) {
            guard let packet = try decoder.take(message) else { return }
            guard pending.count < Self.tooManyPending else {
                return requests.append(.close(reason: "too many unanswered events"))
            }
            try take(packet, submit: submit)
        } catch {
            requests.append(.close(reason: "parse error"))
        }
    }

    /// Takes the answer to a command.
    public mutating func reply(_ tag: Tag, _ reply: Reply, now: Timestamp) {
        switch pending.first {
        case .signIn(tag.number):
            pending.removeFirst()
            finishConnect(reply, now: now)
        case .command(tag.number, let id, let answer):
            pending.removeFirst()
            if let id { output.append(Self.acknowledgement(id, reply, answer)) }
        default: return
        }
        answerRefused()
    }

    /// Takes an event that the client hears.
    public mutating func deliver(_ event: EventPacket) {
        guard state == .connected else { return }
        output.append(event.bytes)
    }

    /// The domain has closed the session: the client is told that it has left the namespace, and the connection ends.
    public mutating func close(reason: String) {
        if state == .connected { output.append(SocketIOEncoder.begin(.disconnect)) }
        state = .left
        pending = []
        requests.append(.close(reason: reason))
    }
}

// What a client sends.
extension EventConnection {
    private mutating func take(_ packet: SocketIOPacket, submit: Submission) throws(SocketIOError) {
        switch packet.kind {
        case .connect: try connect(packet, submit: submit)
        case .disconnect:
            guard packet.namespace == "/", state == .connected || state == .connecting else { return }
            state = .left
            pending = []
            requests.append(.closeSession)
        case .event:
            guard packet.namespace == "/", state == .connected || state == .connecting else { throw .malformed }
            take(event: packet, submit: submit)
        case .acknowledgement: break
        case .connectError: throw .malformed
        }
    }

    private mutating func connect(_ packet: SocketIOPacket, submit: Submission) throws(SocketIOError) {
        guard packet.namespace == "/" else {
            return output.append(SocketIOEncoder.connectError("Invalid namespace", namespace: packet.namespace))
        }
        guard state == .new || state == .left else { throw .malformed }
        do throws(Refusal) {
            let credentials = try credentials(packet.payload?.root)
            state = .connecting
            pending = []
            nextTag += 1
            pending.append(.signIn(nextTag))
            submit(Tag(nextTag), .session(.signIn(credentials)))
        } catch {
            refuseConnect(error)
        }
    }

    private func credentials(_ auth: JSONValue?) throws(Refusal) -> Credentials {
        let fields = try EventFields(auth)
        if let text = try fields.optionalText("token") {
            guard let claims = surroundings.verify(text) else {
                throw Refusal(.badCredentials, "The token no longer holds; sign in again.")
            }
            return .token(claims)
        }
        if let user = try fields.optionalText("user") {
            let password = try fields.optionalText("password") ?? ""
            guard let name = Name(user), password.utf8.count <= Secret.maximumBytes else {
                throw Refusal(.badCredentials, "The name or the password is wrong.")
            }
            return .password(name, Secret(password))
        }
        guard let guest = auth?["guest"] else {
            // `guest: null` is a wish too: any name will do.
            guard auth?.member("guest") != nil else {
                throw Refusal(.badCredentials, "Sign in with \"user\" and \"password\", \"guest\" or \"token\".")
            }
            return .guest(nil)
        }
        if guest.bool == true || guest.string == "" { return .guest(nil) }
        return .guest(try fields.name("guest"))
    }

    private mutating func take(event packet: SocketIOPacket, submit: Submission) {
        guard let arguments = packet.payload?.root.elements, let name = arguments.first?.string else { return }
        do throws(Refusal) {
            guard let command = EventCommand.all[name] else {
                throw Refusal(.invalid, "There is no event \(name).")
            }
            let built = try command.build(try EventFields(arguments.count > 1 ? arguments[1] : nil))
            nextTag += 1
            pending.append(.command(nextTag, id: packet.id, command.answer))
            submit(Tag(nextTag), built)
        } catch {
            guard let id = packet.id else { return }
            pending.append(.refused(id: id, error))
            answerRefused()
        }
    }

    /// Answers what was refused here and has nothing before it any more.
    private mutating func answerRefused() {
        while case .refused(let id, let refusal)? = pending.first {
            pending.removeFirst()
            if state == .connected { output.append(Self.acknowledgement(id, .refused(refusal)) { _, _ in }) }
        }
    }
}

// What it is told.
extension EventConnection {
    private mutating func finishConnect(_ reply: Reply, now: Timestamp) {
        guard state == .connecting else { return }
        switch reply {
        case .signedIn(let signedIn):
            state = .connected
            user = signedIn.name
            sid = surroundings.makeSID()
            var writer = JSONWriter(after: SocketIOEncoder.begin(.connect))
            writer.object { $0.member("sid", sid) }
            output.append(writer.bytes)
            output.append(
                SocketIOEncoder.event("welcome") {
                    $0.object {
                        $0.member("user", signedIn.name.text)
                        $0.member("role", signedIn.role.text)
                        $0.member("session", sid)
                        $0.member("now", now.milliseconds)
                        $0.name("urls")
                        $0.raw(surroundings.urls)
                    }
                })
        case .refused(let refusal): refuseConnect(refusal)
        default: refuseConnect(Refusal(.unavailable, "The server cannot sign you in now; try again later."))
        }
    }

    private mutating func refuseConnect(_ refusal: Refusal) {
        if state == .connecting { requests.append(.closeSession) }
        state = .new
        pending = []
        output.append(SocketIOEncoder.connectError(refusal.message, code: refusal.code.rawValue))
    }

    private static func acknowledgement(_ id: UInt64, _ reply: Reply, _ answer: EventCommand.Answer) -> [UInt8] {
        var writer = JSONWriter(after: SocketIOEncoder.begin(.acknowledgement, id: id))
        writer.array {
            $0.object {
                if case .refused(let refusal) = reply {
                    $0.member("ok", false)
                    $0.member("code", refusal.code.rawValue)
                    $0.member("message", refusal.message)
                    if let retry = refusal.retryAfter { $0.member("retryAfter", retry) }
                } else {
                    $0.member("ok", true)
                    answer(reply, &$0)
                }
            }
        }
        return writer.bytes
    }
}

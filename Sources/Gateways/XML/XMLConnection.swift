public import Signaling

/// One connection of the XML protocol as a state machine: bytes, replies, events and the time in, commands and bytes out.
///
/// Each document is echoed before its answer, and answers leave in the order of the documents. While a login is under way nothing is
/// read further, since what the documents behind it mean depends on its outcome.
///
/// The shell hands in what it reads, hands on the commands, and after each call sends `output` (and empties it); it reads on only
/// while `wantsInput`, calls `advance` when the time is at `deadline`, and closes the connection once `isFinished` and everything is sent.
public struct XMLConnection: Sendable {
    /// What a command is handed to.
    public typealias Submission = (Tag, Command) -> Void

    /// How many documents may be unanswered before reading stops.
    static let mostPending = 256

    /// What is to be sent; the shell empties it.
    public var output: [UInt8] = []
    /// Whether the connection is to be closed once `output` has been sent.
    public private(set) var isFinished = false
    /// The name that the connection is signed in under.
    public private(set) var user: Name?
    /// Why the last sign-in was refused, for the log: the client is only told a number.
    public private(set) var signInRefusal: Refusal?
    /// When the connection ends unless a document comes before.
    public private(set) var deadline: Timestamp

    private let timeout: Int64
    private var parser = XMLParser()
    private var element = XMLElement()
    private var pending: [Entry] = []
    private var backlog: [UInt8] = []
    private var nextTag: UInt64 = 0
    private var isEnding = false
    /// Reading waits until no more than so many answers are missing.
    private var resumesAt: Int?

    private enum Entry: Sendable {
        case bytes([UInt8])
        case command(UInt64, XMLAnswer)
        case login(UInt64, user: String)
        case logout(UInt64)
        case end
    }

    /// A connection on which nothing has happened.
    ///
    /// - Parameters:
    ///   - timeout: how many milliseconds may pass without a document.
    ///   - now: the time.
    public init(timeout: Int64, now: Timestamp) {
        self.timeout = timeout
        deadline = now.adding(milliseconds: timeout)
    }

    /// Whether more input is welcome. While it is not, what is handed in is kept, so the shell should stop reading.
    public var wantsInput: Bool { !isEnding && resumesAt == nil }

    /// Takes what was read.
    public mutating func receive(_ input: Span<UInt8>, now: Timestamp, submit: Submission) {
        guard !isEnding else { return }
        if resumesAt != nil {
            for index in input.indices { backlog.append(input[index]) }
        } else {
            read(input, now: now, submit: submit)
        }
    }

    /// Takes the answer to a command.
    public mutating func reply(_ tag: Tag, _ reply: Reply, now: Timestamp, submit: Submission) {
        guard let first = pending.first else { return }
        var writer = XMLWriter()
        switch first {
        case .command(tag.number, let answer): answer.write(answer.result(of: reply), to: &writer)
        case .login(tag.number, let user): finishLogin(user, reply, &writer)
        case .logout(tag.number):
            XMLAnswer.logout.write(.number(1), to: &writer)
            isFinished = true
        default: return
        }
        pending.removeFirst()
        output.append(contentsOf: writer.bytes)
        writeDecided()
        resume(now: now, submit: submit)
    }

    /// Takes an event that this connection hears.
    public mutating func deliver(_ event: XMLEvent) {
        guard !isFinished, let user else { return }
        switch event.body {
        case .shared(let bytes):
            if event.isFrom != user { output.append(contentsOf: bytes) }
        case .invitation(let from):
            var writer = XMLWriter()
            writer.literal("<FRIEND type=\"invite\"")
            writer.attribute("to", user.text)
            writer.attribute("from", from.text)
            writer.literal("/>")
            output.append(contentsOf: writer.bytes)
        case .signedOut:
            var writer = XMLWriter()
            writer.literal("<LOGOUT")
            writer.attribute("user", user.text)
            writer.attribute("result", 1)
            writer.literal("/>")
            output.append(contentsOf: writer.bytes)
            finish()
        }
    }

    /// The time is `now`: the connection ends where no document has come for too long.
    public mutating func advance(to now: Timestamp) {
        if now >= deadline { finish() }
    }

    /// The server closes the connection.
    public mutating func close() {
        finish()
    }

    private mutating func finish() {
        isFinished = true
        isEnding = true
        backlog = []
        pending = []
    }
}

// Reading.
extension XMLConnection {
    private mutating func read(_ input: Span<UInt8>, now: Timestamp, submit: Submission) {
        var offset = 0
        do throws(XMLError) {
            while let token = try parser.next(in: input, from: &offset) {
                element.take(token)
                guard token == .endDocument else { continue }
                deadline = now.adding(milliseconds: timeout)
                let document = element
                element = XMLElement()
                take(document, submit: submit)
                guard !isEnding else { return }
                if resumesAt == nil, pending.count >= Self.mostPending { resumesAt = Self.mostPending / 2 }
                guard resumesAt == nil else {
                    for index in offset..<input.count { backlog.append(input[index]) }
                    return
                }
            }
        } catch {
            isEnding = true
            append(.bytes(Self.errorDocument("\(error)")))
            append(.end)
        }
    }

    private mutating func take(_ document: XMLElement, submit: Submission) {
        append(.bytes(parser.document))
        let request = XMLRequest(document, owner: user)
        if user == nil {
            // Before a login the echo is all, whatever the document says.
            guard case .login = request else { return }
        }
        switch request {
        case .login(let given, let credentials):
            guard user == nil, let credentials else {
                return append(.bytes(Self.loginDocument(given, result: 0)))
            }
            resumesAt = 0
            append(.login(nextTag + 1, user: given))
            hand(.session(.signIn(credentials)), to: submit)
        case .logout:
            isEnding = true
            append(.logout(nextTag + 1))
            hand(.session(.signOut), to: submit)
        case .command(let command, let answer):
            append(.command(nextTag + 1, answer))
            hand(command, to: submit)
        case .decided(let answer, let result):
            var writer = XMLWriter()
            answer.write(result, to: &writer)
            append(.bytes(writer.bytes))
        case .alive: break
        case .unknown(let sentence): append(.bytes(Self.errorDocument(sentence)))
        }
    }

    private mutating func hand(_ command: Command, to submit: Submission) {
        nextTag += 1
        submit(Tag(nextTag), command)
    }

    private mutating func resume(now: Timestamp, submit: Submission) {
        guard let least = resumesAt, pending.count <= least, !isEnding else { return }
        resumesAt = nil
        let waiting = backlog
        backlog = []
        read(waiting.span, now: now, submit: submit)
    }
}

// Answering.
extension XMLConnection {
    private mutating func append(_ entry: Entry) {
        pending.append(entry)
        writeDecided()
    }

    /// Writes what waits for nothing.
    private mutating func writeDecided() {
        var written = 0
        loop: for entry in pending {
            switch entry {
            case .bytes(let bytes): output.append(contentsOf: bytes)
            case .end: isFinished = true
            case .command, .login, .logout: break loop
            }
            written += 1
        }
        pending.removeFirst(written)
    }

    private mutating func finishLogin(_ given: String, _ reply: Reply, _ writer: inout XMLWriter) {
        var result = 0
        switch reply {
        case .signedIn(let signedIn):
            user = signedIn.name
            result = 1
        case .refused(let refusal):
            signInRefusal = refusal
            if refusal.code == .banned { result = 2 }
        default: break
        }
        writer.bytes.append(contentsOf: Self.loginDocument(given, result: result))
    }

    private static func loginDocument(_ user: String, result: Int) -> [UInt8] {
        var writer = XMLWriter()
        writer.literal("<LOGIN")
        writer.attribute("user", user)
        writer.attribute("result", result)
        writer.literal("/>")
        return writer.bytes
    }

    private static func errorDocument(_ reason: String) -> [UInt8] {
        var writer = XMLWriter()
        writer.literal("<ERROR")
        writer.attribute("reason", reason)
        writer.literal("/>")
        return writer.bytes
    }
}

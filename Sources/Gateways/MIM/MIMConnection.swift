public import Signaling

/// One connection to the central server as a state machine: bytes, replies and the time in, commands and bytes out.
///
/// A client says its name and the port of its chat server, once; everything that it says besides ends the connection. It is signed in
/// as a guest of that name, or of the name with `~2` and so on behind it where another guest has it. What the table tells goes
/// through `output` too, put there by the shell.
public struct MIMConnection: Sendable {
    /// What a command is handed to.
    public typealias Submission = (Tag, Command) -> Void

    /// The largest block that is taken, its size field not counted.
    static let largestBlock = 2048
    /// How many names are tried for guests of the same name.
    static let mostNames = 100

    /// What is to be sent; the shell empties it.
    public var output: [UInt8] = []
    /// Whether the connection is to be closed once `output` has been sent.
    public private(set) var isFinished = false
    /// The name among all users, once signed in.
    public private(set) var user: Name?
    /// The line of the table, once signed in.
    public private(set) var entry: MIMEntry?
    /// When the connection ends unless it has logged in.
    public let deadline: Timestamp

    private let address: IPAddress
    private var partial: [UInt8] = []
    private var wanted: (name: Name, port: UInt16)?
    private var tries = 1

    /// A connection from an address; greets with the welcome text.
    ///
    /// - Parameters:
    ///   - welcome: one line without its end.
    ///   - timeout: within how many milliseconds the login has to come.
    public init(from address: IPAddress, welcome: String, timeout: Int64, now: Timestamp) {
        self.address = address
        deadline = now.adding(milliseconds: timeout)
        output = Array(welcome.utf8) + [0x0A]
    }

    /// Takes what was read.
    public mutating func receive(_ input: Span<UInt8>, submit: Submission) {
        for index in input.indices {
            guard !isFinished else { return }
            // A second login is one too many, whether the first has been answered or not.
            guard wanted == nil else { return finish() }
            partial.append(input[index])
            guard partial.count >= 2 else { continue }
            let size = Int(partial[0]) << 8 | Int(partial[1])
            guard size <= Self.largestBlock else { return finish() }
            if partial.count == size + 2 {
                let block = partial
                partial = []
                logIn(block.span.extracting(2...), submit: submit)
            }
        }
    }

    /// Takes the answer to a sign-in.
    public mutating func reply(_ tag: Tag, _ reply: Reply, submit: Submission) {
        guard !isFinished, user == nil, let wanted else { return }
        switch reply {
        case .signedIn(let signedIn):
            user = signedIn.name
            entry = MIMEntry(name: wanted.name.text, place: .client(address), port: wanted.port)
        case .refused(let refusal) where refusal.cause == .guestNameInUse && tries < Self.mostNames:
            tries += 1
            guard let name = Self.numbered(wanted.name, tries) else { return finish() }
            submit(Tag(UInt64(tries)), .session(.signIn(.guest(name))))
        default: finish()
        }
    }

    /// The time is `now`: who has not logged in by the deadline is closed.
    public mutating func advance(to now: Timestamp) {
        if wanted == nil, now >= deadline { finish() }
    }

    /// The server closes the connection.
    public mutating func close() {
        finish()
    }

    private mutating func logIn(_ block: Span<UInt8>, submit: Submission) {
        guard block.count >= 6, let text = MIMString.read(block.extracting(2...)), let name = Name(text) else {
            return finish()
        }
        let port = UInt16(block[0]) << 8 | UInt16(block[1])
        guard port > 0 else { return finish() }
        wanted = (name, port)
        submit(Tag(1), .session(.signIn(.guest(name))))
    }

    /// A name with its number behind it, shortened where it would be too long.
    private static func numbered(_ name: Name, _ number: Int) -> Name? {
        let suffix = "~\(number)"
        var text = name.text
        while text.utf8.count + suffix.utf8.count > Name.maximumBytes { text.removeLast() }
        return Name(text + suffix)
    }

    private mutating func finish() {
        isFinished = true
        partial = []
    }
}

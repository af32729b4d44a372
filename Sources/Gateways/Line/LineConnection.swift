public import Signaling

/// One connection of the line protocol as a state machine: bytes, replies and events in, commands and bytes out.
///
/// Replies leave in the order of the commands, those that are decided here among those of the domain. While a login (or the end of one) is
/// under way nothing is read further, since the lines behind it depend on its outcome.
///
/// The shell hands in what it reads, hands on the commands, and after each call sends `output` (and empties it); it reads on only
/// while `wantsInput`, and closes the connection once `isFinished` and everything is sent.
public final class LineConnection {
    /// What a command is handed to.
    public typealias Submission = (Tag, Command) -> Void

    /// What a message in its plainest form is handed to, with the receiver's name (no bytes for the room) and the text: true where it
    /// was decided, confirmed and delivered at once, false where it has to be submitted.
    public typealias Direct = (_ receiver: Span<UInt8>, _ text: Span<UInt8>) -> Bool

    /// How many commands may be unanswered before reading stops.
    static let mostPending = 256

    /// What is to be sent; the shell empties it.
    public var output: [UInt8] = []
    /// Whether the connection is to be closed once `output` has been sent.
    public private(set) var isFinished = false
    /// The name that the connection is signed in under.
    public private(set) var user: Name? {
        didSet { prefixes = nil }
    }

    /// The beginning of a line whose end has not come.
    private var partial: [UInt8] = []
    /// What was read behind a line that has to wait.
    private var backlog: [UInt8] = []
    /// What is to be answered, in order.
    private var pending = LineQueue()
    private var nextTag: UInt64 = 0
    /// How few answers may be missing before the next line is looked at; nil while lines are looked at as they come.
    private var resumesAt: Int?
    /// No line is looked at any more: the end has been asked for.
    private var isEnding = false
    private var isInputOver = false
    private var wasChallenged = false
    private var wasToldFarewell = false
    private var post: LinePost?
    /// What stands before the text of this user's messages; made with the first of them.
    private var prefixes: (room: [UInt8], member: [UInt8])?

    /// A connection on which nothing has happened.
    public init() {}

    /// Whether more input is welcome. While it is not, what is handed in is kept, so the shell should stop reading.
    public var wantsInput: Bool { !isEnding && resumesAt == nil }

    /// Takes what was read.
    ///
    /// - Parameters:
    ///   - input: the bytes, in the order of the stream.
    ///   - scratch: memory for the line at hand, which all connections of a thread can share.
    ///   - submit: takes the commands that lines became, to be answered with `reply` under their tags.
    ///   - direct: takes messages whose answer is known at once, if nothing before them waits for one.
    public func receive(
        _ input: Span<UInt8>, scratch: inout LineWords, submit: Submission, direct: Direct = { _, _ in false }
    ) {
        guard !isEnding else { return }
        if resumesAt != nil {
            input.withUnsafeBufferPointer { backlog.append(contentsOf: $0) }  // one memcpy
        } else {
            read(input, scratch: &scratch, submit: submit, direct: direct)
        }
    }

    /// A message that was handed to `direct` is done. What it causes is delivered after this.
    public func confirm() {
        output.append(contentsOf: Self.doneLine)
    }

    /// What stands before the text of a message of this user to the room.
    public var roomPrefix: [UInt8] { madePrefixes.room }

    /// What stands before the text of a message of this user to somebody.
    public var privatePrefix: [UInt8] { madePrefixes.member }

    private var madePrefixes: (room: [UInt8], member: [UInt8]) {
        if let prefixes { return prefixes }
        let made = (room: prefix("@mess #broadcast"), member: prefix("@mess #sendto"))
        prefixes = made
        return made
    }

    private func prefix(_ verb: StaticString) -> [UInt8] {
        var writer = LineWriter()
        writer.literal(verb)
        writer.word((user?.text ?? "").utf8.span)
        writer.literal(" \"")
        return writer.bytes
    }

    /// Takes the answer to a command.
    ///
    /// - Parameters:
    ///   - now: the time, which lists of what expires need.
    ///   - scratch, submit: as in `receive`, for lines that waited for this answer.
    public func reply(
        _ tag: Tag, _ reply: Reply, now: Timestamp, scratch: inout LineWords, submit: Submission
    ) {
        switch pending.first {
        case .command(let row, tag.number):
            pending.removeFirst()
            write(reply, to: row, now: now)
            writeDecided()
        case .signOut(tag.number, let isSilent):
            // Whatever became of it, this is the end.
            pending.removeFirst()
            end(isSilent: isSilent)
        default: return
        }
        guard let least = resumesAt, pending.count <= least, !isEnding else { return }
        resumesAt = nil
        let waiting = backlog
        backlog = []
        read(waiting.span, scratch: &scratch, submit: submit)
        if isInputOver { endInput(submit: submit) }
    }

    /// No more input will come. What came before is still answered, then the connection is finished; a line without an end is
    /// dropped.
    public func endInput(submit: Submission) {
        isInputOver = true
        guard resumesAt == nil, !isEnding else { return }
        leave(isSilent: true, submit: submit)
    }

    /// Takes an event that this connection hears.
    public func deliver(_ event: LineEvent) {
        guard !isFinished else { return }
        if !event.isForAll {
            switch event.audience {
            case .all: break
            case .only(let name): guard name == user else { return }
            case .allBut(let name): guard name != user else { return }
            }
            if event.isFarewell { wasToldFarewell = true }
        }
        output.append(contentsOf: event.bytes)
    }

    /// The server closes the connection: says why, unless an event has said so already.
    public func close(reason: String) {
        guard !isFinished else { return }
        if !wasToldFarewell && !reason.isEmpty {
            var writer = takeWriter()
            LineEvent.writeServer(reason, to: &writer)
            output = writer.bytes
        }
        finish()
    }
}

// Reading.
extension LineConnection {
    private func read(
        _ input: Span<UInt8>, scratch: inout LineWords, submit: Submission, direct: Direct = { _, _ in false }
    ) {
        let framer = LineFramer()
        var offset = 0
        scratch.removeAll()
        if !partial.isEmpty {
            scratch.bytes.append(contentsOf: partial)
            partial = []
        }
        while true {
            if scratch.bytes.isEmpty, pending.isEmpty, user != nil, post == nil,
                let message = LinePlainMessage.find(in: input, from: offset),
                direct(input.extracting(message.receiver), input.extracting(message.text))
            {
                offset = message.end
                guard !isEnding else { return }
                continue
            }
            switch framer.next(in: input, from: &offset, into: &scratch.bytes) {
            case .line:
                take(&scratch, submit: submit)
                scratch.removeAll()
                guard !isEnding else { return }
                if resumesAt == nil, pending.count >= Self.mostPending { resumesAt = Self.mostPending / 2 }
                guard resumesAt == nil else {
                    input.extracting(offset..<input.count).withUnsafeBufferPointer { backlog.append(contentsOf: $0) }
                    return
                }
            case .more:
                // An array of just its size: an idle connection keeps nothing, a waiting one little.
                if !scratch.bytes.isEmpty { partial = Array(scratch.bytes[...]) }
                return
            case .overflow:
                scratch.removeAll()
                isEnding = true
                return answer(.overflow)
            }
        }
    }

    /// Decides what a line means.
    private func take(_ words: inout LineWords, submit: Submission) {
        if post != nil { return takePart(words.bytes, submit: submit) }
        guard words.split() else { return answer(user == nil ? .status(.noLogin) : .status(.unknownError)) }
        guard let name = words[0] else { return }
        guard let index = LineCommandTable.standard.index(of: words.bytes.span.extracting(name)) else {
            return answer(.status(user == nil ? .noLogin : .wrongCommand))
        }
        let row = LineCommandTable.standard.rows[index]
        if user == nil && !row.isAllowedBeforeLogin {
            if case .post = row.kind { post = LinePost(words, refusal: .noLogin) }
            if post == nil { answer(.status(.noLogin)) }
            return
        }
        guard words.count - 1 <= row.arguments.upperBound else { return answer(.status(.unknownError)) }
        do throws(LineStatus) {
            switch row.kind {
            case .plain(let build):
                submitCommand(try build(words), row: index, submit: submit)
            case .login:
                guard user == nil else { throw .unknownError }
                let credentials = try LineLogin.credentials(words, wasChallenged: wasChallenged)
                // A challenge serves for one answer.
                wasChallenged = false
                submitCommand(.session(.signIn(credentials)), row: index, submit: submit)
            case .post:
                post = LinePost(words, row: index)
                if post == nil { throw LinePost.refusal(words) }
            case .quit:
                leave(isSilent: false, submit: submit)
            }
        } catch {
            answer(.status(error))
        }
    }

    private func takePart(_ line: [UInt8], submit: Submission) {
        guard post?.take(line) == true, let finished = post else { return }
        post = nil
        switch finished.result {
        case .success(let command): submitCommand(command, row: finished.row, submit: submit)
        case .failure(let status): answer(.status(status))
        }
    }

    private func submitCommand(_ command: Command, row: Int, submit: Submission) {
        nextTag += 1
        pending.append(.command(row: row, tag: nextTag))
        if LineCommandTable.standard.rows[row].isAwaited { resumesAt = 0 }
        submit(Tag(nextTag), command)
    }

    /// Reads no further, and ends once everything before is answered.
    private func leave(isSilent: Bool, submit: Submission) {
        isEnding = true
        guard user != nil else { return answer(.end(isSilent: isSilent)) }
        nextTag += 1
        pending.append(.signOut(tag: nextTag, isSilent: isSilent))
        submit(Tag(nextTag), .session(.signOut))
    }
}

// Answering.
extension LineConnection {
    /// Answers a line that is decided here: at once, or when all before it are answered.
    private func answer(_ answer: LineQueue.Entry) {
        pending.append(answer)
        writeDecided()
    }

    private func writeDecided() {
        while let first = pending.first {
            switch first {
            case .command, .signOut: return
            case .status(let status): write(status)
            case .end(let isSilent): end(isSilent: isSilent)
            case .overflow:
                var writer = takeWriter()
                LineEvent.writeServer("input buffer exceeded", to: &writer)
                output = writer.bytes
                finish()
            }
            pending.removeFirst()
        }
    }

    private func end(isSilent: Bool) {
        if !isSilent { write(.ok) }
        finish()
    }

    private func write(_ reply: Reply, to row: Int, now: Timestamp) {
        let row = LineCommandTable.standard.rows[row]
        if row.isAwaited { noteSession(reply, row: row) }
        if case .refused(let refusal) = reply { return write(LineStatus(refusal)) }
        guard case .ret(let body) = row.answer else { return write(.ok) }
        var writer = takeWriter()
        let start = writer.bytes.count
        writer.literal("@ret ")
        writer.literal(row.name)
        let status = body(reply, now, &writer)
        if status != .ok {
            writer.bytes.removeSubrange(start...)
            writer.status(status)
        }
        output = writer.bytes
    }

    private func noteSession(_ reply: Reply, row: LineCommand) {
        switch reply {
        case .signedIn(let signedIn): user = signedIn.name
        case .challenge: wasChallenged = true
        case .done where row.endsLogin: user = nil
        default: break
        }
    }

    private static let doneLine = Array("@status 0\r\n".utf8)

    private func write(_ status: LineStatus) {
        if status == .ok { return output.append(contentsOf: Self.doneLine) }
        var writer = takeWriter()
        writer.status(status)
        output = writer.bytes
    }

    /// A writer that goes on in the output's memory, which has to be given back.
    private func takeWriter() -> LineWriter {
        var writer = LineWriter()
        swap(&writer.bytes, &output)
        return writer
    }

    private func finish() {
        isFinished = true
        isEnding = true
        backlog = []
        partial = []
    }
}

import Gateways
import Glibc
import Signaling

/// A connection to the line port, with a socket of its own on the hub's thread: reads into a ``LineConnection`` and writes what it
/// says, once for each turn.
///
/// A connection that does not take what it is sent is not read either. What waits for it is bounded: first what may be dropped is
/// dropped, then the connection is closed.
final class LineSocket {
    /// How long a connection that is being closed may take to read the rest, in milliseconds.
    private static let farewell: Int64 = 5_000
    /// Memory for output that an idle connection keeps at most, in bytes.
    private static let keptOutput = 512

    let connection = LineConnection()
    private let door: LinePlainDoor
    private let descriptor: Int32
    private var token: UInt64 = 0
    private var session: SessionID?
    private var address: IPAddress?
    /// How much of the connection's output has been written.
    private var written = 0

    private var isPausedByHub = false
    /// The socket takes no more at the moment.
    private var isFull = false
    private var isWatchingInput = true
    private var isWatchingOutput = false
    private var isInTurn = false
    /// Nothing more is read or said: it goes when it has read the rest.
    private var isClosing = false
    private var isClosed = false

    /// Takes over a connection that has just been accepted.
    init(_ descriptor: Int32, _ address: IPAddress?, port: UInt16, _ door: LinePlainDoor) {
        self.descriptor = descriptor
        self.door = door
        token = door.loop.sockets.add(descriptor) { _ in .line(self) }
        guard door.connections.admit(address) else {
            connection.close(reason: "too many connections from this address")
            noteOutput()
            return
        }
        self.address = address
        session = door.loop.open(Origin(door: .line, address: address, port: port), .line(self))
    }

    // From the socket

    func isReady(_ readiness: SocketPoll.Readiness) {
        if readiness.canWrite {
            isFull = false
            noteOutput()
        }
        if isClosing {
            if readiness.canRead { discardInput() }
        } else if readiness.isBroken, !wantsInput {
            cutOff()
        } else if readiness.canRead {
            // Only when there is something to read, so that a short pause costs no call.
            if wantsInput { read() } else { watch() }
        }
    }

    private func read() {
        let memory = door.loop.line
        let count = Glibc.read(descriptor, memory.input.baseAddress, LineMemory.readSize)
        guard count > 0 else {
            if count == 0 { return endInput() }
            if errno != EAGAIN && errno != EINTR { cutOff() }
            return
        }
        guard let session else { return }
        let loop = door.loop
        // The memory is the loop's own, and nothing else is read while these bytes are looked at.
        let input = UnsafeRawBufferPointer(rebasing: memory.input[..<count]).assumingMemoryBound(to: UInt8.self)
        connection.receive(input.span, scratch: &memory.scratch) { tag, command in
            loop.submit(command, from: session, tag: tag)
        } direct: { receiver, text in
            loop.send(text, to: receiver, from: self, session)
        }
        if hasOutput || connection.isFinished { noteOutput() }
    }

    private func endInput() {
        isInputOver = true
        watch()
        guard let session else { return }
        let loop = door.loop
        connection.endInput { tag, command in loop.submit(command, from: session, tag: tag) }
        noteOutput()
    }
    private var isInputOver = false

    /// What comes after the end is read, so that the system does not take back what was sent last.
    private func discardInput() {
        let memory = door.loop.line
        for _ in 0..<16 {
            let count = Glibc.read(descriptor, memory.input.baseAddress, LineMemory.readSize)
            if count == LineMemory.readSize { continue }
            if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { cutOff() }
            return
        }
    }

    // From the hub

    func reply(_ tag: Tag, _ reply: Reply, now: Timestamp) {
        guard let session else { return }
        let loop = door.loop
        connection.reply(tag, reply, now: now, scratch: &loop.line.scratch) { tag, command in
            loop.submit(command, from: session, tag: tag)
        }
        noteOutput()
    }

    /// A message of this connection was decided at once.
    func confirm() {
        connection.confirm()
        if !isInTurn { noteOutput() }
    }

    func deliver(_ event: LineEvent) {
        guard !isClosing else { return }
        if event.isTransient, isFull { return }
        connection.deliver(event)
        noteDelivery()
    }

    /// Delivers a message whose text needs no escapes.
    @inline(__always)
    func deliver(prefix: [UInt8], _ text: Span<UInt8>) {
        guard !isClosing, !connection.isFinished else { return }
        LinePlainMessage.write(prefix: prefix, text, to: &connection.output)
        noteDelivery()
    }

    /// Delivers a message that has been written once for all.
    @inline(__always)
    func deliver(_ line: [UInt8]) {
        guard !isClosing, !connection.isFinished else { return }
        connection.output.append(contentsOf: line)
        noteDelivery()
    }

    func closed(reason: String) {
        session = nil
        connection.close(reason: reason)
        noteOutput()
    }

    func setReading(_ reads: Bool) {
        isPausedByHub = !reads
        if !isWatchingInput { watch() }
    }

    // Writing

    /// Writes what the turn has brought.
    func endTurn() {
        isInTurn = false
        guard !isClosed else { return }
        if !isFull { write() }
        if connection.isFinished, !isClosing { finish() }
        if isClosing, !hasOutput { shutdown(descriptor, Int32(SHUT_WR)) }
        if isWatchingOutput != isFull || !isWatchingInput { watch() }
    }

    private var hasOutput: Bool { connection.output.count > written }

    @inline(__always)
    private func noteDelivery() {
        if !isInTurn { noteOutput() }
        if connection.output.count - written > door.loop.line.messageQueue { overflow() }
    }

    private func noteOutput() {
        guard !isInTurn, !isClosed else { return }
        isInTurn = true
        door.loop.noteOutput(of: self)
    }

    private func write() {
        guard hasOutput, !isClosed else { return }
        let start = written
        let count = connection.output.withUnsafeBytes { output in
            send(descriptor, output.baseAddress.map { $0 + start }, output.count - start, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 {
            written += count
        } else if errno != EAGAIN && errno != EINTR {
            return cutOff()
        }
        guard !hasOutput else {
            isFull = true
            // What has been written goes when it is most of what is there.
            if written > connection.output.count / 2 { forgetWritten() }
            return
        }
        written = 0
        // Memory is given back when it was needed less, not at the first pause between two messages.
        if connection.output.capacity > Self.keptOutput, connection.output.count * 8 < connection.output.capacity {
            connection.output = []
        } else {
            connection.output.removeAll(keepingCapacity: true)
        }
    }

    private func forgetWritten() {
        connection.output.removeSubrange(..<written)
        written = 0
    }

    /// More waits than may. A burst of one turn may still fit into the socket.
    private func overflow() {
        if !isFull { write() }
        guard connection.output.count - written > door.loop.line.messageQueue else { return }
        // A line that is half out is finished, so that the last words are one of their own.
        forgetWritten()
        if let end = connection.output.firstIndex(of: 0x0A) { connection.output.removeSubrange((end + 1)...) }
        connection.close(reason: "message queue overflow")
        endSession()
        noteOutput()
    }

    // The end

    /// Says what is left to say and waits for the other side to close, for a while.
    private func finish() {
        isClosing = true
        endSession()
        door.loop.sockets.close(token, at: SignalingLoop.now().adding(milliseconds: Self.farewell))
    }

    /// Closes at once.
    func cutOff() {
        guard !isClosed else { return }
        isClosed = true
        isClosing = true
        connection.output = []
        written = 0
        if let address { door.connections.release(address) }
        address = nil
        endSession()
        door.loop.sockets.close(descriptor, token)
    }

    private func endSession() {
        guard let session else { return }
        self.session = nil
        door.loop.close(session)
    }

    // What is watched

    private var wantsInput: Bool {
        !isInputOver && (isClosing || connection.wantsInput && !isPausedByHub && !isFull)
    }

    private func watch() {
        let reads = wantsInput
        guard !isClosed, reads != isWatchingInput || isFull != isWatchingOutput else { return }
        isWatchingInput = reads
        isWatchingOutput = isFull
        door.loop.sockets.change(descriptor, token, reads: reads, writes: isFull)
    }
}

/// What a connection has to answer, in the order of its lines.
struct LineQueue: Sendable {
    /// One line's answer.
    enum Entry: Sendable {
        /// The domain answers it, under a tag; the row of the table says how the answer is written.
        case command(row: Int, tag: UInt64)
        /// It is decided already.
        case status(LineStatus)
        /// The end that was asked for by somebody who is not signed in; nothing is said where the input just ended.
        case end(isSilent: Bool)
        /// The end that was asked for by somebody who is: it comes when they are signed out, so that all that is still to be said
        /// to them goes before it.
        case signOut(tag: UInt64, isSilent: Bool)
        /// The end that too long a line brings.
        case overflow
    }

    private var entries: [Entry] = []
    private var head = 0

    var count: Int { entries.count - head }

    var isEmpty: Bool { head == entries.count }

    var first: Entry? { head < entries.count ? entries[head] : nil }

    mutating func append(_ entry: Entry) { entries.append(entry) }

    /// Takes the first entry off. The memory is used again once the queue is empty, and given back if it has grown.
    mutating func removeFirst() {
        head += 1
        guard head == entries.count else { return }
        entries.removeAll(keepingCapacity: entries.capacity <= 64)
        head = 0
    }
}

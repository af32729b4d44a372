/// The senders' own ids of the last ten minutes, and what was answered: the same id again is not sent again.
struct ClientIDWindow {
    /// For how long an id is remembered, in milliseconds.
    static let span: Int64 = 10 * 60 * 1000

    private struct Key: Hashable {
        let sender: Int64
        let id: String
    }

    private var answers: [Key: Sent] = [:]
    private var order: [(key: Key, at: Timestamp)] = []
    private var first = 0

    /// What the sender was answered under this id.
    func answer(_ sender: Int64, _ id: String) -> Sent? {
        answers[Key(sender: sender, id: id)]
    }

    /// Remembers an answer, and forgets what is older than the span.
    mutating func insert(_ sender: Int64, _ id: String, _ sent: Sent, now: Timestamp) {
        while first < order.count, order[first].at.adding(milliseconds: ClientIDWindow.span) < now {
            answers[order[first].key] = nil
            first += 1
        }
        if first > 1024, first * 2 > order.count {
            order.removeFirst(first)
            first = 0
        }
        let key = Key(sender: sender, id: id)
        answers[key] = sent
        order.append((key, now))
    }

    /// Takes an answer back.
    mutating func remove(_ sender: Int64, _ id: String) {
        answers[Key(sender: sender, id: id)] = nil
    }
}

/// A message group, in memory.
final class BoardGroup {
    var record: GroupRecord
    /// Its messages, by number.
    var posts: [Int64: BoardPost] = [:]
    /// The users who have joined it, by key, with the number of their sessions.
    var users: [Int64: Int] = [:]
    /// Drawn anew whenever a message is added or removed.
    var status: UInt64 = 0

    init(_ record: GroupRecord) {
        self.record = record
    }
}

/// A board message, in memory: all but its text.
final class BoardPost {
    let record: PostRecord
    /// The direct replies to it.
    var replies: [Int64] = []

    init(_ record: PostRecord) {
        self.record = record
    }
}

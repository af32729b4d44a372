/// The message groups, by number and by name.
struct Boards {
    private var byID: [Int64: BoardGroup] = [:]
    private var byName: [Name: BoardGroup] = [:]

    var all: [BoardGroup] { Array(byID.values) }
    var count: Int { byID.count }

    func group(_ id: Int64) -> BoardGroup? { byID[id] }
    func group(_ name: Name) -> BoardGroup? { byName[name] }

    mutating func insert(_ group: BoardGroup) {
        byID[group.record.id] = group
        byName[group.record.name] = group
    }

    mutating func remove(_ group: BoardGroup) {
        byID[group.record.id] = nil
        byName[group.record.name] = nil
    }
}

extension BoardGroup {
    /// Adds a message.
    func insert(_ post: BoardPost) {
        posts[post.record.id] = post
        posts[post.record.parent]?.replies.append(post.record.id)
    }

    /// A message and all replies to it, and to those.
    func thread(_ id: Int64) -> [BoardPost] {
        var found: [BoardPost] = []
        var left = [id]
        while let next = left.popLast() {
            guard let post = posts[next] else { continue }
            found.append(post)
            left.append(contentsOf: post.replies)
        }
        return found
    }

    /// Removes a thread, its first message first.
    func remove(_ thread: [BoardPost]) {
        guard let first = thread.first else { return }
        for post in thread { posts[post.record.id] = nil }
        posts[first.record.parent]?.replies.removeAll { $0 == first.record.id }
    }

    /// Takes the removal of a thread back.
    func putBack(_ thread: [BoardPost]) {
        guard let first = thread.first else { return }
        for post in thread { posts[post.record.id] = post }
        posts[first.record.parent]?.replies.append(first.record.id)
    }
}

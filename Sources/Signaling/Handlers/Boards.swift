extension Hub {
    func handle(_ command: BoardCommand, _ caller: Caller) throws(Refusal) -> Reply? {
        switch command {
        case .groups:
            try require(.look, caller)
            return .groups(boards.all.map(summary).sorted { $0.name < $1.name })
        case .createGroup(let name, let password, let open, let seconds):
            return try createGroup(name, password, open, seconds, caller)
        case .deleteGroup(let name): return try deleteGroup(name, caller)
        case .join(let name, let password): return try join(name, password, caller)
        case .leave:
            try require(.look, caller)
            leaveGroup(caller.session)
            return .done
        case .posts(let target, let parent): return try posts(target, parent, caller)
        case .post(let target, let id): return try readPost(target, id, caller)
        case .create(let target, let new): return try create(target, new, caller)
        case .delete(let target, let id): return try deletePost(target, id, caller)
        }
    }

    private func summary(_ group: BoardGroup) -> GroupSummary {
        GroupSummary(
            name: group.record.name, number: group.record.id,
            owner: group.record.owner.flatMap { directory.account($0)?.name }, messages: group.posts.count,
            users: group.users.count, expires: group.users.isEmpty ? group.record.expires : nil,
            hasPassword: group.record.password != nil, openToGuests: group.record.openToGuests)
    }

    // MARK: Groups

    private func requireCreation(_ name: Name, _ open: Bool, _ seconds: Int64?, _ caller: Caller) throws(Refusal) {
        var situation = situation(.createGroup, caller)
        situation.thing = open ? .openToGuests : .registeredOnly
        try require(situation)
        if boards.group(name) != nil {
            throw Refusal(.nameTaken, "There is a group \(name) already.", cause: .groupNameUsed)
        }
        if let seconds, !(1...315_360_000).contains(seconds) {
            throw Refusal(.invalid, "A group lasts 1 second to 10 years.")
        }
        let most = settings.limits.groups
        if most > 0, boards.count >= most, caller.person.role < .admin {
            throw Refusal(.unavailable, "The server has as many groups as it takes.")
        }
    }

    private func createGroup(
        _ name: Name, _ password: Secret?, _ open: Bool, _ seconds: Int64?, _ caller: Caller
    ) throws(Refusal) -> Reply? {
        try requireCreation(name, open, seconds, caller)
        if let password, !password.isEmpty {
            guard password.bytes.count <= Secret.maximumBytes else {
                throw Refusal(.tooLarge, "A password has at most \(Secret.maximumBytes) bytes.")
            }
            hash(
                .make(password, withMD5: false, sealed: false), caller.session, caller.tag,
                then: .createGroup(name, openToGuests: open, seconds: seconds))
            return nil
        }
        return try finishCreateGroup(name, open, seconds, caller, nil)
    }

    /// Makes the group, once its password is hashed.
    func finishCreateGroup(
        _ name: Name, _ open: Bool, _ seconds: Int64?, _ caller: Caller, _ password: PasswordVerifier?
    ) throws(Refusal) -> Reply? {
        try requireCreation(name, open, seconds, caller)
        let group = BoardGroup(
            GroupRecord(
                id: ids.nextGroup(), name: name, owner: caller.person.account?.id, password: password,
                openToGuests: open,
                expires: now.adding(seconds: seconds ?? settings.boards.groupSeconds)))
        boards.insert(group)
        onUndo { [unowned self] in boards.remove(group) }
        store(.putGroup(group.record))
        status.groupsChanged()
        group.status = status.groups
        deadlines.add(.group(group.record.id), at: group.record.expires)
        return .done
    }

    private func deleteGroup(_ name: Name, _ caller: Caller) throws(Refusal) -> Reply? {
        let group = try group(name)
        var situation = situation(.deleteGroup, caller)
        situation.thing = isOwner(caller, group) ? .own : .registeredOnly
        try require(situation)
        audit("group.delete", by: caller, target: name.text)
        remove(group)
        return .done
    }

    private func remove(_ group: BoardGroup) {
        for session in sessions.all where session.group === group { set(session, \.group, nil) }
        boards.remove(group)
        onUndo { [unowned self] in boards.insert(group) }
        noteDeletion(.group(group.record.name))
        for id in group.posts.keys { noteDeletion(.post(id)) }
        store(.removeGroup(group.record.id))
        status.groupsChanged()
    }

    private func isOwner(_ caller: Caller, _ group: BoardGroup) -> Bool {
        group.record.owner != nil && group.record.owner == caller.person.account?.id
    }

    private func group(_ name: Name) throws(Refusal) -> BoardGroup {
        guard let group = boards.group(name) else {
            throw missing(.group(name), "There is no group \(name).", cause: .noSuchGroup)
        }
        return group
    }

    // MARK: Joining

    private func join(_ name: Name, _ password: Secret?, _ caller: Caller) throws(Refusal) -> Reply? {
        let group = try group(name)
        try requireOpen(group, caller)
        let isExempt = caller.person.role >= .admin || isOwner(caller, group)
        if let verifier = group.record.password, !isExempt {
            guard let password, !password.isEmpty else { throw wrongGroupPassword() }
            hash(.verify(password, verifier), caller.session, caller.tag, then: .joinGroup(name))
            return nil
        }
        return try join(name, isPasswordRight: true, caller)
    }

    private func wrongGroupPassword() -> Refusal {
        Refusal(.wrongPassword, "The group's password is another.", cause: .wrongGroupPassword)
    }

    private func requireOpen(_ group: BoardGroup, _ caller: Caller) throws(Refusal) {
        try require(.look, caller)
        if caller.person.role == .guest, !group.record.openToGuests {
            throw Refusal(.registeredOnly, "This group is for registered users.", cause: .guest)
        }
    }

    /// Joins the group, once the password that was given is checked.
    func join(_ name: Name, isPasswordRight: Bool, _ caller: Caller) throws(Refusal) -> Reply? {
        let group = try group(name)
        try requireOpen(group, caller)
        guard isPasswordRight else { throw wrongGroupPassword() }
        leaveGroup(caller.session)
        set(caller.session, \.group, group)
        count(caller.key, in: group, 1)
        return .done
    }

    /// Leaves the group joined, if any.
    func leaveGroup(_ session: Session) {
        guard let group = session.group, let key = session.person?.identity.key else { return }
        set(session, \.group, nil)
        count(key, in: group, -1)
        if group.users.isEmpty, group.record.expires <= now {
            // Its end was put off while somebody was in it.
            deadlines.add(.group(group.record.id), at: now)
        }
    }

    private func count(_ key: Int64, in group: BoardGroup, _ change: Int) {
        let before = group.users[key]
        let after = (before ?? 0) + change
        group.users[key] = after > 0 ? after : nil
        onUndo { group.users[key] = before }
    }

    // MARK: Messages

    private func group(_ target: GroupTarget, _ caller: Caller) throws(Refusal) -> BoardGroup {
        switch target {
        case .joined:
            guard let group = caller.session.group else {
                throw Refusal(.notFound, "Join a group first.", cause: .noGroupJoined)
            }
            return group
        case .named(let name):
            let group = try group(name)
            try requireOpen(group, caller)
            let isExempt = caller.person.role >= .admin || isOwner(caller, group) || caller.session.group === group
            guard isExempt || group.record.password == nil else { throw wrongGroupPassword() }
            return group
        }
    }

    private func summary(_ post: BoardPost) -> PostSummary {
        let record = post.record
        return PostSummary(
            name: record.name, author: record.authorName, id: record.id, parent: record.parent,
            replies: post.replies.count, parts: record.parts, at: record.at, expires: record.expires)
    }

    private func posts(_ target: GroupTarget, _ parent: Int64?, _ caller: Caller) throws(Refusal) -> Reply? {
        try require(.look, caller)
        let group = try group(target, caller)
        if let parent, parent != 0, group.posts[parent] == nil { throw noSuchPost(parent) }
        let found = group.posts.values.filter { parent == nil || $0.record.parent == parent }
        return .posts(found.map(summary).sorted { $0.id < $1.id })
    }

    private func noSuchPost(_ id: Int64) -> Refusal {
        missing(.post(id), "There is no such message.", cause: .noSuchMessage)
    }

    private func readPost(_ target: GroupTarget, _ id: Int64, _ caller: Caller) throws(Refusal) -> Reply? {
        try require(.look, caller)
        let group = try group(target, caller)
        guard group.posts[id] != nil else { throw noSuchPost(id) }
        query(.post(id), caller.session, caller.tag, then: .readPost(group.record.id, id))
        return nil
    }

    /// A message's text was read from the store.
    func post(_ groupID: Int64, _ id: Int64, _ parts: [String], _ caller: Caller) throws(Refusal) -> Reply? {
        guard let post = boards.group(groupID)?.posts[id] else {
            throw Refusal(.notFound, "The message was deleted at this moment.", cause: .beingDeleted)
        }
        return .post(summary(post), parts: parts)
    }

    private func create(_ target: GroupTarget, _ new: NewPost, _ caller: Caller) throws(Refusal) -> Reply? {
        let group = try group(target, caller)
        var situation = situation(.post, caller)
        situation.thing = group.record.openToGuests ? .openToGuests : .registeredOnly
        situation.isOverRate = isOverRate(caller.person)
        try require(situation)
        guard (1...100).contains(new.parts.count) else { throw Refusal(.invalid, "A message has 1 to 100 parts.") }
        for part in new.parts { try bound(part, 1_000, "A part") }
        if new.parent != 0, group.posts[new.parent] == nil { throw noSuchPost(new.parent) }
        if let seconds = new.seconds, !(1...315_360_000).contains(seconds), new.parent == 0 {
            throw Refusal(.invalid, "A message lasts 1 second to 10 years.")
        }
        let most = settings.limits.postsInGroup
        if most > 0, group.posts.count >= most {
            throw Refusal(.unavailable, "The group has as many messages as it takes.")
        }
        let expires = new.parent == 0 ? now.adding(seconds: new.seconds ?? settings.boards.messageSeconds) : nil
        let record = PostRecord(
            id: ids.nextPost(), group: group.record.id, parent: new.parent, name: new.name, author: caller.key,
            authorName: caller.person.name, parts: new.parts.count, at: now, expires: expires)
        let post = BoardPost(record)
        group.insert(post)
        onUndo { group.remove([post]) }
        store(.addPost(record, parts: new.parts))
        group.status = status.next()
        if let expires { deadlines.add(.post(group.record.id, record.id), at: expires) }
        return .posted(record.id)
    }

    private func deletePost(_ target: GroupTarget, _ id: Int64, _ caller: Caller) throws(Refusal) -> Reply? {
        let group = try group(target, caller)
        guard let post = group.posts[id] else { throw noSuchPost(id) }
        var situation = situation(.deletePost, caller)
        situation.thing = post.record.author == caller.key || isOwner(caller, group) ? .own : .registeredOnly
        try require(situation)
        remove(thread: id, of: group)
        return .done
    }

    private func remove(thread id: Int64, of group: BoardGroup) {
        let thread = group.thread(id)
        group.remove(thread)
        onUndo { group.putBack(thread) }
        for post in thread { noteDeletion(.post(post.record.id)) }
        store(.removePosts(thread.map(\.record.id)))
        group.status = status.next()
    }

    // MARK: Expiry

    /// A group's time may have come.
    func expireGroup(_ id: Int64) {
        guard let group = boards.group(id), group.users.isEmpty, group.record.expires <= now else { return }
        remove(group)
    }

    /// A message's time may have come.
    func expirePost(_ groupID: Int64, _ id: Int64) {
        guard let group = boards.group(groupID), let post = group.posts[id], let expires = post.record.expires,
            expires <= now
        else { return }
        remove(thread: id, of: group)
    }
}

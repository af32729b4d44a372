import Signaling

/// Writes the replies that are more than a status, one function for each kind of `@ret`.
///
/// Each writes what stands behind `@ret #name` and gives `.ok`, or writes nothing and gives the status to answer with.
enum LineReplies {
    static let challenge: Writing = { reply, _, writer in
        guard case .challenge(let nonce) = reply else { return .unknownError }
        writer.word(nonce.utf8.span)
        writer.end()
        return .ok
    }

    static let whoAmI: Writing = { reply, _, writer in
        guard case .whoAmI(let who) = reply else { return .unknownError }
        writer.word(who.name.text.utf8.span)
        writer.name(who.rooms.first)
        writer.number(who.users)
        writer.name(who.group?.name)
        writer.number(who.group?.number ?? 0)
        writer.end()
        return .ok
    }

    static let rooms: Writing = { reply, now, writer in
        guard case .rooms(let rooms) = reply else { return .unknownError }
        writer.heading(rooms.count)
        for room in rooms {
            writer.row { row in
                row.name(room.name)
                row.name(room.owner)
                row.number(room.users)
                row.seconds(until: room.expires, now: now)
                row.access(
                    isPrivate: room.hasPassword || room.access == .invited, isAnonymous: room.access != .registered)
            }
        }
        return .ok
    }

    static let members: Writing = { reply, _, writer in
        guard case .members(let members) = reply else { return .unknownError }
        writer.heading(members.count)
        for member in members {
            writer.row { row in
                row.name(member.name)
                if member.name == nil {
                    row.literal(" none")
                } else if member.role == .guest {
                    row.literal(" anon")
                } else {
                    row.literal(" regd")
                }
            }
        }
        return .ok
    }

    /// One of the counters.
    static func number(_ field: any KeyPath<StatusNumbers, UInt64> & Sendable) -> Writing {
        { reply, _, writer in
            guard case .status(let numbers) = reply else { return .unknownError }
            writer.number(numbers[keyPath: field])
            writer.end()
            return .ok
        }
    }

    static let messageStatus: Writing = { reply, _, writer in
        guard case .status(let numbers) = reply else { return .unknownError }
        guard let posts = numbers.posts else { return .noGroup }
        writer.number(posts)
        writer.end()
        return .ok
    }

    static let groups: Writing = { reply, now, writer in
        guard case .groups(let groups) = reply else { return .unknownError }
        writer.heading(groups.count)
        for group in groups {
            writer.row { row in
                row.name(group.name)
                row.name(group.owner)
                row.number(group.number)
                row.number(group.messages)
                row.number(group.users)
                row.seconds(until: group.expires, now: now)
                row.access(isPrivate: group.hasPassword, isAnonymous: group.openToGuests)
            }
        }
        return .ok
    }

    static let posts: Writing = { reply, now, writer in
        guard case .posts(let posts) = reply else { return .unknownError }
        writer.heading(posts.count)
        for post in posts {
            writer.row { row in
                row.name(post.name)
                row.name(post.author)
                row.number(post.id)
                row.number(post.parent)
                row.number(post.replies)
                row.seconds(until: post.expires, now: now)
            }
        }
        return .ok
    }

    static let post: Writing = { reply, now, writer in
        guard case .post(let post, let parts) = reply else { return .unknownError }
        var text = LineWriter()
        var lines = 0
        for part in parts {
            LineText.forEachFeed(part.utf8.span) { line in
                text.raw(line)
                text.end()
                lines += 1
            }
        }
        writer.name(post.name)
        writer.number(lines)
        writer.number(post.id)
        writer.number(post.parent)
        writer.number(post.replies)
        writer.seconds(until: post.expires, now: now)
        writer.end()
        writer.raw(text.bytes.span)
        return .ok
    }

    static let names: Writing = { reply, _, writer in
        guard case .names(let names) = reply else { return .unknownError }
        writer.heading(names.count)
        for name in names { writer.row { $0.name(name) } }
        return .ok
    }

    static let history: Writing = { reply, _, writer in
        guard case .history(let messages) = reply else { return .unknownError }
        var rows = LineWriter()
        var lines = 0
        for message in messages {
            LineText.forEachLine(message.text.utf8.span) { line in
                rows.row { row in
                    row.name(message.from)
                    row.number(message.at.seconds)
                    row.quoted(line)
                }
                lines += 1
            }
        }
        writer.heading(lines)
        writer.raw(rows.bytes.span)
        return .ok
    }

    /// Writes a reply behind `@ret #name`.
    typealias Writing = @Sendable (Reply, Timestamp, inout LineWriter) -> LineStatus
}

extension LineWriter {
    /// Ends the first line of a list with the number of lines that follow.
    fileprivate mutating func heading(_ count: Int) {
        number(count)
        end()
    }

    /// Writes a line of words.
    fileprivate mutating func row(_ body: (inout LineWriter) -> Void) {
        body(&self)
        end()
    }

    /// Writes a name, `-` where there is none.
    fileprivate mutating func name(_ name: Name?) {
        word((name?.text ?? "-").utf8.span)
    }

    /// Writes the whole seconds until a moment, rounded up; 0 where there is none.
    fileprivate mutating func seconds(until moment: Timestamp?, now: Timestamp) {
        guard let moment else { return number(0) }
        number(max(0, (moment.milliseconds - now.milliseconds + 999) / 1_000))
    }

    fileprivate mutating func access(isPrivate: Bool, isAnonymous: Bool) {
        if isPrivate { literal(" priv") } else { literal(" pub") }
        if isAnonymous { literal(" anon") } else { literal(" regd") }
    }
}

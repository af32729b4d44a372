import Signaling
import Testing

@Suite struct BoardTests {
    private func posts(_ world: World, _ session: SessionID, parent: Int64? = nil) -> [Int64] {
        guard case .posts(let posts) = world.ask(session, .board(.posts(.joined, parent: parent))) else { return [] }
        return posts.map(\.id)
    }

    private func post(_ world: World, _ session: SessionID, _ parent: Int64 = 0, seconds: Int64? = nil) throws -> Int64
    {
        let new = NewPost(name: .of("m"), parent: parent, parts: ["a", "b c"], seconds: seconds)
        let reply = world.ask(session, .board(.create(.joined, new)))
        guard case .posted(let id) = reply else { throw Unexpected(reply) }
        return id
    }

    @Test func groupsAndThreads() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.guest("bob")
        let closed = BoardCommand.createGroup(.of("staff"), password: Secret("key"), openToGuests: false, seconds: nil)
        #expect(world.ask(bob, .board(closed)).cause == .guest)
        #expect(world.ask(ada, .board(closed)).isDone)
        #expect(world.ask(ada, .board(closed)).cause == .groupNameUsed)
        let open = BoardCommand.createGroup(.of("tea"), password: nil, openToGuests: true, seconds: nil)
        #expect(world.ask(bob, .board(open)).isDone)
        #expect(world.ask(bob, .board(.join(.of("staff"), password: Secret("key")))).code == .registeredOnly)
        #expect(world.ask(bob, .board(.join(.of("nope"), password: nil))).cause == .noSuchGroup)
        #expect(world.ask(bob, .board(.posts(.joined, parent: nil))).cause == .noGroupJoined)
        #expect(world.ask(bob, .board(.join(.of("tea"), password: nil))).isDone)
        #expect(world.ask(ada, .board(.join(.of("tea"), password: nil))).isDone)
        let first = try post(world, bob)
        let reply = try post(world, ada, first)
        let deep = try post(world, bob, reply)
        let other = try post(world, ada)
        #expect(posts(world, ada) == [first, reply, deep, other])
        #expect(posts(world, ada, parent: 0) == [first, other])
        #expect(posts(world, ada, parent: first) == [reply])
        #expect(world.ask(ada, .board(.posts(.joined, parent: 99))).cause == .noSuchMessage)
        guard case .post(let summary, let parts) = world.ask(ada, .board(.post(.joined, first))) else {
            throw Unexpected(nil)
        }
        #expect(parts == ["a", "b c"])
        #expect(summary.replies == 1)
        #expect(world.ask(bob, .board(.delete(.joined, other))).code == .forbidden)
        #expect(world.ask(bob, .board(.delete(.joined, first))).isDone)
        #expect(posts(world, ada) == [other])
        #expect(world.store.load().posts.count == 1)
    }

    @Test func passwordsOfGroups() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.user("bob")
        let staff = BoardCommand.createGroup(.of("staff"), password: Secret("key"), openToGuests: false, seconds: nil)
        #expect(world.ask(ada, .board(staff)).isDone)
        #expect(world.ask(bob, .board(.join(.of("staff"), password: nil))).cause == .wrongGroupPassword)
        #expect(world.ask(bob, .board(.join(.of("staff"), password: Secret("no")))).cause == .wrongGroupPassword)
        #expect(world.ask(bob, .board(.join(.of("staff"), password: Secret("key")))).isDone)
        #expect(world.ask(ada, .board(.join(.of("staff"), password: nil))).isDone)
    }

    @Test func messagesAndGroupsExpireAndOccupiedGroupsWait() throws {
        let world = World()
        let ada = try world.user("ada")
        let make = BoardCommand.createGroup(.of("tea"), password: nil, openToGuests: true, seconds: 100)
        #expect(world.ask(ada, .board(make)).isDone)
        #expect(world.ask(ada, .board(.join(.of("tea"), password: nil))).isDone)
        let first = try post(world, ada, seconds: 10)
        _ = try post(world, ada, first)
        let stays = try post(world, ada)
        world.pass(11)
        #expect(posts(world, ada) == [stays])
        world.restart()
        let back = try world.signIn("ada")
        #expect(world.ask(back, .board(.join(.of("tea"), password: nil))).isDone)
        #expect(posts(world, back) == [stays])
        world.pass(200)
        #expect(posts(world, back) == [stays])
        #expect(world.ask(back, .board(.leave)).isDone)
        world.pass(1)
        guard case .groups(let groups) = world.ask(back, .board(.groups)) else { throw Unexpected(nil) }
        #expect(groups.isEmpty)
        #expect(world.store.load().groups.isEmpty)
    }
}

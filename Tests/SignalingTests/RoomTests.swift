import Signaling
import Testing

@Suite struct RoomTests {
    private func enter(_ world: World, _ session: SessionID, _ room: String, _ password: String? = nil) -> Reply? {
        world.ask(session, .room(.enter(.of(room), password: password.map { Secret($0) })))
    }

    private func rooms(_ world: World, _ session: SessionID) -> [RoomSummary] {
        if case .rooms(let rooms) = world.ask(session, .room(.list)) { rooms } else { [] }
    }

    @Test func passwordsOpenRoomsAndOwnersNeedNone() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.guest("bob")
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"), password: Secret("key"))))).isDone)
        #expect(enter(world, bob, "den").code == .wrongPassword)
        #expect(enter(world, bob, "den", "no").code == .wrongPassword)
        #expect(enter(world, bob, "den", "key").isDone)
        #expect(enter(world, ada, "den").isDone)
        #expect(enter(world, bob, "nowhere").cause == .noSuchRoom)
        let den = try #require(rooms(world, ada).first { $0.name == .of("den") })
        #expect(den.users == 2)
        #expect(den.owner == .of("ada"))
        #expect(den.hasPassword)
        #expect(world.ask(bob, .room(.create(NewRoom(name: .of("den"))))).cause == .roomNameUsed)
    }

    @Test func registeredRoomsTurnGuestsAway() throws {
        let world = World()
        let bob = try world.guest("bob")
        #expect(world.ask(bob, .room(.create(NewRoom(name: .of("club"), access: .registered)))).isDone)
        #expect(enter(world, bob, "club").code == .registeredOnly)
        #expect(enter(world, bob, "club").cause == .guest)
    }

    @Test func anInvitationOpensOnce() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.guest("bob")
        let room = NewRoom(name: .of("den"), password: Secret("key"), access: .invited)
        #expect(world.ask(ada, .room(.create(room))).isDone)
        #expect(enter(world, bob, "den", "key").code == .invitationOnly)
        #expect(world.ask(bob, .room(.invite(.named(.of("den")), .of("bob")))).code == .forbidden)
        #expect(world.ask(ada, .room(.invite(.named(.of("den")), .of("bob")))).isDone)
        #expect(
            world.events(bob).contains {
                if case .invited(room: .of("den"), by: .of("ada")) = $0 { true } else { false }
            })
        #expect(enter(world, bob, "den").isDone)
        #expect(enter(world, bob, "Home").isDone)
        #expect(enter(world, bob, "den", "key").code == .invitationOnly)
    }

    @Test func anInvitationEndsAndLeavesNothingBehind() throws {
        let world = World { $0.timeouts.invitation = 100 }
        let ada = try world.user("ada")
        let bob = try world.user("bob")
        try world.register("cleo")
        world.ask(ada, .room(.create(NewRoom(name: .of("den"), access: .invited, expiry: .empty))))
        world.ask(ada, .room(.enter(.of("den"), password: nil)))
        for name in ["bob", "cleo"] { world.ask(ada, .room(.invite(.named(.of("den")), .of(name)))) }
        #expect(world.store.load().invitations.count == 2)
        world.pass(60)
        // Invited once more, bob has the whole time again.
        world.ask(ada, .room(.invite(.named(.of("den")), .of("bob"))))
        world.pass(60)
        #expect(world.store.load().invitations.count == 1)
        #expect(enter(world, bob, "den").isDone)
        #expect(world.store.load().invitations.isEmpty)
        // One that ends while the server is down goes at the next start.
        world.ask(ada, .room(.invite(.named(.of("den")), .of("cleo"))))
        world.now = world.now.adding(seconds: 200)
        world.restart()
        world.run()
        #expect(world.store.load().invitations.isEmpty)
    }

    @Test func ownershipOutlastsEveryDisconnectAndCanBeHandedOver() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.user("bob")
        world.ask(ada, .room(.create(NewRoom(name: .of("den")))))
        world.ask(bob, .room(.enter(.of("den"), password: nil)))
        world.hub.close(ada)
        world.run()
        func owner() -> Name? {
            guard case .rooms(let rooms) = world.ask(bob, .room(.list)) else { return nil }
            return rooms.first { $0.name == .of("den") }?.owner
        }
        #expect(owner() == .of("ada"))
        let again = try world.signIn("ada")
        #expect(world.ask(again, .room(.handOver(.named(.of("den")), .of("nobody")))).cause == .noSuchUser)
        #expect(world.ask(bob, .room(.handOver(.named(.of("den")), .of("bob")))).code == .forbidden)
        #expect(world.ask(again, .room(.handOver(.named(.of("den")), .of("bob")))).isDone)
        #expect(owner() == .of("bob"))
        #expect(world.ask(again, .room(.delete(.of("den"), password: nil))).code == .forbidden)
    }

    @Test func fullRoomsLetAdminsInOnly() throws {
        let world = World {
            $0.limits.usersInRoom = 1
            $0.admins = [.of("root")]
        }
        // Home is full with one, too: the others come by a door of many rooms.
        let ada = try world.user("ada", .socketIO)
        let bob = try world.guest("bob", .socketIO)
        let root = try world.user("root", .socketIO)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"))))).isDone)
        #expect(enter(world, ada, "den").isDone)
        #expect(enter(world, ada, "den").isDone)
        #expect(enter(world, bob, "den").code == .roomFull)
        #expect(enter(world, root, "den").isDone)
    }

    @Test func emptyRoomsGoAfterTheirTimeAndHomeNever() throws {
        let world = World { $0.timeouts.emptyRoom = 60 }
        let bob = try world.guest("bob")
        #expect(world.ask(bob, .room(.create(NewRoom(name: .of("den"))))).isDone)
        world.pass(50)
        #expect(enter(world, bob, "den").isDone)
        world.pass(100)
        #expect(enter(world, bob, "Home").isDone)
        world.pass(59)
        #expect(rooms(world, bob).map(\.name) == [.home, .of("den")])
        world.pass(2)
        #expect(rooms(world, bob).map(\.name) == [.home])
        #expect(world.store.load().rooms.map(\.name) == [.home])
    }

    @Test func notEvenAnAdminMakesHomeEnd() throws {
        let world = World { $0.admins = [.of("root")] }
        let root = try world.user("root")
        var changes = RoomChanges()
        changes.expiry = .seconds(1)
        #expect(world.ask(root, .room(.update(.named(.home), changes))).code == .forbidden)
        changes.expiry = .empty
        #expect(world.ask(root, .room(.update(.named(.home), changes))).code == .forbidden)
        world.hub.close(root)
        world.pass(10_000)
        #expect(try world.signIn("root").slot >= 0)
    }

    @Test func onlyAdminsMakeRoomsThatStay() throws {
        let world = World { $0.admins = [.of("root")] }
        let ada = try world.user("ada")
        let root = try world.user("root")
        let room = NewRoom(name: .of("den"), expiry: .never)
        #expect(world.ask(ada, .room(.create(room))).code == .forbidden)
        #expect(world.ask(root, .room(.create(room))).isDone)
        world.pass(100_000)
        #expect(rooms(world, ada).map(\.name) == [.home, .of("den")])
    }

    @Test func kindsNeedTheirPermission() throws {
        let world = World()
        let bob = try world.guest("bob")
        let ada = try world.user("ada")
        #expect(world.ask(bob, .room(.create(NewRoom(name: .of("a"), kind: .audio)))).cause == .guest)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("a"), kind: .audio)))).isDone)
        #expect(world.ask(bob, .room(.create(NewRoom(name: .of("t"), kind: .text)))).isDone)
    }

    @Test func roomsAreDeletedByTheirOwnerWhenEmpty() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.guest("bob")
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"), password: Secret("key"))))).isDone)
        #expect(world.ask(bob, .room(.delete(.of("den"), password: nil))).cause == .notOwner)
        #expect(world.ask(ada, .room(.delete(.of("den"), password: Secret("no")))).code == .wrongPassword)
        #expect(enter(world, bob, "den", "key").isDone)
        #expect(world.ask(ada, .room(.delete(.of("den"), password: nil))).code == .notEmpty)
        #expect(enter(world, bob, "Home").isDone)
        #expect(world.ask(ada, .room(.delete(.of("den"), password: Secret("key")))).isDone)
        #expect(world.ask(ada, .room(.delete(.of("den"), password: nil))).cause == .noSuchRoom)
        #expect(world.ask(ada, .room(.delete(.home, password: nil))).code == .forbidden)
    }

    @Test func aGuestsRoomBelongsToNobodyOnceTheyAreGone() throws {
        let world = World()
        let bob = try world.guest("bob")
        let ada = try world.user("ada")
        #expect(world.ask(bob, .room(.create(NewRoom(name: .of("den"))))).isDone)
        #expect(rooms(world, ada).first { $0.name == .of("den") }?.owner == .of("bob"))
        world.hub.close(bob)
        world.run()
        #expect(rooms(world, ada).first { $0.name == .of("den") }?.owner == nil)
    }

    @Test func aUserCountsOnceHoweverManySessions() throws {
        let world = World()
        let one = try world.user("ada")
        let two = try world.signIn("ada")
        let bob = try world.guest("bob")
        guard case .members(let members) = world.ask(bob, .room(.members(.current))) else { throw Unexpected(nil) }
        #expect(members.map(\.name) == [.of("ada"), .of("bob")])
        world.hub.close(one)
        world.run()
        #expect(rooms(world, two).first?.users == 2)
        world.hub.close(two)
        world.run()
        #expect(rooms(world, bob).first?.users == 1)
    }

    @Test func roomsRolesBansAndAccountsSurviveARestart() throws {
        let world = World()
        let ada = try world.user("ada")
        try world.register("bob")
        try world.register("eve")
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"), password: Secret("key"))))).isDone)
        #expect(world.ask(ada, .moderation(.grant(.room(.named(.of("den"))), .of("bob")))).isDone)
        let ban = ModerationCommand.ban(.room(.named(.of("den"))), .user(.of("eve")), seconds: nil, reason: "loud")
        #expect(world.ask(ada, .moderation(ban)).isDone)
        world.restart()
        let eve = try world.signIn("eve")
        let reply = enter(world, eve, "den", "key")
        #expect(reply.code == .banned)
        if case .refused(let refusal) = reply { #expect(refusal.message.contains("loud")) }
        let bob = try world.signIn("bob")
        #expect(enter(world, bob, "den").isDone, "a room's admin needs no password")
        let back = try world.signIn("ada")
        #expect(world.ask(back, .room(.handOver(.named(.of("den")), .of("bob")))).isDone)
        #expect(world.ask(back, .moderation(.grant(.room(.named(.of("den"))), .of("eve")))).cause == .notOwner)
        #expect(world.store.audit.map(\.action).contains("room.handOver"))
    }

    @Test func changesNeedTheirRank() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.user("bob")
        let den = RoomTarget.named(.of("den"))
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"))))).isDone)
        var topic = RoomChanges()
        topic.topic = "tea"
        var password = RoomChanges()
        password.password = Secret("key")
        #expect(world.ask(bob, .room(.update(den, topic))).code == .forbidden)
        #expect(world.ask(ada, .moderation(.grant(.room(den), .of("bob")))).isDone)
        #expect(world.ask(bob, .room(.update(den, topic))).isDone)
        #expect(world.ask(bob, .room(.update(den, password))).cause == .notOwner)
        #expect(world.ask(ada, .room(.update(den, password))).isDone)
        #expect(rooms(world, ada).first { $0.name == .of("den") }?.hasPassword == true)
        #expect(rooms(world, ada).first { $0.name == .of("den") }?.topic == "tea")
        password.password = Secret("")
        #expect(world.ask(ada, .room(.update(den, password))).isDone)
        #expect(rooms(world, ada).first { $0.name == .of("den") }?.hasPassword == false)
    }

    @Test func statusNumbersGrowWithWhatTheyStandFor() throws {
        let world = World()
        let bob = try world.guest("bob")
        func status() throws -> StatusNumbers {
            guard case .status(let status) = world.ask(bob, .server(.status)) else { throw Unexpected(nil) }
            return status
        }
        let first = try status()
        #expect(try status() == first)
        #expect(world.ask(bob, .room(.create(NewRoom(name: .of("den"))))).isDone)
        let second = try status()
        #expect(second.rooms > first.rooms)
        #expect(second.movements == first.movements)
        #expect(enter(world, bob, "den").isDone)
        let third = try status()
        #expect(third.movements > second.movements)
        #expect(third.ownRoom > second.ownRoom)
        #expect(third.rooms == second.rooms)
    }
}

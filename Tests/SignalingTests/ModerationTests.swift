import Signaling
import Testing

@Suite struct ModerationTests {
    private let home = Scope.room(.current)

    private func world() -> World {
        World { $0.admins = [.of("root")] }
    }

    @Test func kickingFromARoomLandsAtHome() throws {
        let world = world()
        let ada = try world.user("ada")
        let bob = try world.guest("bob")
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"))))).isDone)
        for session in [ada, bob] { #expect(world.ask(session, .room(.enter(.of("den"), password: nil))).isDone) }
        #expect(world.ask(bob, .moderation(.kick(home, .of("ada"), reason: "no"))).code == .forbidden)
        #expect(world.ask(ada, .moderation(.kick(home, .of("bob"), reason: "loud"))).isDone)
        let kicked = world.events(bob).contains {
            if case .kicked(let sanction) = $0 { sanction.reason == "loud" && sanction.by == .of("ada") } else { false }
        }
        #expect(kicked)
        guard case .whoAmI(let who) = world.ask(bob, .session(.whoAmI)) else { throw Unexpected(nil) }
        #expect(who.rooms == [.home])
        #expect(world.store.audit.last?.action == "kick")
        #expect(world.store.audit.last?.reason == "loud")
    }

    @Test func nobodyActsAgainstAnEqual() throws {
        let world = world()
        let root = try world.user("root")
        for name in ["one", "two"] {
            try world.register(name)
            #expect(world.ask(root, .account(.setRole(.of(name), .admin))).isDone)
        }
        let one = try world.signIn("one")
        try world.signIn("two")
        for command in [
            ModerationCommand.kick(.everywhere, .of("two"), reason: ""),
            .mute(.everywhere, .of("two"), .all, seconds: nil, reason: ""),
            .ban(.everywhere, .user(.of("two")), seconds: nil, reason: ""), .kick(.everywhere, .of("root"), reason: ""),
            .ban(.everywhere, .user(.of("one")), seconds: nil, reason: ""),
        ] {
            #expect(world.ask(one, .moderation(command)).code == .outranked)
        }
        #expect(world.ask(one, .moderation(.grant(.everywhere, .of("two")))).code == .forbidden)
        #expect(world.ask(one, .account(.setRole(.of("one"), .user))).code == .forbidden)
    }

    @Test func mutesHoldUntilTheirEnd() throws {
        let world = world()
        let root = try world.user("root")
        let bob = try world.guest("bob")
        let mute = ModerationCommand.mute(.everywhere, .of("bob"), .text, seconds: 60, reason: "caps")
        #expect(world.ask(root, .moderation(mute)).isDone)
        let reply = world.ask(bob, .message(.toRoom(.current, Outgoing("HEY"))))
        #expect(reply.code == .muted)
        if case .refused(let refusal) = reply { #expect(refusal.retryAfter == 60_000) }
        world.pass(61)
        #expect(world.ask(bob, .message(.toRoom(.current, Outgoing("hey")))).isDone)
        #expect(world.store.load().restrictions.isEmpty)
    }

    @Test func bansCloseAllSessionsAndKeepOut() throws {
        let world = world()
        let root = try world.user("root")
        let one = try world.user("eve")
        let two = try world.signIn("eve")
        let ban = ModerationCommand.ban(.everywhere, .user(.of("eve")), seconds: nil, reason: "spam")
        #expect(world.ask(root, .moderation(ban)).isDone)
        #expect(world.closed[one] != nil)
        #expect(world.closed[two] != nil)
        world.restart()
        let session = world.connect()
        let attempt = Command.session(.signIn(.password(.of("eve"), Secret("pw"))))
        #expect(world.ask(session, attempt).code == .banned)
        let back = try world.signIn("root")
        #expect(world.ask(back, .moderation(.unban(.everywhere, .user(.of("eve"))))).isDone)
        #expect(world.ask(session, attempt).isDone)
    }

    @Test func whatIsAgainstAGuestHoldsForTheNextOfThatName() throws {
        let world = world()
        let root = try world.user("root")
        let gus = try world.guest("gus", from: "192.0.2.1")
        let mute = ModerationCommand.mute(.everywhere, .of("gus"), .text, seconds: nil, reason: "caps")
        #expect(world.ask(root, .moderation(mute)).isDone)
        world.hub.close(gus)
        world.run()
        world.restart()
        let root2 = try world.signIn("root")
        let again = try world.guest("gus", from: "192.0.2.2")
        let said = Command.message(.toRoom(.current, Outgoing("HEY")))
        #expect(world.ask(again, said).code == .muted)
        #expect(world.ask(try world.guest("hal"), said).isDone)
        #expect(world.ask(root2, .moderation(.unmute(.everywhere, .of("gus"), .text))).isDone)
        #expect(world.ask(again, said).isDone)

        #expect(world.ask(root2, .moderation(.ban(.everywhere, .user(.of("gus")), seconds: nil, reason: ""))).isDone)
        let third = world.connect()
        #expect(world.ask(third, .session(.signIn(.guest(.of("gus"))))).code == .banned)
        #expect(world.ask(root2, .moderation(.unban(.everywhere, .user(.of("gus"))))).isDone)
        #expect(world.ask(third, .session(.signIn(.guest(.of("gus"))))).isDone)
        #expect(world.store.load().restrictions.isEmpty)
    }

    @Test func aBanWithAddressesIsLiftedWhole() throws {
        let world = world()
        let root = try world.user("root")
        try world.user("eve", from: "192.0.2.66")
        func comes(_ name: String, _ address: String) -> Reply? {
            let session = world.connect(from: address)
            return name == "eve"
                ? world.ask(session, .session(.signIn(.password(.of("eve"), Secret("pw")))))
                : world.ask(session, .session(.signIn(.guest(.of(name)))))
        }
        let ban = ModerationCommand.ban(.everywhere, .userAndAddress(.of("eve")), seconds: nil, reason: "spam")
        #expect(world.ask(root, .moderation(ban)).isDone)
        #expect(comes("eve", "198.51.100.1").code == .banned)
        #expect(comes("gus", "192.0.2.66").code == .banned)
        #expect(comes("hal", "198.51.100.2").isDone)
        world.restart()
        let again = try world.signIn("root", from: "198.51.100.9")
        #expect(comes("gus", "192.0.2.66").code == .banned)
        #expect(world.ask(again, .moderation(.unban(.everywhere, .user(.of("eve"))))).isDone)
        #expect(world.store.load().restrictions.isEmpty)
        #expect(comes("gus", "192.0.2.66").isDone)
        #expect(comes("eve", "192.0.2.66").isDone)
    }

    @Test func bansOfNetworksSpareAdminsAndNeedRank() throws {
        let world = world()
        let root = try world.user("root", from: "10.0.0.1")
        let bob = try world.guest("bob", from: "10.0.0.2")
        let eve = try world.guest("eve", from: "192.0.2.1")
        let network = try #require(IPNetwork("10.0.0.0/8"))
        let ban = ModerationCommand.ban(.everywhere, .network(network), seconds: nil, reason: "")
        #expect(world.ask(eve, .moderation(ban)).code == .forbidden)
        #expect(world.ask(root, .moderation(ban)).isDone)
        #expect(world.closed[bob] != nil)
        #expect(world.closed[eve] == nil)
        #expect(world.closed[root] == nil)
        let session = world.connect(from: "10.9.9.9")
        #expect(world.ask(session, .session(.signIn(.guest(.of("bob"))))).code == .banned)
        #expect(try world.signIn("root", from: "10.0.0.3") != root)
    }

    @Test func aMuteIsDoneWhenTheLastPacketIsOut() throws {
        let world = world()
        let root = try world.user("root")
        let ada = try world.user("ada", .socketIO)
        let room = NewRoom(name: .of("den"), kind: .video)
        #expect(world.ask(ada, .room(.create(room))).isDone)
        let opening = MediaOpening(request: .offer(sdp: "offer"), requester: nil)
        #expect(world.ask(ada, .media(.open(.room(.of("den"), password: nil), opening))).isDone)
        world.holdsMedia = true
        let den = Scope.room(.named(.of("den")))
        let tag = world.submit(.moderation(.mute(den, .of("ada"), .audio, seconds: nil, reason: "")), root)
        world.run()
        #expect(world.takeReply(tag, root) == nil)
        guard case .setMaySend(_, let kinds) = world.heldMedia.first?.1 else { throw Unexpected(nil) }
        #expect(kinds == .video)
        world.releaseMedia()
        #expect(world.takeReply(tag, root).isDone)
    }

    @Test func rolesAndTheirLossAreAnnouncedAndLogged() throws {
        let world = world()
        let root = try world.user("root")
        let ada = try world.user("ada", .socketIO)
        #expect(world.ask(root, .moderation(.grant(.everywhere, .of("ada")))).isDone)
        let roles = world.events(ada).compactMap {
            if case .roleChanged(_, _, let role) = $0 { role } else { nil }
        }
        #expect(roles == ["admin"])
        #expect(world.ask(ada, .moderation(.audit(before: nil, limit: 10))).isDone)
        #expect(world.ask(root, .moderation(.revoke(.everywhere, .of("ada")))).isDone)
        #expect(world.ask(ada, .moderation(.audit(before: nil, limit: 10))).code == .forbidden)
    }

    @Test func theOperatorEmptiesARoomByDeletingIt() throws {
        let world = world()
        let bob = try world.guest("bob")
        #expect(world.ask(bob, .room(.create(NewRoom(name: .of("den"))))).isDone)
        #expect(world.ask(bob, .room(.enter(.of("den"), password: nil))).isDone)
        #expect(world.ask(world.connect(.control), .room(.delete(.of("den"), password: nil))).isDone)
        let isTold = world.events(bob).contains {
            if case .roomDeleted(room: .of("den")) = $0 { true } else { false }
        }
        #expect(isTold)
        guard case .whoAmI(let who) = world.ask(bob, .session(.whoAmI)) else { throw Unexpected(nil) }
        #expect(who.rooms == [.home])
    }
}

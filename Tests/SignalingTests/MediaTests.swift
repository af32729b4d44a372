import Signaling
import Testing

@Suite struct MediaTests {
    private func open(_ room: String, _ sdp: String = "offer", password: String? = nil, until: Timestamp? = nil)
        -> Command
    {
        let opening = MediaOpening(request: .offer(sdp: sdp), requester: nil, until: until)
        return .media(.open(.room(.of(room), password: password.map { Secret($0) }), opening))
    }

    private func opened(_ world: World) -> MediaOpen? {
        for request in world.mediaRequests.reversed() {
            if case .open(let open) = request { return open }
        }
        return nil
    }

    private func closes(_ world: World) -> Int {
        world.mediaRequests.count {
            if case .close = $0 { true } else { false }
        }
    }

    private func users(_ world: World, _ session: SessionID, _ room: String) -> Int? {
        guard case .rooms(let rooms) = world.ask(session, .room(.list)) else { return nil }
        return rooms.first { $0.name == .of(room) }?.users
    }

    @Test func postingAnOfferEntersTheRoomForAsLongAsTheSessionLives() throws {
        let world = World()
        let ada = try world.user("ada")
        let room = NewRoom(name: .of("den"), kind: .video, password: Secret("key"))
        #expect(world.ask(ada, .room(.create(room))).isDone)
        let http = try world.guest("bob", .http)
        #expect(world.ask(http, open("den")).code == .wrongPassword)
        #expect(world.ask(http, open("den", password: "no")).code == .wrongPassword)
        let reply = world.ask(http, open("den", password: "key"))
        guard case .mediaOpened(let media) = reply else { throw Unexpected(reply) }
        #expect(media.sdp == "answer")
        #expect(users(world, ada, "den") == 1)
        #expect(opened(world)?.allowed == [.audio, .video])
        #expect(opened(world)?.maySend == [.audio, .video])
        world.hub.handle(.ended(media.session, reason: "timeout"))
        world.run()
        #expect(users(world, ada, "den") == 0)
        #expect(world.closed[http] == "timeout")
    }

    @Test func kindsAndMutesDecideWhatMayBeSent() throws {
        let world = World { $0.guests.canSpeak = false }
        let ada = try world.user("ada", .socketIO)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("text"))))).isDone)
        #expect(world.ask(ada, open("text")).code == .wrongKind)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("audio"), kind: .audio)))).isDone)
        #expect(world.ask(ada, open("audio")).isDone)
        #expect(opened(world)?.allowed == .audio)
        let guest = try world.guest("bob", .http)
        #expect(world.ask(guest, open("audio")).isDone)
        #expect(opened(world)?.maySend == [])
        let eve = try world.user("eve", .http)
        #expect(
            world.ask(
                world.connect(.control), .moderation(.mute(.everywhere, .of("eve"), .audio, seconds: nil, reason: ""))
            ).isDone)
        #expect(world.ask(eve, open("audio")).isDone)
        #expect(opened(world)?.maySend == [])
        #expect(opened(world)?.participant != 0)
    }

    @Test func allSessionsOfOneUserAreOneParticipant() throws {
        let world = World()
        let ada = try world.user("ada", .socketIO)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"), kind: .audio)))).isDone)
        #expect(world.ask(ada, open("den")).isDone)
        let first = opened(world)
        let second = try world.signIn("ada", .http)
        #expect(world.ask(second, open("den")).isDone)
        #expect(opened(world)?.participant == first?.participant)
        #expect(opened(world)?.session != first?.session)
        #expect(users(world, ada, "den") == 1)
    }

    @Test func leavingAndKickingWaitForTheMediaToEnd() throws {
        let world = World()
        let ada = try world.user("ada", .socketIO)
        let bob = try world.user("bob", .socketIO)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"), kind: .audio)))).isDone)
        for session in [ada, bob] { #expect(world.ask(session, open("den")).isDone) }
        world.holdsMedia = true
        let den = RoomTarget.named(.of("den"))
        let kick = world.submit(.moderation(.kick(.room(den), .of("bob"), reason: "")), ada)
        world.run()
        #expect(world.takeReply(kick, ada) == nil)
        #expect(closes(world) == 1)
        world.releaseMedia()
        #expect(world.takeReply(kick, ada).isDone)
        let leave = world.submit(.room(.leave(den)), ada)
        world.run()
        #expect(world.takeReply(leave, ada) == nil)
        world.releaseMedia()
        #expect(world.takeReply(leave, ada).isDone)
        #expect(closes(world) == 2)
    }

    @Test func closingTheConnectionEndsItsMedia() throws {
        let world = World()
        let ada = try world.user("ada", .socketIO)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"), kind: .audio)))).isDone)
        #expect(world.ask(ada, open("den")).isDone)
        world.hub.close(ada)
        world.run()
        #expect(closes(world) == 1)
    }

    @Test func aRefusedOfferLeavesNothingBehind() throws {
        let world = World()
        let ada = try world.user("ada", .socketIO)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"), kind: .audio)))).isDone)
        #expect(world.ask(ada, open("den", "bad")).code == .unsupported)
        #expect(users(world, ada, "den") == 0)
        guard case .statistics(let statistics) = world.ask(ada, .server(.statistics)) else { throw Unexpected(nil) }
        #expect(statistics.mediaSessions == 0)
    }

    @Test func deletingNeedsToBeTheirs() throws {
        let world = World()
        let ada = try world.user("ada", .http)
        let bob = try world.user("bob", .http)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"), kind: .audio)))).isDone)
        guard case .mediaOpened(let media) = world.ask(ada, open("den")) else { throw Unexpected(nil) }
        #expect(world.ask(bob, .media(.close(media.session))).code == .notFound)
        let again = try world.signIn("ada", .http)
        #expect(world.ask(again, .media(.close(media.session))).isDone)
        #expect(world.closed[ada] != nil)
        #expect(users(world, bob, "den") == 0)
    }

    @Test func aListenerGoesWithTheToken() throws {
        let world = World()
        let ada = try world.user("ada", .http)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"), kind: .audio)))).isDone)
        #expect(world.ask(ada, open("den", until: world.now.adding(seconds: 60))).isDone)
        world.pass(61)
        #expect(closes(world) == 1)
        #expect(world.closed[ada] != nil)
    }

    @Test func whoSpeaksIsToldByName() throws {
        let world = World()
        let ada = try world.user("ada", .socketIO)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"), kind: .audio)))).isDone)
        #expect(world.ask(ada, open("den")).isDone)
        let open = try #require(opened(world))
        _ = world.events(ada)
        world.hub.handle(.speaking(room: open.room, participants: [open.participant]))
        world.run()
        guard case .speaking(room: .of("den"), users: let users) = world.events(ada).first else {
            throw Unexpected(nil)
        }
        #expect(users == [.of("ada")])
    }

    @Test func privateCallsRingAndEnd() throws {
        let world = World { $0.timeouts.ring = 20 }
        let ada = try world.user("ada", .socketIO)
        let bob = try world.user("bob", .socketIO)
        let eve = try world.user("eve", .socketIO)
        guard case .call(let id) = world.ask(ada, .call(.invite(.of("bob"), media: .audio))) else {
            throw Unexpected(nil)
        }
        let opening = MediaOpening(request: .offer(sdp: "offer"), requester: nil)
        #expect(world.ask(ada, .media(.open(.call(id), opening))).code == .forbidden)
        #expect(world.ask(eve, .call(.accept(id))).code == .notFound)
        #expect(world.ask(eve, .call(.invite(.of("bob"), media: .audio))).isDone)
        guard case .call(.declined(_, by: .of("bob"), reason: "busy")) = world.events(eve).last else {
            throw Unexpected(nil)
        }
        #expect(world.ask(bob, .call(.accept(id))).isDone)
        for session in [ada, bob] { #expect(world.ask(session, .media(.open(.call(id), opening))).isDone) }
        #expect(opened(world).map { $0.room < 0 } == true)
        #expect(world.ask(bob, .call(.hangUp(id))).isDone)
        #expect(closes(world) == 2)
        guard case .call = world.ask(ada, .call(.invite(.of("bob"), media: .video))) else { throw Unexpected(nil) }
        world.pass(21)
        guard case .call(.ended(_, reason: "no answer")) = world.events(bob).last else { throw Unexpected(nil) }
    }
}

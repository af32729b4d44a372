import Testing

@testable import Signaling

/// Every command asks the permission model before it does anything: to somebody whom the model refuses everything, each is
/// refused for that reason, whatever else would be said of it.
@Suite struct ActsTests {
    /// What may be done all the same: leaving, and hearing who one is; signing in is refused by itself.
    private func isFree(_ command: Command) -> Bool {
        switch command {
        case .session, .media(.close), .call(.hangUp), .call(.decline): true
        default: false
        }
    }

    @Test func everyCommandAsksTheModel() throws {
        for command in CommandSamples.all where !isFree(command) {
            let world = World { $0.admins = [.of("root")] }
            let root = try world.user("root", .socketIO)
            let den = Name.of("den")
            // What the samples name is there, so that no command ends early for the lack of it.
            let other = try world.user("x", .socketIO)
            world.ask(root, .room(.create(NewRoom(name: den))))
            world.ask(root, .room(.create(NewRoom(name: .of("x")))))
            world.ask(root, .board(.createGroup(.of("x"), password: nil, openToGuests: true, seconds: nil)))
            world.ask(root, .board(.join(.of("x"), password: nil)))
            world.ask(root, .board(.create(.joined, NewPost(name: .of("x"), parts: ["t"]))))
            for session in [root, other] { world.ask(session, .room(.enter(den, password: nil))) }
            world.ask(root, .people(.addContact(.of("x"), group: nil)))

            let person = try #require(world.hub.directory.person(.of("root")))
            world.hub.restrictions.insert(
                RestrictionRecord(
                    id: 1, media: nil, subject: person.identity, subjectName: person.name, network: nil, room: nil,
                    by: nil, reason: "for the test", since: world.now, until: nil))
            let batches = world.batches
            let reply = world.ask(root, command)
            #expect(reply.code == .banned, "\(command) does not ask")
            #expect(world.batches == batches, "\(command) stored something before it asked")
        }
    }

    @Test func signingInAsksToo() throws {
        let world = World()
        try world.register("ann")
        let person = try #require(world.hub.directory.account(.of("ann")))
        world.hub.restrictions.insert(
            RestrictionRecord(
                id: 1, media: nil, subject: .account(person.id), subjectName: person.name, network: nil, room: nil,
                by: nil, reason: "", since: world.now, until: nil))
        let session = world.connect()
        let reply = world.ask(session, .session(.signIn(.password(.of("ann"), Secret("pw")))))
        #expect(reply.code == .banned)
    }
}

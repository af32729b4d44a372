import Testing

@testable import Signaling

/// The short way of messages decides as the long one does, or leaves the decision to it.
@Suite struct DirectMessageTests {
    private func world(_ configure: (inout Settings) -> Void = { _ in }) -> World {
        World {
            $0.keepsHistory = false
            configure(&$0)
        }
    }

    private func tell(_ world: World, _ name: String, _ text: String = "hi", from session: SessionID) -> DirectMessage?
    {
        world.hub.sendToMember(Array(name.utf8).span, textOf: text.utf8.count, from: session)
    }

    private func say(_ world: World, _ text: String = "hi", from session: SessionID) -> DirectMessage? {
        world.hub.sendToRoom(textOf: text.utf8.count, from: session)
    }

    /// What an event of it would say, outside of macros, which cannot hold a span.
    private func read(_ world: World, _ sent: DirectMessage, _ text: String = "hi") -> Message? {
        world.hub.message(sent, Array(text.utf8).span)
    }

    private func one(_ message: DirectMessage?) -> SessionID? {
        if case .one(let session)? = message?.receivers { session } else { nil }
    }

    @Test func aPrivateMessageGoesToTheOneSession() throws {
        let world = world()
        let (ada, bob) = (try world.guest("ada"), try world.guest("bob"))
        let sent = try #require(tell(world, "bob", from: ada))
        #expect(one(sent) == bob)
        let message = try #require(read(world, sent))
        #expect(message.text == "hi")
        #expect(message.from == .of("ada"))
        #expect(message.place == .user(from: .of("ada"), to: .of("bob")))
    }

    @Test func aMessageToTheRoomGoesToAllOfIt() throws {
        let world = world()
        let (ada, bob) = (try world.guest("ada"), try world.guest("bob"))
        let sent = try #require(say(world, from: ada))
        guard case .room(let receivers) = sent.receivers else {
            Issue.record("a room was expected")
            return
        }
        #expect(Set(receivers) == [ada, bob])
        #expect(read(world, sent)?.place == .room(.home))
    }

    @Test func bothWaysShareOneNumbering() throws {
        let world = world()
        let (ada, bob) = (try world.guest("ada"), try world.guest("bob"))
        var numbers: [Int64] = []
        var ids: [MessageID] = []
        for turn in 0..<6 {
            if turn % 2 == 0 {
                let sent = try #require(tell(world, "bob", from: ada))
                numbers.append(sent.number)
                ids.append(sent.id)
            } else {
                world.ask(bob, .message(.toMember(.of("ada"), Outgoing("back"))))
                for case .message(let message) in world.events(ada) {
                    numbers.append(message.number)
                    ids.append(message.id)
                }
            }
        }
        #expect(numbers == [1, 2, 3, 4, 5, 6])
        #expect(ids == ids.sorted() && Set(ids).count == 6)
        let said = try #require(say(world, from: ada))
        world.ask(ada, .message(.toRoom(.current, Outgoing("again"))))
        let next = world.events(bob).compactMap { if case .message(let message) = $0 { message.number } else { nil } }
        #expect(next == [said.number + 1])
    }

    @Test func whatIsStoredTakesTheLongWay() throws {
        let world = World()
        let ada = try world.guest("ada")
        try world.guest("bob")
        #expect(tell(world, "bob", from: ada) == nil)
        #expect(say(world, from: ada) == nil)
    }

    @Test func nothingIsOvertaken() throws {
        let world = world()
        let (ada, bob) = (try world.guest("ada"), try world.guest("bob"))
        world.submit(.message(.toRoom(.current, Outgoing("first"))), ada)
        #expect(say(world, from: ada) == nil)
        #expect(say(world, from: bob) == nil)
        world.run()
        #expect(say(world, from: ada) != nil)

        // While a commit is at the store nothing is decided.
        world.holdsCommits = true
        world.submit(.room(.create(NewRoom(name: .of("den")))), bob)
        world.run()
        #expect(say(world, from: ada) == nil)
        world.holdsCommits = false
        world.commit()
        world.run()
        #expect(say(world, from: ada) != nil)

        // A session that waits for its own command is not spoken for either.
        world.holdsHashes = true
        world.submit(.account(.create(NewAccount(name: .of("dora"), password: Secret("pw")))), ada)
        world.run()
        #expect(say(world, from: ada) == nil)
        #expect(say(world, from: bob) != nil)
    }

    @Test func whatThePermissionsRefuseTakesTheLongWay() throws {
        let world = world { $0.admins = [.of("root")] }
        let root = try world.user("root")
        let (ada, bob) = (try world.guest("ada"), try world.guest("bob"))
        #expect(tell(world, "nobody", from: ada) == nil)
        #expect(tell(world, String(repeating: "n", count: 40), from: ada) == nil)
        #expect(say(world, String(repeating: "x", count: 100_000), from: ada) == nil)

        // In another room.
        world.ask(bob, .room(.create(NewRoom(name: .of("den")))))
        world.ask(bob, .room(.enter(.of("den"), password: nil)))
        #expect(tell(world, "bob", from: ada) == nil)
        world.ask(bob, .room(.enter(.home, password: nil)))
        #expect(tell(world, "bob", from: ada) != nil)

        world.ask(bob, .people(.ignore(.of("ada"))))
        #expect(tell(world, "bob", from: ada) == nil)
        #expect(say(world, from: ada) == nil)
        #expect(say(world, from: bob) != nil)
        world.ask(bob, .people(.unignore(.of("ada"))))

        let muted = world.ask(
            root, .moderation(.mute(.everywhere, .of("ada"), .text, seconds: 60, reason: "")))
        #expect(muted.isDone)
        #expect(tell(world, "bob", from: ada) == nil)
        #expect(say(world, from: ada) == nil)
        world.pass(61)
        #expect(tell(world, "bob", from: ada) != nil)
        #expect(say(world, from: ada) != nil)
    }

    @Test func guestsWhoMayOnlyReadStaySilent() throws {
        let world = world { $0.guests.canSpeak = false }
        let ada = try world.guest("ada")
        try world.guest("bob")
        #expect(say(world, from: ada) == nil)
        #expect(tell(world, "bob", from: ada) == nil)
    }

    @Test func bothWaysShareTheFloodLimit() throws {
        let world = world { $0.limits.messagesPerSecond = 10 }
        let ada = try world.guest("ada")
        // Half of the rate for guests, four seconds' worth at once.
        var granted = 0
        while say(world, from: ada) != nil { granted += 1 }
        #expect(granted == 20)
        #expect(world.ask(ada, .message(.toRoom(.current, Outgoing("more")))).code == .rateLimited)
        world.pass(1)
        #expect(say(world, from: ada) != nil)
    }

    @Test func whoHasSeveralDevicesTakesTheLongWay() throws {
        let world = world()
        let ada = try world.user("ada")
        let bob = try world.user("bob")
        #expect(one(tell(world, "bob", from: ada)) == bob)
        let second = try world.signIn("bob")
        #expect(tell(world, "bob", from: ada) == nil)
        #expect(tell(world, "ada", from: bob) == nil)
        world.hub.close(second)
        world.run()
        #expect(one(tell(world, "bob", from: ada)) == bob)
    }

    @Test func aNameThatChangesHandsIsAnother() throws {
        let world = world()
        let ada = try world.guest("ada")
        let first = try world.guest("bob")
        #expect(one(tell(world, "bob", from: ada)) == first)
        world.hub.close(first)
        world.run()
        #expect(tell(world, "bob", from: ada) == nil)
        let second = try world.guest("bob")
        let sent = tell(world, "bob", from: ada)
        #expect(one(sent) == second)
        // Another person, another conversation.
        #expect(sent?.number == 1)
    }
}

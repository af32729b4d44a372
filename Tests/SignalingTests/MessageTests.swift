import Signaling
import Testing

@Suite struct MessageTests {
    @Test func whatIsSaidReachesTheRoomAfterTheAnswer() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.guest("bob")
        let tag = world.submit(.message(.toRoom(.current, Outgoing("hello"))), ada)
        world.run()
        guard case .reply(let first, .sent) = world.inbox[ada]?.first else { throw Unexpected(nil) }
        #expect(first == tag)
        #expect(world.texts(ada) == ["hello"])
        #expect(world.texts(bob) == ["hello"])
    }

    @Test func nothingIsHeardOrAnsweredBeforeTheCommit() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.guest("bob")
        world.holdsCommits = true
        let said = world.submit(.message(.toRoom(.current, Outgoing("one"))), ada)
        world.run()
        let later = world.submit(.session(.whoAmI), bob)
        world.run()
        #expect(world.takeReply(said, ada) == nil)
        #expect(world.takeReply(later, bob) == nil)
        #expect(world.texts(bob).isEmpty)
        world.commit()
        world.run()
        #expect(world.takeReply(said, ada).isDone)
        #expect(world.takeReply(later, bob).isDone)
        #expect(world.store.messages.count == 1)
    }

    @Test func oneCommitServesAllThatArrivesMeanwhile() throws {
        let world = World()
        let ada = try world.user("ada")
        let before = world.batches
        for number in 0..<50 { world.submit(.message(.toRoom(.current, Outgoing("\(number)"))), ada) }
        world.run()
        #expect(world.batches == before + 1)
        #expect(world.texts(ada) == (0..<50).map { "\($0)" })
    }

    @Test func aFailedCommitIsUndoneAndOnlyTheUnstorableIsRefused() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.guest("bob")
        world.failing = { batch in
            batch.mutations.contains {
                if case .addMessage(let record, _) = $0 { record.text == "bad" } else { false }
            }
        }
        let tags = ["one", "bad", "two"].map { world.submit(.message(.toRoom(.current, Outgoing($0))), ada) }
        let make = world.submit(.room(.create(NewRoom(name: .of("den")))), bob)
        let move = world.submit(.room(.enter(.of("den"), password: nil)), bob)
        world.run()
        #expect(world.takeReply(tags[0], ada).isDone)
        #expect(world.takeReply(tags[1], ada).code == .unavailable)
        #expect(world.takeReply(tags[2], ada).isDone)
        #expect(world.takeReply(make, bob).isDone)
        #expect(world.takeReply(move, bob).isDone)
        #expect(world.texts(ada) == ["one", "two"])
        guard case .history(let history) = world.ask(ada, .message(.history(.room(.current), before: nil, limit: 9)))
        else { throw Unexpected(nil) }
        #expect(history.map(\.text) == ["one", "two"])
        #expect(history.map(\.number) == [1, 2])
    }

    @Test func aFullDiskRefusesWhatMustBeStoredAndNothingElse() throws {
        let world = World()
        let ada = try world.user("ada")
        world.failing = { _ in true }
        #expect(world.ask(ada, .message(.toRoom(.current, Outgoing("x")))).code == .unavailable)
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"))))).code == .unavailable)
        #expect(world.ask(ada, .room(.enter(.of("den"), password: nil))).cause == .noSuchRoom)
        #expect(world.ask(ada, .session(.whoAmI)).isDone)
        world.failing = { _ in false }
        #expect(world.ask(ada, .room(.create(NewRoom(name: .of("den"))))).isDone)
    }

    @Test func privateMessagesStayInTheRoom() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.guest("bob")
        #expect(world.ask(ada, .message(.toMember(.of("bob"), Outgoing("psst")))).isDone)
        #expect(world.texts(bob) == ["psst"])
        #expect(world.texts(ada).isEmpty)
        #expect(world.ask(bob, .room(.create(NewRoom(name: .of("den"))))).isDone)
        #expect(world.ask(bob, .room(.enter(.of("den"), password: nil))).isDone)
        #expect(world.ask(ada, .message(.toMember(.of("bob"), Outgoing("psst")))).cause == .notOnline)
    }

    @Test func messagesForTheAbsentAreKeptAndToldOnceInOrder() throws {
        let world = World()
        let ada = try world.user("ada")
        try world.register("bob")
        for text in ["1", "2", "3"] {
            guard case .sent(let sent) = world.ask(ada, .message(.toUsers([.of("bob")], Outgoing(text)))) else {
                throw Unexpected(nil)
            }
            #expect(!sent.delivered)
        }
        world.restart()
        let bob = try world.signIn("bob")
        #expect(world.texts(bob) == ["1", "2", "3"])
        #expect(world.store.kept.isEmpty)
        world.hub.close(bob)
        world.run()
        let again = try world.signIn("bob")
        #expect(world.texts(again).isEmpty)
    }

    @Test func theSendersOwnIDIsStoredOnce() throws {
        let world = World()
        let ada = try world.user("ada")
        let outgoing = Outgoing("hi", clientID: "c1")
        guard case .sent(let first) = world.ask(ada, .message(.toRoom(.current, outgoing))),
            case .sent(let second) = world.ask(ada, .message(.toRoom(.current, outgoing)))
        else { throw Unexpected(nil) }
        #expect(first == second)
        #expect(world.texts(ada) == ["hi"])
        world.restart()
        let back = try world.signIn("ada")
        guard case .sent(let third) = world.ask(back, .message(.toRoom(.current, outgoing))) else {
            throw Unexpected(nil)
        }
        #expect(third.id == first.id)
        #expect(world.store.messages.count == 1)
    }

    @Test func editsDeletesAndReadMarks() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.user("bob")
        guard case .sent(let sent) = world.ask(ada, .message(.toRoom(.current, Outgoing("helo")))) else {
            throw Unexpected(nil)
        }
        #expect(world.ask(bob, .message(.edit(sent.id, text: "x"))).cause == .noSuchMessage)
        #expect(world.ask(ada, .message(.edit(sent.id, text: "hello"))).isDone)
        #expect(world.store.messages[sent.id.sequence]?.text == "hello")
        #expect(world.ask(bob, .message(.read(.room(.current), upTo: sent.id))).isDone)
        #expect(world.store.readMarks.count == 1)
        #expect(world.ask(bob, .message(.delete(sent.id))).code == .forbidden)
        #expect(world.ask(ada, .message(.delete(sent.id))).isDone)
        #expect(world.ask(ada, .message(.delete(sent.id))).cause == .noSuchMessage)
    }

    @Test func editsAndDeletionsThatCannotBeStoredAreTakenBack() throws {
        let world = World()
        let ada = try world.user("ada")
        let observer = try world.user("bob", .socketIO)
        guard case .sent(let sent) = world.ask(ada, .message(.toRoom(.current, Outgoing("hello")))) else {
            throw Unexpected(nil)
        }
        func shown() -> [String] {
            guard case .entered(let room) = world.ask(observer, .room(.enter(.home, password: nil))) else { return [] }
            world.ask(observer, .room(.leave(.named(.home))))
            return room.history.map(\.text)
        }
        world.failing = { _ in true }
        #expect(world.ask(ada, .message(.edit(sent.id, text: "changed"))).code == .unavailable)
        #expect(shown() == ["hello"])
        #expect(world.ask(ada, .message(.delete(sent.id))).code == .unavailable)
        #expect(shown() == ["hello"])
        world.failing = { _ in false }
        #expect(world.ask(ada, .message(.edit(sent.id, text: "changed"))).isDone)
        #expect(shown() == ["changed"])
        #expect(world.ask(ada, .message(.delete(sent.id))).isDone)
        #expect(shown() == [])
    }

    @Test func ignoredUsersAreNotHeard() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.user("bob")
        #expect(world.ask(bob, .people(.ignore(.of("ada")))).isDone)
        #expect(world.ask(ada, .message(.toRoom(.current, Outgoing("hey")))).isDone)
        #expect(world.texts(bob).isEmpty)
        #expect(world.texts(ada) == ["hey"])
        #expect(world.ask(ada, .message(.toMember(.of("bob"), Outgoing("hey")))).code == .forbidden)
        world.restart()
        let back = try world.signIn("bob")
        guard case .names(let names) = world.ask(back, .people(.ignored)) else { throw Unexpected(nil) }
        #expect(names == [.of("ada")])
        #expect(world.ask(back, .people(.unignore(.of("ada")))).isDone)
        let again = try world.signIn("ada")
        #expect(world.ask(again, .message(.toRoom(.current, Outgoing("hey")))).isDone)
        #expect(world.texts(back) == ["hey"])
    }

    @Test func typingIsPassedOnNowAndThen() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.user("bob")
        for _ in 0..<3 { #expect(world.ask(ada, .message(.typing(.user(.of("bob")), true))).isDone) }
        #expect(world.events(bob).count == 1)
        world.pass(4)
        #expect(world.ask(ada, .message(.typing(.user(.of("bob")), true))).isDone)
        #expect(world.events(bob).count == 1)
    }

    @Test func floodsAreLimitedGuestsFirstAndAdminsNever() throws {
        let world = World {
            $0.limits.messagesPerSecond = 10
            $0.admins = [.of("root")]
        }
        func sent(_ session: SessionID) -> Int {
            (0..<100).count { _ in world.ask(session, .message(.toRoom(.current, Outgoing("x")))).isDone }
        }
        #expect(sent(try world.user("ada")) == 40)
        #expect(sent(try world.guest("bob")) == 20)
        #expect(sent(try world.user("root")) == 100)
        let eve = try world.guest("eve")
        #expect(sent(eve) == 20)
        world.pass(1)
        #expect(sent(eve) == 5)
    }

    @Test func withoutHistoryNothingIsStored() throws {
        let world = World { $0.keepsHistory = false }
        let ada = try world.user("ada")
        let before = world.batches
        #expect(world.ask(ada, .message(.toRoom(.current, Outgoing("x")))).isDone)
        #expect(world.batches == before)
        #expect(world.texts(ada) == ["x"])
    }

    @Test func theRoomsArrayIsSharedByItsMessages() throws {
        let world = World { $0.keepsHistory = false }
        let ada = try world.user("ada")
        for number in 0..<100 { try world.guest("g\(number)x") }
        world.submit(.message(.toRoom(.current, Outgoing("x"))), ada)
        world.submit(.message(.toRoom(.current, Outgoing("y"))), ada)
        world.hub.advance(to: world.now)
        var effects: [Effect] = []
        world.hub.takeEffects(into: &effects)
        let storages = effects.compactMap { effect -> UInt? in
            guard case .deliver(let delivery) = effect else { return nil }
            #expect(delivery.sessions.count == 101)
            return delivery.sessions.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        }
        #expect(storages.count == 2)
        #expect(Set(storages).count == 1)
    }
}

import Signaling
import Testing

@Suite struct PeopleTests {
    private func contacts(_ reply: Reply?) throws -> [ContactGroup] {
        guard case .contacts(let groups) = reply else { throw Unexpected(reply) }
        return groups
    }

    @Test func contactsGroupsAndTheirOrderSurvive() throws {
        let world = World()
        let ada = try world.user("ada")
        for name in ["bob", "cleo", "dan"] { try world.register(name) }
        for name in ["bob", "cleo", "dan"] {
            #expect(world.ask(ada, .people(.addContact(.of(name), group: nil))).isDone)
        }
        #expect(world.ask(ada, .people(.contactGroup(.add("Work")))).isDone)
        #expect(world.ask(ada, .people(.moveContact(.of("dan"), group: "Friends", position: 0))).isDone)
        #expect(world.ask(ada, .people(.moveContact(.of("bob"), group: "Work", position: nil))).isDone)
        #expect(world.ask(ada, .people(.watchContact(.of("cleo"), true))).isDone)
        #expect(world.ask(ada, .people(.contactGroup(.order(["Work", "Friends"])))).isDone)
        world.restart()
        let back = try world.signIn("ada")
        let groups = try contacts(world.ask(back, .people(.contacts)))
        #expect(groups.map(\.name) == ["Work", "Friends"])
        #expect(groups.map { $0.contacts.map(\.name) } == [[.of("bob")], [.of("dan"), .of("cleo")]])
        #expect(groups.last?.contacts.last?.isWatched == true)
        #expect(try contacts(world.ask(back, .people(.contactGroup(.remove("Work"))))).map(\.name) == ["Friends"])
        #expect(try contacts(world.ask(back, .people(.removeContact(.of("bob"))))).flatMap(\.contacts).count == 2)
    }

    @Test func presenceIsToldToThoseWhoHaveYou() throws {
        let world = World { $0.timeouts.away = 60 }
        let ada = try world.user("ada", .socketIO)
        try world.register("bob")
        #expect(world.ask(ada, .people(.addContact(.of("bob"), group: nil))).isDone)
        func seen() -> [Presence] {
            world.events(ada).compactMap {
                if case .presence(let change) = $0 { change.presence } else { nil }
            }
        }
        _ = seen()
        let bob = try world.signIn("bob")
        #expect(seen() == [.online])
        #expect(world.ask(bob, .people(.setPresence(.busy))).isDone)
        #expect(seen() == [.busy])
        #expect(world.ask(bob, .people(.setPresence(.hidden))).isDone)
        #expect(seen() == [.offline])
        #expect(world.ask(bob, .people(.setPresence(.online))).isDone)
        #expect(seen() == [.online])
        world.pass(61)
        #expect(seen() == [.away])
        #expect(world.ask(bob, .session(.whoAmI)).isDone)
        #expect(world.ask(bob, .room(.list)).isDone)
        #expect(seen() == [.online])
        world.hub.close(bob)
        world.run()
        #expect(seen() == [.offline])
        guard case .presence(let change) = world.ask(ada, .people(.presence(.of("bob")))) else { throw Unexpected(nil) }
        #expect(change.lastSeen == world.now)
    }

    @Test func aGuestWhoHasRegisteredTheirNameIsNotTheAccountYet() throws {
        let world = World()
        let root = try world.user("root")
        let gus = try world.guest("gus")
        let new = NewAccount(name: .of("gus"), password: Secret("pw"))
        #expect(world.ask(gus, .account(.create(new))).isDone)
        // What is done against the guest does not reach the account, in memory or on disk.
        #expect(world.ask(root, .people(.ignore(.of("gus")))).isDone)
        #expect(world.store.load().ignored.values.allSatisfy { $0.isEmpty })
        #expect(world.ask(root, .message(.toUsers([.of("gus")], Outgoing("hello")))).isDone)
        #expect(world.store.load().keptMessages.isEmpty)
        let account = try world.signIn("gus")
        #expect(world.ask(account, .message(.toMember(.of("root"), Outgoing("it is me")))).isDone)
    }

    @Test func friendsAskAndAnswer() throws {
        let world = World()
        let ada = try world.user("ada", .socketIO)
        let bob = try world.user("bob", .socketIO)
        #expect(world.ask(bob, .people(.answerFriend(.of("ada"), accept: true))).code == .notFound)
        #expect(world.ask(ada, .people(.requestFriend(.of("bob")))).isDone)
        let isAsked = world.events(bob).contains {
            if case .contactRequest(from: .of("ada")) = $0 { true } else { false }
        }
        #expect(isAsked)
        #expect(world.ask(bob, .people(.answerFriend(.of("ada"), accept: true))).isDone)
        let groups = try contacts(world.ask(ada, .people(.contacts)))
        #expect(groups.flatMap(\.contacts).map(\.isFriend) == [true])
        #expect(world.ask(ada, .people(.requestFriend(.of("bob")))).code == .invalid)
        #expect(world.ask(bob, .people(.endFriendship(.of("ada")))).isDone)
        #expect(world.ask(bob, .people(.endFriendship(.of("ada")))).code == .notFound)
        #expect(try contacts(world.ask(bob, .people(.contacts))).flatMap(\.contacts).isEmpty)
        #expect(try contacts(world.ask(ada, .people(.contacts))).flatMap(\.contacts).map(\.isFriend) == [false])
    }

    @Test func invitationsWaitForASignInAndAreNotSentTwice() throws {
        let world = World()
        let ada = try world.user("ada", .socketIO)
        let bob = try world.user("bob", .socketIO)
        world.hub.close(bob)
        #expect(world.ask(ada, .people(.requestFriend(.of("bob")))).isDone)
        #expect(world.ask(ada, .people(.requestFriend(.of("bob")))).isDone)
        #expect(world.ask(ada, .message(.toUsers([.of("bob")], Outgoing("first")))).code == nil)
        let back = try world.signIn("bob", .socketIO)
        world.run()
        let heard = world.events(back).compactMap { event in
            switch event {
            case .message(let message): message.text
            case .contactRequest(let from): from.text
            default: nil
            }
        }
        #expect(heard == ["first", "ada"])
        #expect(world.ask(back, .people(.answerFriend(.of("ada"), accept: false))).isDone)
        #expect(world.ask(back, .people(.answerFriend(.of("ada"), accept: true))).code == .notFound)
    }

    @Test func theHiddenLookAbsent() throws {
        let world = World()
        let ada = try world.user("ada", .socketIO)
        let bob = try world.user("bob", .socketIO)
        #expect(world.ask(bob, .people(.setPresence(.hidden))).isDone)
        guard case .sent(let sent) = world.ask(ada, .message(.toUsers([.of("bob")], Outgoing("hi")))) else {
            throw Unexpected(nil)
        }
        #expect(!sent.delivered)
        #expect(world.texts(bob) == ["hi"])
        guard case .presence(let own) = world.ask(bob, .people(.presence(.of("bob")))) else { throw Unexpected(nil) }
        #expect(own.presence == .hidden)
    }

    @Test func onlyContactsMayWriteWhereSomebodySaysSo() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.user("bob")
        var changes = ProfileChanges()
        changes.contactsOnly = true
        #expect(world.ask(bob, .people(.setProfile(changes))).isDone)
        #expect(world.ask(ada, .message(.toMember(.of("bob"), Outgoing("hi")))).code == .forbidden)
        #expect(world.ask(bob, .people(.addContact(.of("ada"), group: nil))).isDone)
        #expect(world.ask(ada, .message(.toMember(.of("bob"), Outgoing("hi")))).isDone)
    }

    @Test func searchFindsByWhatIsTold() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.user("bob")
        var changes = ProfileChanges()
        changes.country = "Norway"
        changes.gender = "male"
        // The world's clock stands in September 2026.
        changes.birthday = 2000_09_30
        #expect(world.ask(bob, .people(.setProfile(changes))).isDone)
        func found(_ change: (inout ProfileSearch) -> Void) -> [Name] {
            var search = ProfileSearch()
            change(&search)
            guard case .profiles(let profiles) = world.ask(ada, .people(.search(search))) else { return [] }
            return profiles.map(\.name)
        }
        #expect(found { $0.country = "norway" } == [.of("bob")])
        #expect(found { $0.ages = 25...25 } == [.of("bob")])
        #expect(found { $0.ages = 26...40 } == [])
        #expect(found { $0.gender = "female" } == [])
        #expect(found { $0.onlineSince = world.now } == [.of("ada"), .of("bob")])
        changes.birthday = 2000_13_01
        #expect(world.ask(bob, .people(.setProfile(changes))).code == .invalid)
    }

    @Test func aRemovedAccountLeavesNothing() throws {
        let world = World()
        let ada = try world.user("ada")
        let bob = try world.user("bob")
        let second = try world.signIn("bob")
        #expect(world.ask(ada, .people(.addContact(.of("bob"), group: nil))).isDone)
        #expect(world.ask(ada, .people(.ignore(.of("bob")))).isDone)
        #expect(world.ask(bob, .room(.create(NewRoom(name: .of("den"))))).isDone)
        #expect(world.ask(bob, .account(.removeOwn)).isDone)
        #expect(world.closed[second] != nil)
        #expect(world.closed[bob] == nil)
        #expect(world.ask(bob, .session(.whoAmI)).cause == .notSignedIn)
        let groups = try contacts(world.ask(ada, .people(.contacts)))
        #expect(groups.flatMap(\.contacts).isEmpty)
        guard case .rooms(let rooms) = world.ask(ada, .room(.list)) else { throw Unexpected(nil) }
        #expect(rooms.first { $0.name == .of("den") }.map { $0.owner == nil } == true)
        try world.register("bob")
        let anew = try world.signIn("bob")
        #expect(world.ask(anew, .room(.delete(.of("den"), password: nil))).cause == .notOwner)
    }
}

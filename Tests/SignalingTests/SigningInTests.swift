import Signaling
import Testing

@Suite struct SigningInTests {
    @Test func accountSignsInAndStartsAtHome() throws {
        let world = World()
        let ada = try world.user("ada")
        guard case .whoAmI(let who) = world.ask(ada, .session(.whoAmI)) else { throw Unexpected(nil) }
        #expect(who.name == .of("ada"))
        #expect(who.rooms == [.home])
        #expect(who.users == 1)
        #expect(who.role == .user)
        #expect(world.ask(ada, .session(.signIn(.guest(nil)))).cause == .alreadySignedIn)
    }

    @Test func wrongPasswordAndUnknownNameAreToldApart() throws {
        let world = World()
        try world.register("ada")
        let session = world.connect()
        #expect(world.ask(session, .session(.signIn(.password(.of("ada"), Secret("no"))))).cause == .wrongUserPassword)
        #expect(world.ask(session, .session(.signIn(.password(.of("bob"), Secret("no"))))).cause == .noSuchUser)
        #expect(world.ask(session, .room(.list)).cause == .notSignedIn)
    }

    @Test func guestsNamesAreTheirsWhileTheyAreHere() throws {
        let world = World()
        let first = try world.guest("guy")
        let second = world.connect()
        #expect(world.ask(second, .session(.signIn(.guest(.of("guy"))))).cause == .guestNameInUse)
        world.hub.close(first)
        world.run()
        #expect(world.ask(second, .session(.signIn(.guest(.of("guy"))))).isDone)
    }

    @Test func namesThatLookLikeAnothersAreReserved() throws {
        let world = World { $0.admins = [.of("root")] }
        try world.register("alice")
        let session = world.connect()
        for name in ["alice", "Alice", "aIice", "аlice", "al1ce", "ALICE", "rооt", "Root", "ali\u{200B}ce"] {
            #expect(world.ask(session, .session(.signIn(.guest(.of(name))))).cause == .nameReserved, "\(name)")
        }
        #expect(world.ask(session, .session(.signIn(.guest(.of("bob"))))).isDone)
        for name in ["Alice", "root", "R00t"] {
            let new = NewAccount(name: .of(name), password: Secret("x"))
            #expect(world.ask(session, .account(.create(new))).cause == .nameReserved, "\(name)")
        }
    }

    @Test func guestPrefixIsForGuestsOnly() throws {
        let world = World { $0.guests.prefix = "g_" }
        let session = world.connect()
        #expect(world.ask(session, .session(.signIn(.guest(.of("bob"))))).cause == .nameReserved)
        #expect(world.ask(session, .session(.signIn(.guest(.of("g_bob"))))).isDone)
        #expect(
            world.ask(session, .account(.create(NewAccount(name: .of("g_al"), password: Secret("x"))))).cause
                == .nameReserved)
        let other = world.connect()
        guard case .signedIn(let made) = world.ask(other, .session(.signIn(.guest(nil)))) else { throw Unexpected(nil) }
        #expect(made.name.text.hasPrefix("g_"))
    }

    @Test func namesOfAdminsAreMadeByTheOperatorOnly() throws {
        let world = World { $0.admins = [.of("root")] }
        try world.register("root")
        let root = try world.signIn("root")
        guard case .whoAmI(let who) = world.ask(root, .session(.whoAmI)) else { throw Unexpected(nil) }
        #expect(who.role == .superAdmin)
    }

    @Test func tokensDieWithThePasswordTheBanAndTheAccount() throws {
        let world = World()
        try world.register("ada")
        func claims() throws -> TokenClaims {
            let session = world.connect(.http)
            let reply = world.ask(session, .session(.signIn(.password(.of("ada"), Secret("pw")))))
            guard case .signedIn(let signedIn) = reply else { throw Unexpected(reply) }
            return signedIn.claims
        }
        func holds(_ claims: TokenClaims) -> Bool {
            world.ask(world.connect(.http), .session(.signIn(.token(claims)))).isDone
        }
        let control = world.connect(.control)
        let first = try claims()
        #expect(holds(first))
        #expect(world.ask(control, .account(.setPassword(.of("ada"), Secret("pw")))).isDone)
        #expect(!holds(first))
        let second = try claims()
        #expect(world.ask(control, .moderation(.ban(.everywhere, .user(.of("ada")), seconds: 5, reason: "x"))).isDone)
        world.pass(10)
        #expect(!holds(second))
        let third = try claims()
        #expect(holds(third))
        #expect(world.ask(control, .account(.remove(.of("ada")))).isDone)
        #expect(!holds(third))
        try world.register("ada")
        #expect(!holds(third), "a name that is registered anew inherits nothing")
    }

    @Test func guessingIsThrottledByAddressWithoutLockingTheOwnerOut() throws {
        let world = World { $0.limits.failedSignIns = 3 }
        try world.register("ada")
        let thief = world.connect(from: "192.0.2.1")
        for _ in 0..<3 {
            #expect(
                world.ask(thief, .session(.signIn(.password(.of("ada"), Secret("no"))))).code == .badCredentials)
        }
        #expect(world.ask(thief, .session(.signIn(.password(.of("ada"), Secret("pw"))))).code == .rateLimited)
        #expect(try world.signIn("ada", from: "192.0.2.2") != thief)
        world.pass(61)
        #expect(world.ask(thief, .session(.signIn(.password(.of("ada"), Secret("pw"))))).isDone)
    }

    @Test func aCrowdThatGuessesIsThrottledAndTheOwnerAtHomeIsNot() throws {
        let world = World { $0.limits.failedSignIns = 2 }
        try world.register("ada")
        try world.signIn("ada", from: "192.0.2.1")
        func attempt(_ password: String, _ address: String) -> Reply? {
            world.ask(
                world.connect(from: address), .session(.signIn(.password(.of("ada"), Secret(password)))))
        }
        for number in 1...20 { #expect(attempt("guess", "198.51.100.\(number)").cause == .wrongUserPassword) }
        #expect(attempt("guess", "198.51.100.30").code == .rateLimited)
        #expect(attempt("pw", "198.51.100.31").code == .rateLimited)
        #expect(attempt("pw", "192.0.2.1").isDone)
        // Other names are not concerned, and a minute later it is over.
        try world.user("bob", from: "198.51.100.32")
        world.pass(61)
        #expect(attempt("pw", "198.51.100.31").isDone)
    }

    @Test func commandsAfterASignInWaitForItWhileOthersGoOn() throws {
        let world = World()
        try world.register("ada")
        let bob = try world.guest("bob")
        world.holdsHashes = true
        let ada = world.connect()
        let first = world.submit(.session(.signIn(.password(.of("ada"), Secret("pw")))), ada)
        let second = world.submit(.session(.whoAmI), ada)
        world.run()
        #expect(world.takeReply(first, ada) == nil)
        #expect(world.ask(bob, .session(.whoAmI)).isDone)
        let (id, job) = try #require(world.heldHashes.first)
        world.hub.complete(.hashed(id, World.hash(job)))
        world.run()
        let order = (world.inbox[ada] ?? []).compactMap {
            if case .reply(let tag, _) = $0 { tag } else { nil }
        }
        #expect(order == [first, second])
        #expect(world.takeReply(second, ada).isDone)
    }

    @Test func aSessionThatIsGoneIsForgotten() throws {
        let world = World()
        let ada = try world.user("ada")
        world.hub.close(ada)
        world.run()
        #expect(world.hub.origin(of: ada) == nil)
        let next = world.connect()
        #expect(next != ada)
        #expect(next.slot == ada.slot)
        #expect(world.ask(ada, .session(.whoAmI)) == nil)
    }

    @Test func theCrowdIsBounded() throws {
        let world = World { $0.limits.usersOnline = 1 }
        try world.guest("one")
        let two = world.connect()
        #expect(world.ask(two, .session(.signIn(.guest(.of("two"))))).code == .unavailable)
    }
}

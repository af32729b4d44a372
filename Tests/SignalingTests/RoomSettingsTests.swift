import Signaling
import Testing

/// What settings and options make of rooms: their number of users by kind, their end, their counts, their history.
@Suite struct RoomSettingsTests {
    private func rooms(_ world: World, _ session: SessionID) -> [Name: RoomSummary] {
        guard case .rooms(let rooms) = world.ask(session, .room(.list)) else { return [:] }
        return Dictionary(uniqueKeysWithValues: rooms.map { ($0.name, $0) })
    }

    @Test func eachKindHasItsCapacityAndARoomMayHaveLess() throws {
        let world = World {
            $0.limits.usersInRoom = 3
            $0.limits.usersInAudioRoom = 2
            $0.limits.usersInVideoRoom = 1
        }
        let people = try ["ada", "bob", "cleo", "dan"].map { try world.user($0, .socketIO) }
        for (kind, most) in [(RoomKind.text, 3), (.audio, 2), (.video, 1)] {
            let name = Name.of("room \(kind.rawValue)")
            #expect(world.ask(people[0], .room(.create(NewRoom(name: name, kind: kind)))).isDone)
            for (index, person) in people.enumerated() {
                let reply = world.ask(person, .room(.enter(name, password: nil)))
                #expect(index < most ? reply.isDone : reply.code == .roomFull, "\(kind) \(index)")
            }
            // Whoever is in it already is no one more.
            #expect(world.ask(try world.signIn("ada", .socketIO), .room(.enter(name, password: nil))).isDone)
        }
        var changes = RoomChanges()
        changes.capacity = 1
        #expect(world.ask(people[0], .room(.update(.named(.of("room text")), changes))).isDone)
        world.ask(people[1], .room(.leave(.named(.of("room text")))))
        #expect(world.ask(people[1], .room(.enter(.of("room text"), password: nil))).code == .roomFull)
        changes.capacity = 100
        #expect(world.ask(people[0], .room(.update(.named(.of("room text")), changes))).isDone)
        #expect(rooms(world, people[0])[.of("room text")]?.capacity == 3)
    }

    @Test func roomsEndWhenTheirOptionSaysSo() throws {
        let world = World {
            $0.timeouts.emptyRoom = 100
            $0.permissions.createNonExpiring = .user
        }
        let ada = try world.user("ada")
        for (name, expiry) in [
            ("empty", RoomExpiry.empty), ("timed", .seconds(30)), ("never", .never), ("sticky", .sticky),
        ] {
            #expect(world.ask(ada, .room(.create(NewRoom(name: .of(name), expiry: expiry)))).isDone)
        }
        #expect(rooms(world, ada)[.of("timed")]?.expires == world.now.adding(seconds: 30))
        #expect(rooms(world, ada)[.of("never")]?.expires == nil)
        // While somebody is in it, nothing ends; from then on the whole time again.
        world.ask(ada, .room(.enter(.of("timed"), password: nil)))
        world.pass(50)
        #expect(rooms(world, ada)[.of("timed")] != nil)
        world.ask(ada, .room(.enter(.home, password: nil)))
        world.pass(20)
        #expect(rooms(world, ada)[.of("timed")] != nil)
        world.pass(11)
        #expect(rooms(world, ada)[.of("timed")] == nil)
        #expect(rooms(world, ada)[.of("empty")] != nil)
        world.pass(100)
        #expect(Set(rooms(world, ada).keys) == [.home, .of("never"), .of("sticky")])
        world.restart()
        world.pass(1_000_000)
        let again = try world.signIn("ada")
        #expect(Set(rooms(world, again).keys) == [.home, .of("never"), .of("sticky")])
        #expect(rooms(world, again)[.of("sticky")]?.owner == .of("ada"))
    }

    @Test func defaultRoomsAreThereAndNobodys() throws {
        let world = World { $0.defaults.rooms = [.of("lobby")] }
        let ada = try world.user("ada")
        #expect(rooms(world, ada)[.of("lobby")]?.owner == nil)
        #expect(world.ask(ada, .room(.delete(.of("lobby"), password: nil))).code == .forbidden)
        world.settings.defaults.rooms = [.of("lobby"), .of("library")]
        world.hub.replaceSettings(world.settings)
        world.run()
        #expect(rooms(world, ada).keys.contains(.of("library")))
        world.pass(100_000)
        #expect(Set(rooms(world, ada).keys) == [.home, .of("lobby"), .of("library")])
    }

    @Test func countsAreToldAtOnceOrAtAnInterval() throws {
        for (interval, expected) in [(Int64(0), [2, 3, 4, 3]), (1_000, [2, 3])] {
            let world = World { $0.intervals.roomCount = interval }
            let ada = try world.user("ada", .socketIO)
            world.ask(ada, .room(.create(NewRoom(name: .of("den")))))
            world.ask(ada, .room(.enter(.of("den"), password: nil)))
            world.pass(5)
            _ = world.events(ada)
            let others = try ["bob", "cleo", "dan"].map { try world.user($0) }
            for other in others { world.ask(other, .room(.enter(.of("den"), password: nil))) }
            world.ask(others[2], .room(.enter(.home, password: nil)))
            world.pass(5)
            let counts = world.events(ada).compactMap {
                if case .roomCount(_, let users) = $0 { users } else { nil }
            }
            #expect(counts == expected)
        }
    }

    @Test func whatARoomShowsOfItsHistoryIsBoundedInBytes() throws {
        let world = World { $0.limits.roomHistoryBytes = 100 }
        let ada = try world.user("ada", .socketIO)
        world.ask(ada, .room(.enter(.home, password: nil)))
        for number in 10..<40 {
            world.ask(ada, .message(.toRoom(.named(.home), Outgoing("\(number)" + String(repeating: "x", count: 18)))))
        }
        func shown() throws -> [String] {
            let session = try world.signIn("ada", .socketIO)
            guard case .entered(let entered) = world.ask(session, .room(.enter(.home, password: nil))) else {
                return []
            }
            return entered.history.map { String($0.text.prefix(2)) }
        }
        #expect(try shown() == ["35", "36", "37", "38", "39"])
        world.restart()
        #expect(try shown() == ["35", "36", "37", "38", "39"])
    }
}

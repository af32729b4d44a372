import Glibc
import Testing

@testable import Signaling

/// Random commands of several users, with a store that fails now and then and commits, hashes and media that take their time. No
/// order of things may break what always holds: each command is answered once and in order, a line session is in exactly one
/// room, counts equal members, and what is in memory is what is stored.
@Suite struct RandomSequenceTests {
    /// How many sequences: SEQUENCES in the environment, for a longer run.
    private static let count = getenv("SEQUENCES").flatMap { Int(String(cString: $0)) } ?? 16

    @Test(arguments: 1...max(1, count)) func nothingBreaksWhatAlwaysHolds(_ seed: Int) throws {
        var run = RandomRun(seed: UInt64(seed))
        try run.go(steps: 700)
    }
}

private struct RandomRun {
    let world: World
    var random: SeededRandom
    var sessions: [SessionID] = []
    var asked: [SessionID: [Signaling.Tag]] = [:]
    let people = ["root", "ada", "bob", "cleo", "dan", "eve"].map { Name.of($0) }
    let places = ["Home", "den", "hall", "club"].map { Name.of($0) }
    let groups = ["tea", "news"].map { Name.of($0) }
    var messages: [MessageID] = []
    var medias: [MediaSessionID] = []
    var calls: [CallID] = []

    init(seed: UInt64) {
        random = SeededRandom(seed)
        world = World(seed: seed) {
            $0.admins = [.of("root")]
            $0.limits.usersInRoom = seed % 3 == 0 ? 3 : 0
            $0.limits.messagesPerSecond = seed % 4 == 0 ? 5 : 0
            $0.timeouts.emptyRoom = 30
            $0.timeouts.away = 20
            $0.keepsHistory = seed % 5 != 0
            $0.intervals.roomCount = seed % 2 == 0 ? 500 : 0
        }
    }

    mutating func pick<Element>(_ list: [Element]) -> Element? { list.randomElement(using: &random) }
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func go(steps: Int) throws {
        for name in people { try world.register(name.text) }
        for step in 0..<steps {
            turn()
            if step % 10 == 9 { try check(step) }
            if step % 250 == 249 { restart() }
        }
    }

    private mutating func turn() {
        world.failing = { _ in false }
        if chance(15) {
            let remainder = random.next() % 3
            var count: UInt64 = 0
            world.failing = { _ in
                count += 1
                return count % 3 == remainder
            }
        }
        world.holdsCommits = chance(20)
        world.holdsMedia = chance(20)
        world.holdsHashes = chance(20)
        for _ in 0..<Int.random(in: 1...6, using: &random) { act() }
        world.run()
        if chance(50) { act() }
        settle()
        if chance(10) { world.pass(Int64.random(in: 1...40, using: &random)) }
    }

    private mutating func settle() {
        world.holdsCommits = false
        world.holdsMedia = false
        world.holdsHashes = false
        for _ in 0..<20 {
            while world.heldBatch != nil {
                world.commit()
                world.run()
            }
            let hashes = world.heldHashes.shuffled(using: &random)
            world.heldHashes = []
            for (id, job) in hashes { world.hub.complete(.hashed(id, World.hash(job))) }
            world.run()
            world.releaseMedia()
        }
        note()
    }

    /// Looks at what arrived: each session's replies are in the order of its commands.
    private mutating func note() {
        for (session, received) in world.inbox {
            for case .reply(let tag, let reply) in received {
                if asked[session]?.first == tag {
                    asked[session]?.removeFirst()
                } else if asked[session] != nil {
                    Issue.record("a reply out of order: \(reply)")
                }
                switch reply {
                case .sent(let sent): messages.append(sent.id)
                case .mediaOpened(let opened): medias.append(opened.session)
                case .call(let id): calls.append(id)
                default: break
                }
            }
        }
        world.inbox = [:]
        for session in sessions where world.closed[session] != nil {
            asked[session] = nil
            sessions.removeAll { $0 == session }
        }
        world.closed = [:]
    }

    private mutating func check(_ step: Int) throws {
        try #require(world.hub.integrityFaults() == [], "step \(step)")
        try #require(world.hub.storeFaults(world.store.load()) == [], "step \(step)")
        try #require(asked.values.allSatisfy { $0.isEmpty }, "step \(step): commands were not answered")
    }

    private mutating func restart() {
        world.restart()
        sessions = []
        asked = [:]
        medias = []
        calls = []
    }

    private mutating func act() {
        guard sessions.count >= 3, !chance(8) else { return connect() }
        guard let session = pick(sessions) else { return }
        if chance(4) {
            world.hub.close(session)
            asked[session] = nil
            sessions.removeAll { $0 == session }
            return
        }
        if chance(3), let media = pick(medias) { return world.hub.handle(.ended(media, reason: "gone")) }
        guard let command = command() else { return }
        asked[session, default: []].append(world.submit(command, session))
    }

    private mutating func connect() {
        guard let door = pick([Origin.Door.line, .line, .socketIO, .http, .control]) else { return }
        let session = world.connect(door, from: "10.0.0.\(Int.random(in: 1...4, using: &random))")
        sessions.append(session)
        asked[session, default: []].append(world.submit(signIn(), session))
    }

    private mutating func signIn() -> Command {
        let name = pick(people) ?? .home
        if chance(30) { return .session(.signIn(.guest(Name("g\(Int.random(in: 1...4, using: &random))x")))) }
        return .session(.signIn(.password(name, Secret(chance(10) ? "no" : "pw"))))
    }

    private mutating func command() -> Command? {
        let name = (chance(80) ? pick(people) : Name("g\(Int.random(in: 1...4, using: &random))x")) ?? .home
        let place = pick(places) ?? .home
        let target: RoomTarget = chance(50) ? .current : .named(place)
        let scope: Scope = chance(70) ? .room(target) : .everywhere
        let kinds = MediaKinds(rawValue: UInt8.random(in: 0...7, using: &random))
        let seconds: Int64? = chance(50) ? Int64.random(in: 1...60, using: &random) : nil
        let password: Secret? = chance(30) ? Secret(chance(70) ? "key" : "no") : nil
        switch Int.random(in: 0..<28, using: &random) {
        case 0: return signIn()
        case 1:
            return pick([
                .session(.whoAmI), .session(.signOut), .room(.list), .room(.members(target)), .server(.status),
            ])
        case 2, 3:
            return .room(
                .create(
                    NewRoom(
                        name: place, kind: pick(RoomKind.allCases) ?? .text, password: password,
                        access: pick(RoomAccess.allCases) ?? .anyone,
                        expiry: chance(10) ? .sticky : .empty)))
        case 4, 5, 6: return .room(.enter(place, password: password))
        case 7: return chance(30) ? .room(.delete(place, password: password)) : .room(.leave(target))
        case 8, 9, 10:
            return .message(.toRoom(target, Outgoing("t", clientID: chance(20) ? "c\(random.next() % 9)" : nil)))
        case 11: return .message(.toMember(name, Outgoing("t")))
        case 12, 13: return .message(.toUsers([name], Outgoing("t")))
        case 14: return .moderation(.kick(scope, name, reason: "r"))
        case 15: return .moderation(.mute(scope, name, kinds, seconds: seconds, reason: "r"))
        case 16: return .moderation(chance(50) ? .unmute(scope, name, kinds) : .unban(scope, .user(name)))
        case 17:
            let who: BanTarget = chance(70) ? .user(name) : .userAndAddress(name)
            return chance(40) ? .moderation(.ban(scope, who, seconds: seconds, reason: "r")) : nil
        case 18: return .moderation(chance(50) ? .grant(scope, name) : .revoke(scope, name))
        case 19: return .room(chance(50) ? .invite(target, name) : .handOver(target, name))
        case 20: return people(name)
        case 21: return board()
        case 22:
            let opening = MediaOpening(
                request: .offer(sdp: chance(20) ? "bad" : "offer"), requester: nil,
                until: chance(20) ? world.now.adding(seconds: 15) : nil)
            if chance(20), let call = pick(calls) { return .media(.open(.call(call), opening)) }
            return .media(.open(.room(place, password: password), opening))
        case 23: return pick(medias).map { .media(.close($0)) }
        case 24:
            guard let call = pick(calls), chance(60) else { return .call(.invite(name, media: .audio)) }
            return pick([.call(.accept(call)), .call(.decline(call)), .call(.hangUp(call))])
        case 25: return .room(.update(target, changes()))
        case 26:
            let network = IPNetwork(
                address: IPAddress(v4: 0x0A00_0001 + UInt32.random(in: 0...3, using: &random)), prefix: 128)
            guard chance(30) else { return .moderation(.unban(scope, .network(network))) }
            return .moderation(.ban(scope, .network(network), seconds: seconds ?? 5, reason: "r"))
        default: return account(name)
        }
    }

    private mutating func changes() -> RoomChanges {
        var changes = RoomChanges()
        if chance(50) { changes.topic = "topic \(random.next() % 9)" }
        if chance(20) { changes.kind = pick(RoomKind.allCases) }
        if chance(20) { changes.password = Secret(chance(50) ? "key" : "") }
        if chance(20) { changes.access = pick(RoomAccess.allCases) }
        if chance(20) { changes.expiry = pick([.empty, .never, .seconds(7)]) }
        if chance(20) { changes.membersInvite = chance(50) }
        if chance(20) { changes.capacity = Int.random(in: 0...4, using: &random) }
        return changes
    }

    private mutating func people(_ name: Name) -> Command? {
        pick([
            .people(.ignore(name)), .people(.unignore(name)), .people(.addContact(name, group: nil)),
            .people(.removeContact(name)), .people(.requestFriend(name)),
            .people(.answerFriend(name, accept: chance(60))),
            .people(.setPresence(.busy)), .people(.setPresence(.hidden)), .people(.contacts),
            .people(.moveContact(name, group: "Friends", position: 0)),
            .people(.moveContact(name, group: "Work", position: 1)), .people(.watchContact(name, chance(50))),
            .people(.contactGroup(.add("Work"))), .people(.contactGroup(.rename("Work", to: "Labour"))),
            .people(.contactGroup(.remove(chance(50) ? "Work" : "Labour"))),
            .people(.contactGroup(.order(["Work", "Friends"]))), .people(.search(ProfileSearch())),
            .message(.typing(.user(name), chance(70))), .message(.typing(.room(.current), chance(70))),
            .server(.users(nil)), .server(.announce("t")),
        ])
    }

    private mutating func board() -> Command? {
        let group = pick(groups) ?? .home
        let parent = Int64.random(in: 0...6, using: &random)
        return pick([
            .board(
                .createGroup(group, password: chance(30) ? Secret("key") : nil, openToGuests: chance(50), seconds: 60)),
            .board(.join(group, password: chance(50) ? Secret("key") : nil)), .board(.leave),
            .board(.create(.joined, NewPost(name: group, parent: parent, parts: ["t"], seconds: 40))),
            .board(.create(.joined, NewPost(name: group, parent: 0, parts: ["t"], seconds: 20))),
            .board(.delete(.joined, parent)), .board(.posts(.joined, parent: nil)), .board(.post(.joined, parent)),
            .board(.deleteGroup(group)),
        ])
    }

    private mutating func account(_ name: Name) -> Command? {
        if chance(60), let message = pick(messages) {
            return pick([
                .message(.edit(message, text: "e")), .message(.delete(message)),
                .message(.read(.room(.current), upTo: message)),
                .message(.history(.room(.current), before: message, limit: 5)),
            ])
        }
        return pick([
            .account(.create(NewAccount(name: name, password: Secret("pw")))),
            .account(.changePassword(old: Secret("pw"), new: Secret("pw"))), .account(.list),
            chance(20) ? .account(.removeOwn) : .session(.whoAmI), .account(.setRole(name, .admin)),
            .account(.setRole(name, .user)), chance(20) ? .account(.remove(name)) : .account(.export(nil)),
        ])
    }
}

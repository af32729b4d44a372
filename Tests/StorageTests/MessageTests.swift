import Signaling
import Testing

@testable import Storage

@Suite struct MessageTests {
    let folder: TemporaryFolder
    let room = ConversationKey.room(RoomID(1))
    let pair = ConversationKey.pair(-9, 2)

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open(_ change: (inout StoreOptions) -> Void = { _ in }) async throws -> (SQLiteStore, UInt64) {
        var options = StoreOptions()
        change(&options)
        let store = try SQLiteStore(folder: folder.path, options: options)
        try await store.commit(
            .putAccount(Sample.account(1, "ann")), .putAccount(Sample.account(2, "bob")),
            .putRoom(Sample.room(1, "den")))
        return (store, try store.load().server)
    }

    private func texts(_ store: SQLiteStore, _ key: ConversationKey, _ newest: UInt64, _ before: UInt64?, _ limit: Int)
        async throws -> [String]
    {
        try await store.messages(.messages(key, newest: newest, before: before, limit: limit)).map(\.text)
    }

    @Test func everyColumnOfAMessage() async throws {
        let (store, server) = try await open()
        var plain = try Sample.message(10, room, number: 1, previous: 0, server: server, text: "été", clientID: "c-1")
        plain.edited = Timestamp(milliseconds: 3)
        let empty = try Sample.message(11, room, number: 2, previous: 10, server: server, text: "")
        let secret = try Sample.message(12, pair, number: 1, previous: 0, server: server, text: "psst")
        let foreign = try Sample.message(13, pair, number: 2, previous: 12, server: server &+ 1, text: "")
        let all = [plain, empty, secret, foreign]
        for record in all { try await store.commit(.addMessage(record, keptFor: [])) }
        for record in all { #expect(try await store.messages(.message(record.id)) == [record]) }
        // The same sequence of another server is another message.
        let other = MessageID(sequence: 10, server: server &+ 1)
        #expect(try await store.messages(.message(other)).isEmpty)
    }

    @Test func historiesAreWalkedBackwards() async throws {
        let (store, server) = try await open()
        // Two conversations, one message of each in turn.
        var mutations: [Mutation] = []
        for number in UInt64(1)...20 {
            let key = number.isMultiple(of: 2) ? room : pair
            mutations.append(
                .addMessage(
                    try Sample.message(
                        number, key, number: Int64((number + 1) / 2), previous: number > 2 ? number - 2 : 0,
                        server: server, text: "m\(number)"),
                    keptFor: []))
        }
        store.commit(Batch(mutations)) { _ in }
        #expect(try await texts(store, room, 20, nil, 3) == ["m16", "m18", "m20"])
        #expect(try await texts(store, room, 20, 16, 2) == ["m12", "m14"])
        // From before a message that is not this conversation's.
        #expect(try await texts(store, room, 20, 7, 2) == ["m4", "m6"])
        #expect(try await texts(store, pair, 19, 5, 10) == ["m1", "m3"])
        #expect(try await texts(store, room, 20, 2, 10) == [])
        #expect(try await texts(store, room, 20, nil, 0) == [])
        // A sequence of another conversation leads nowhere.
        #expect(try await texts(store, room, 19, nil, 10) == [])

        try await store.commit(.deleteMessage(MessageID(sequence: 18, server: server)))
        #expect(try await texts(store, room, 20, nil, 3) == ["m14", "m16", "m20"])
    }

    @Test func editsAndDeletions() async throws {
        let (store, server) = try await open()
        for (sequence, key) in [(UInt64(1), room), (2, pair)] {
            let record = try Sample.message(sequence, key, number: 1, previous: 0, server: server)
            try await store.commit(.addMessage(record, keptFor: []))
            try await store.commit(.editMessage(record.id, text: "better", at: Timestamp(seconds: 8)))
            let edited = try #require(try await store.messages(.message(record.id)).first)
            #expect(edited.text == "better" && edited.edited == Timestamp(seconds: 8))
            try await store.commit(.deleteMessage(record.id))
            let deleted = try #require(try await store.messages(.message(record.id)).first)
            #expect(deleted.isDeleted && deleted.text.isEmpty)
        }
    }

    @Test func messagesAreKeptUntilTold() async throws {
        let (store, server) = try await open()
        let bob = AccountID(2)
        for sequence in UInt64(1)...5 {
            let record = try Sample.message(sequence, pair, server: server, text: "k\(sequence)")
            try await store.commit(.addMessage(record, keptFor: sequence == 1 ? [bob, AccountID(1)] : [bob]))
        }
        #expect(try store.load().keptMessages == [bob: 5, AccountID(1): 1])
        #expect(try await store.messages(.kept(bob, limit: 2)).map(\.text) == ["k1", "k2"])
        try await store.commit(.told(bob, upTo: 2), .deleteMessage(MessageID(sequence: 4, server: server)))
        #expect(try await store.messages(.kept(bob, limit: 10)).map(\.text) == ["k3", "k5"])
        #expect(try store.load().keptMessages == [bob: 2, AccountID(1): 1])
        // They stay in the history.
        #expect(try await texts(store, pair, 5, nil, 10) == ["k1", "k2", "k3", "k5"])
    }

    @Test func withoutAHistoryKeptMessagesGoOnceTold() async throws {
        let (store, server) = try await open { $0.keepsHistory = false }
        let (ann, bob) = (AccountID(1), AccountID(2))
        let first = try Sample.message(1, pair, server: server)
        let second = try Sample.message(2, pair, server: server)
        try await store.commit(.addMessage(first, keptFor: [bob]), .addMessage(second, keptFor: [ann, bob]))
        try await store.commit(.told(bob, upTo: 2))
        #expect(try await store.messages(.message(first.id)).isEmpty)
        #expect(try await store.messages(.kept(ann, limit: 9)) == [second])
        try await store.commit(.removeAccount(ann))
        #expect(try await store.messages(.message(second.id)).isEmpty)
    }

    @Test func whatIsLoadedOfHistoriesIsBounded() async throws {
        let (store, server) = try await open {
            $0.roomHistoryBytes = 25
            $0.roomHistoryMessages = 4
        }
        for sequence in UInt64(1)...6 {
            let text = String(repeating: "x", count: sequence == 3 ? 20 : 2)
            try await store.commit(
                .addMessage(Sample.message(sequence, room, server: server, text: text), keptFor: []),
                .addMessage(
                    Sample.message(
                        100 + sequence, pair, number: Int64(sequence), previous: sequence == 1 ? 0 : 99 + sequence,
                        server: server), keptFor: []))
        }
        var snapshot = try store.load()
        // The third is too long for what the newer ones leave.
        #expect(snapshot.roomHistory.map(\.id.sequence) == [4, 5, 6])
        #expect(
            Set(snapshot.conversations)
                == [
                    ConversationRecord(key: room, lastNumber: 6, lastSequence: 6),
                    ConversationRecord(key: pair, lastNumber: 6, lastSequence: 106),
                ])
        for sequence in UInt64(7)...10 {
            try await store.commit(
                .addMessage(Sample.message(sequence, room, server: server, text: ""), keptFor: []))
        }
        snapshot = try store.load()
        #expect(snapshot.roomHistory.map(\.id.sequence) == [7, 8, 9, 10])
    }

    @Test func recentClientIDsAreThoseOfTenMinutes() async throws {
        let (store, server) = try await open()
        let minute: UInt64 = 60_000 << 16
        let times: [(UInt64, String?)] = [
            (89 * minute, "old"), (91 * minute, "in"), (92 * minute, nil), (100 * minute, "new"),
        ]
        for (time, id) in times {
            try await store.commit(
                .addMessage(
                    Sample.message(time, room, number: 1, previous: 0, server: server, clientID: id), keptFor: []))
        }
        #expect(try store.load().recentClientIDs.map(\.clientID) == ["in", "new"])
    }

    @Test func aRoomsMessagesGoWithIt() async throws {
        let (store, server) = try await open()
        let keep = try Sample.message(2_000, pair, number: 1, previous: 0, server: server)
        var mutations = try (UInt64(1)...1_200).map { sequence in
            Mutation.addMessage(try Sample.message(sequence, room, server: server), keptFor: [])
        }
        mutations.append(.addMessage(keep, keptFor: []))
        // Written and removed in one batch, which is the harder case.
        mutations.append(.removeRoom(RoomID(1)))
        store.commit(Batch(mutations)) { _ in }
        #expect(try await store.messages(.message(MessageID(sequence: 1_200, server: server))).isEmpty)
        #expect(try store.load().conversations.map(\.key) == [pair])

        // They are deleted when nothing else is to do, or at the next start.
        store.close()
        let again = try SQLiteStore(folder: folder.path)
        var rows: Int64?
        for _ in 0..<100_000 where rows != 1 {
            rows = try again.run { (worker) throws(StoreError) in
                try worker.database?.connection.number("SELECT count(*) FROM messages")
            }
        }
        #expect(rows == 1)
        #expect(try await again.messages(.message(keep.id)) == [keep])
    }
}

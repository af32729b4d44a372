import Signaling
import Synchronization

@testable import Storage

extension SQLiteStore {
    /// Stores a batch and waits for what came of it.
    func commit(_ mutations: Mutation...) async throws {
        try await withCheckedContinuation { continuation in
            commit(Batch(mutations)) { continuation.resume(returning: $0) }
        }.get()
    }

    /// Asks something and waits for the answer.
    func ask(_ query: StoreQuery) async throws -> StoreAnswer {
        try await withCheckedContinuation { continuation in
            self.query(query) { continuation.resume(returning: $0) }
        }.get()
    }

    /// The messages that a query gives.
    func messages(_ query: StoreQuery) async throws -> [MessageRecord] {
        if case .messages(let records) = try await ask(query) { records } else { [] }
    }
}

/// Values that tests store.
enum Sample {
    struct Failure: Error {}

    static func name(_ text: String) throws -> Name {
        guard let name = Name(text) else { throw Failure() }
        return name
    }

    static func account(_ number: Int64, _ name: String) throws -> AccountRecord {
        AccountRecord(
            id: AccountID(number), name: try self.name(name), role: .user, password: PasswordVerifier("verifier"),
            passwordMD5: nil, tokenStamp: 1, created: Timestamp(seconds: 1_000), lastSeen: nil, email: "",
            profile: Profile())
    }

    static func room(_ number: Int64, _ name: String) throws -> RoomRecord {
        RoomRecord(id: RoomID(number), name: try self.name(name), created: Timestamp(seconds: 1_000))
    }

    /// The number-th message of a conversation, whose messages have the numbers as sequences.
    static func message(
        _ sequence: UInt64, _ key: ConversationKey, number: Int64? = nil, previous: UInt64? = nil, server: UInt64,
        text: String = "hello", clientID: String? = nil
    ) throws -> MessageRecord {
        let isPrivate = if case .pair = key { true } else { false }
        return MessageRecord(
            id: MessageID(sequence: sequence, server: server), conversation: key,
            number: number ?? Int64(sequence), previous: previous ?? sequence - 1, sender: 1,
            senderName: try name("ann"), receiverName: isPrivate ? try name("bob") : nil, text: text,
            at: Timestamp(milliseconds: 5_000), clientID: clientID)
    }
}

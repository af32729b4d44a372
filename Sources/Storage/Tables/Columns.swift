import Signaling

// How the domain's values are spelled in columns.

extension Bindings {
    mutating func name(_ value: Name?) { text(value?.text) }

    mutating func time(_ value: Timestamp?) { integer(value?.milliseconds) }

    mutating func account(_ value: AccountID?) { integer(value?.number) }

    mutating func verifier(_ value: PasswordVerifier?) { text(value?.text) }

    /// Three columns: kind, one, other.
    mutating func conversation(_ key: ConversationKey) {
        switch key {
        case .room(let room):
            integer(0)
            integer(room.number)
            integer(0)
        case .pair(let one, let other):
            integer(1)
            integer(one)
            integer(other)
        }
    }
}

extension Cursor {
    mutating func name() throws(StoreError) -> Name {
        let value = text()
        guard let name = Name(value) else { throw damaged("a name is not one") }
        return name
    }

    mutating func optionalName() throws(StoreError) -> Name? {
        guard let value = optionalText() else { return nil }
        guard let name = Name(value) else { throw damaged("a name is not one") }
        return name
    }

    mutating func time() -> Timestamp { Timestamp(milliseconds: integer()) }

    mutating func optionalTime() -> Timestamp? { optionalInteger().map(Timestamp.init(milliseconds:)) }

    mutating func account() -> AccountID { AccountID(integer()) }

    mutating func optionalAccount() -> AccountID? { optionalInteger().map(AccountID.init) }

    mutating func optionalVerifier() -> PasswordVerifier? { optionalText().map(PasswordVerifier.init) }

    mutating func conversation() throws(StoreError) -> ConversationKey {
        let (kind, one, other) = (integer(), integer(), integer())
        switch kind {
        case 0: return .room(RoomID(one))
        case 1: return .pair(one, other)
        default: throw damaged("a conversation has no kind")
        }
    }
}

extension Identity {
    /// The identity of a key (`Identity.key`).
    init(key: Int64) {
        if key > 0 {
            self = .account(AccountID(key))
        } else if key < 0 {
            self = .guest(GuestID(-key))
        } else {
            self = .control
        }
    }
}

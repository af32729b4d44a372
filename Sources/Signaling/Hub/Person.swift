/// Somebody who is online: all sessions of one account, or of one guest.
final class Person {
    let identity: Identity
    let name: Name
    /// The account; nil for guests and the operator.
    let account: Account?
    /// The role on the server, kept up to date with the account and the settings.
    var role: Role
    /// Their sessions.
    var sessions: [SessionID] = []
    /// What the flood limits leave them.
    var bucket = TokenBucket()
    /// What they say of their presence.
    var presence = Presence.online
    /// Whether `presence` was set to away for inactivity.
    var isAwayByItself = false
    /// Whether a look at their inactivity is planned.
    var isAwayPlanned = false
    /// The rooms that a guest has made; an account's are known by their records.
    var madeRooms: [RoomID] = []
    /// When they last did something.
    var lastActive: Timestamp
    /// When they last were shown typing, by place.
    var typing: [ConversationKey: Timestamp] = [:]
    /// Whom a guest ignores, by key; accounts keep theirs with the account.
    var ignoredByGuest: Set<Int64> = []
    init(identity: Identity, name: Name, account: Account?, role: Role, now: Timestamp) {
        self.identity = identity
        self.name = name
        self.account = account
        self.role = role
        lastActive = now
    }
}

/// An account, in memory.
final class Account {
    var record: AccountRecord
    /// Whom it ignores, by key; guests among them for as long as the account is online.
    var ignored: Set<Int64> = []
    /// Its contacts, in order.
    var contacts: [ContactRecord] = []
    /// Its contact groups, in order.
    var contactGroups: [String] = []
    /// Who has it as a contact.
    var watchers: Set<AccountID> = []
    /// Who has asked it to be a friend and has no answer yet, in the order of asking.
    var invitations: [AccountID] = []
    /// Sessions that are told of `invitations` once the messages kept for the account have been told.
    var awaitingInvitations: [SessionID] = []
    /// How many messages are kept for it.
    var kept = 0
    /// Whether kept messages are on their way to it.
    var isTelling = false

    init(_ record: AccountRecord) {
        self.record = record
    }

    var id: AccountID { record.id }
    var name: Name { record.name }
}

/// What the domain keeps in memory, as loaded at the start.
public struct Snapshot: Sendable {
    /// The data folder's random number, part of every message id.
    public var server: UInt64 = 0
    /// Accounts.
    public var accounts: [AccountRecord] = []
    /// The highest number that an account ever had.
    public var lastAccount: Int64 = 0
    /// Rooms.
    public var rooms: [RoomRecord] = []
    /// The highest number that a room ever had.
    public var lastRoom: Int64 = 0
    /// Roles in rooms.
    public var roomRoles: [(room: RoomID, account: AccountID, role: RoomRole)] = []
    /// Bans and mutes.
    public var restrictions: [RestrictionRecord] = []
    /// The highest number that a restriction ever had.
    public var lastRestriction: Int64 = 0
    /// The number of the newest entry of the audit log.
    public var lastAudit: Int64 = 0
    /// Invitations.
    public var invitations: [InvitationRecord] = []
    /// Where each conversation stands.
    public var conversations: [ConversationRecord] = []
    /// The newest messages of each room, oldest first, within `Settings.Limits.roomHistoryBytes` and 200.
    public var roomHistory: [MessageRecord] = []
    /// Messages of the last ten minutes that carry their sender's own id.
    public var recentClientIDs: [MessageRecord] = []
    /// The highest sequence that a message ever had.
    public var lastSequence: UInt64 = 0
    /// How many messages are kept for accounts that were away.
    public var keptMessages: [AccountID: Int] = [:]
    /// Message groups.
    public var groups: [GroupRecord] = []
    /// The highest number that a group ever had.
    public var lastGroup: Int64 = 0
    /// Board messages, without their text.
    public var posts: [PostRecord] = []
    /// The highest number that a board message ever had.
    public var lastPost: Int64 = 0
    /// Contacts.
    public var contacts: [ContactRecord] = []
    /// Contact groups, in order.
    public var contactGroups: [AccountID: [String]] = [:]
    /// Friendships and requests.
    public var friends: [FriendRecord] = []
    /// Who ignores whom.
    public var ignored: [AccountID: Set<AccountID>] = [:]

    /// An empty state, as on the very first start.
    public init() {}
}

/// What the domain asks of the store while it runs.
public enum StoreQuery: Sendable {
    /// A conversation's messages backwards from its newest, or from before one; at most so many, newest last. Deleted ones are
    /// left out.
    case messages(ConversationKey, newest: UInt64, before: UInt64?, limit: Int)
    /// One message.
    case message(MessageID)
    /// The messages kept for an account, oldest first, at most so many.
    case kept(AccountID, limit: Int)
    /// The text of a board message.
    case post(Int64)
    /// Entries of the audit log before a number (nil: the newest), at most so many; newest last.
    case audit(before: Int64?, limit: Int)
    /// All that is kept of an account, as JSON.
    case export(AccountID)
    /// A consistent copy into a new file.
    case backup(path: String)
}

/// The answer to a query.
public enum StoreAnswer: Sendable {
    /// Messages.
    case messages([MessageRecord])
    /// A board message's text.
    case parts([String])
    /// Entries of the audit log.
    case audit([AuditEntry])
    /// A document.
    case document(String)
    /// It was done.
    case done
}

/// A ban or mute in force.
public struct RestrictionSummary: Hashable, Sendable {
    /// What it takes away: nil for a ban, the media for a mute.
    public var media: MediaKinds?
    /// The user's name, where it is against one.
    public var user: Name?
    /// The network, where it is against one.
    public var network: IPNetwork?
    /// The room; nil for everywhere.
    public var room: Name?
    /// Who set it.
    public var by: Name?
    /// Why.
    public var reason: String
    /// Until when; nil until lifted.
    public var until: Timestamp?

    /// The value of its parts.
    public init(
        media: MediaKinds? = nil, user: Name? = nil, network: IPNetwork? = nil, room: Name? = nil, by: Name? = nil,
        reason: String, until: Timestamp? = nil
    ) {
        self.media = media
        self.user = user
        self.network = network
        self.room = room
        self.by = by
        self.reason = reason
        self.until = until
    }
}

/// One entry of the audit log.
public struct AuditEntry: Hashable, Sendable {
    /// Its number.
    public var number: Int64
    /// When.
    public var at: Timestamp
    /// Who; "control" for the operator.
    public var actor: String
    /// What: the act and its particulars.
    public var action: String
    /// Whom, or what network; empty where nobody.
    public var target: String
    /// In which room; nil for everywhere.
    public var room: Name?
    /// Why.
    public var reason: String
    /// Until when, for a restriction that ends.
    public var until: Timestamp?

    /// The value of its parts.
    public init(
        number: Int64, at: Timestamp, actor: String, action: String, target: String, room: Name? = nil, reason: String,
        until: Timestamp? = nil
    ) {
        self.number = number
        self.at = at
        self.actor = actor
        self.action = action
        self.target = target
        self.room = room
        self.reason = reason
        self.until = until
    }
}

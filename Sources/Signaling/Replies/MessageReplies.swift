/// A message went out.
public struct Sent: Hashable, Sendable {
    /// Its id.
    public var id: MessageID
    /// When the server took it.
    public var at: Timestamp
    /// Whether it reached somebody at once; false where it is kept for later.
    public var delivered: Bool

    /// The value of its parts.
    public init(id: MessageID, at: Timestamp, delivered: Bool) {
        self.id = id
        self.at = at
        self.delivered = delivered
    }
}

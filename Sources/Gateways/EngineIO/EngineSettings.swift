/// What a server tells its clients of itself in the handshake, and what it holds them to.
public struct EngineSettings: Hashable, Sendable {
    /// Milliseconds between an answered ping and the next.
    public var pingInterval: Int64
    /// Milliseconds within which a ping must be answered.
    public var pingTimeout: Int64
    /// The most bytes of a poll's body, and of a WebSocket message.
    public var maxPayload: Int
    /// Milliseconds within which an upgrade that was begun must be done.
    public var upgradeTimeout: Int64

    /// Settings; by default those that clients expect.
    public init(
        pingInterval: Int64 = 25_000, pingTimeout: Int64 = 20_000, maxPayload: Int = 1_000_000,
        upgradeTimeout: Int64 = 10_000
    ) {
        self.pingInterval = pingInterval
        self.pingTimeout = pingTimeout
        self.maxPayload = maxPayload
        self.upgradeTimeout = upgradeTimeout
    }
}

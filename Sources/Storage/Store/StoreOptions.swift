/// How a data folder is used.
public struct StoreOptions: Sendable {
    /// When what is acknowledged is on the disk.
    public enum Sync: Hashable, Sendable {
        /// Before it is acknowledged.
        case commit
        /// At most so many milliseconds after it is acknowledged: what a crash may lose.
        case interval(milliseconds: Int)
    }

    /// Where the key of sealed columns comes from.
    public enum KeySource: Sendable {
        /// From the environment variable MEDIA_RELAY_SEALING_KEY (64 hexadecimal digits), else from the file `sealing.key` of the
        /// folder, which is made at the first start.
        case automatic
        /// This key.
        case key(SealingKey)
    }

    /// When what is acknowledged is on the disk.
    public var sync = Sync.commit
    /// Where the key of sealed columns comes from.
    public var key = KeySource.automatic
    /// Whether messages stay once they are delivered (`storage.history`).
    public var keepsHistory = true
    /// The most bytes of text that are loaded of a room's history.
    public var roomHistoryBytes = 16_000
    /// The most messages that are loaded of a room's history.
    public var roomHistoryMessages = 200

    /// The defaults.
    public init() {}
}

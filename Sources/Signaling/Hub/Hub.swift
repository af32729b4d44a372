/// The domain of the server: who may do what, and which message goes where. One object on one event loop; it knows no clock,
/// socket, thread or disk.
///
/// The shell gives it what happens (`open`, `submit`, `close`, `complete`, `handle`), then calls `advance` once per loop turn
/// and performs what `takeEffects` returns. Commands that arrive in one turn are decided in order; their durable changes go into
/// one commit, and their replies and events come out once it is done. While a commit is at the store, nothing is decided: what
/// is in memory is what is on disk whenever a command is decided.
public final class Hub {
    /// The values it decides by.
    public private(set) var settings: Settings
    /// The time as last told.
    public private(set) var now: Timestamp

    /// A hub over what the store held at the start.
    public init(settings: Settings, snapshot: Snapshot, random: some RandomSource, now: Timestamp) {
        self.settings = settings
        self.now = now
    }

    /// A connection has begun. It may submit commands at once.
    public func open(_ origin: Origin) -> SessionID {
        SessionID(slot: 0, generation: 0)
    }

    /// A command has arrived; it is answered with `Effect.reply` under its tag, in the order of the session's commands.
    public func submit(_ command: Command, from session: SessionID, tag: Tag) {}

    /// A connection has ended; what it submitted before is still done. Nothing more is sent to it.
    public func close(_ session: SessionID) {}

    /// What was asked for in an effect is there.
    public func complete(_ completion: Completion) {}

    /// The media side has something to tell.
    public func handle(_ event: MediaEvent) {}

    /// Other settings from now on.
    public func replaceSettings(_ settings: Settings) {}

    /// Tells everyone that the server goes, and closes their sessions (`Event.signedOut`, `Effect.close`).
    public func shutDown(reason: String) {}

    /// Decides what has arrived, and what has fallen due by this time. Call once per loop turn, and at `nextDeadline`.
    public func advance(to now: Timestamp) {}

    /// When `advance` should be called though nothing arrives; nil for never.
    public var nextDeadline: Timestamp? { nil }

    /// What the shell has to do now; the hub forgets it. The array that is handed in is emptied first and its storage used.
    public func takeEffects(into effects: inout [Effect]) {}

    /// Whether a commit is at the store, or commands wait for one.
    public var isBusy: Bool { false }
}

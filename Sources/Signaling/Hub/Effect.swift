/// What the hub wants its shell to do. Effects are performed in their order.
public enum Effect: Sendable {
    /// Answer a command.
    case reply(SessionID, Tag, Reply)
    /// Tell sessions of an event.
    case deliver(Delivery)
    /// Close a connection, after what was sent to it before; the shell need not call `Hub.close` for it. It is final: nothing
    /// for this session follows.
    case close(SessionID, reason: String)
    /// Run a password hash and hand its result to `Hub.complete`.
    indirect case hash(HashID, HashJob)
    /// Store a batch and hand the result to `Hub.complete`. There is never more than one at a time.
    case commit(Batch)
    /// Read from the store and hand the result to `Hub.complete`.
    indirect case query(QueryID, StoreQuery)
    /// Perform a media request and hand the outcome to `Hub.complete`.
    indirect case media(MediaRequestID, MediaRequest)
    /// Stop reading from a connection for now: it sends faster than it may.
    case pauseReading(SessionID)
    /// Read from it again.
    case resumeReading(SessionID)
}

/// An event and who hears it.
public struct Delivery: Sendable {
    /// The event.
    public var event: Event
    /// The sessions that hear it. The array is the room's own, shared until the room changes: no copy is made for a message.
    public var sessions: [SessionID]
    /// The session whose command caused it, where there is one: gateways whose clients do not want their own words back leave it
    /// out. It may or may not be among `sessions`.
    public var origin: SessionID?

    /// The value of its parts.
    public init(event: Event, sessions: [SessionID], origin: SessionID? = nil) {
        self.event = event
        self.sessions = sessions
        self.origin = origin
    }
}

/// Names a hash job.
public struct HashID: Hashable, Sendable {
    /// The number.
    public let number: UInt64

    /// The value of its parts.
    public init(number: UInt64) {
        self.number = number
    }
}

/// Names a media request.
public struct MediaRequestID: Hashable, Sendable {
    /// The number.
    public let number: UInt64

    /// The value of its parts.
    public init(number: UInt64) {
        self.number = number
    }
}

/// Names a query of the store.
public struct QueryID: Hashable, Sendable {
    /// The number.
    public let number: UInt64

    /// The value of its parts.
    public init(number: UInt64) {
        self.number = number
    }
}

/// Work with a password: slow on purpose, so that it runs on a pool beside the event loop.
public enum HashJob: Sendable {
    /// Makes verifiers of a new password: of the password itself and, if wanted, of the hexadecimal MD5 of it (lower case); and
    /// seals it, if wanted, so that challenges can be answered.
    case make(Secret, withMD5: Bool, sealed: Bool)
    /// Whether a password is the one of a verifier; a nil verifier takes as long and says no.
    case verify(Secret, PasswordVerifier?)
    /// Verifies a password and, where it is right, does what `make` does with another; else `verified(false)`.
    case change(old: Secret, PasswordVerifier, new: Secret, sealed: Bool)
    /// Whether a response is the hexadecimal MD5 of the challenge's text followed by the sealed password.
    case respond(challenge: String, response: String, PasswordVerifier?)
}

/// What came of a hash job.
public enum HashResult: Sendable {
    /// The verifier of a new password, that of its MD5, and the sealed password.
    case made(PasswordVerifier, md5: PasswordVerifier?, sealed: PasswordVerifier?)
    /// Whether the password was right.
    case verified(Bool)
    /// The pool is full, or the library failed: the command is refused as `unavailable`.
    case unavailable
}

/// What the shell hands back to the hub.
public enum Completion: Sendable {
    /// A hash job has run.
    case hashed(HashID, HashResult)
    /// The batch at the store is on disk, or is not.
    case committed(Result<Void, StoreError>)
    /// A query was answered.
    case queried(QueryID, Result<StoreAnswer, StoreError>)
    /// A media request was performed.
    case media(MediaRequestID, MediaOutcome)
}

/// Random numbers for ids and secrets. Real ones come from the operating system; tests inject seeded ones.
public protocol RandomSource: AnyObject {
    /// 64 random bits, unpredictable in production.
    func next() -> UInt64
}

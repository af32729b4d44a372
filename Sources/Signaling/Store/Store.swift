/// Where the domain's state is kept. One implementation holds one data folder for itself.
public protocol Store: AnyObject, Sendable {
    /// Everything that the domain keeps in memory. Called once, before the first commit.
    func load() throws(StoreError) -> Snapshot
    /// Stores a batch in one transaction. The completion is called exactly once, on a thread of the store, after the batch is on
    /// disk (or, with an interval set, is on its way there). Batches are stored in the order of the calls.
    func commit(_ batch: Batch, completion: @escaping @Sendable (Result<Void, StoreError>) -> Void)
    /// Reads what is not kept in memory. It sees every batch whose commit was called before.
    func query(_ query: StoreQuery, completion: @escaping @Sendable (Result<StoreAnswer, StoreError>) -> Void)
}

/// Why the store could not do something: the kind, and the sentence of the library beneath.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds that an operator can do something about.
    public enum Kind: Hashable, Sendable {
        /// The folder or file cannot be written.
        case readOnly
        /// No space is left.
        case diskFull
        /// The file is not a database, or is damaged.
        case corrupt
        /// Another server holds the data folder.
        case locked
        /// The folder cannot be made or opened.
        case cannotOpen
        /// The file was written by a newer version of this program.
        case tooNew
        /// The key for sealed columns is missing or another.
        case wrongKey
        /// Anything else.
        case failed
    }

    /// The kind.
    public let kind: Kind
    /// One sentence, with the path and the library's words.
    public let message: String

    /// An error of a kind.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The sentence.
    public var description: String { message }
}

/// Changes that are stored together or not at all.
public struct Batch: Sendable {
    /// The changes, in order.
    public var mutations: [Mutation]

    /// A batch of changes.
    public init(_ mutations: [Mutation]) {
        self.mutations = mutations
    }
}

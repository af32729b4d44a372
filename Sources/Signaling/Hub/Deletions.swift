/// What is being deleted at this moment: by the turn under way, and by the one whose commit has just come back, for the commands
/// that arrived while it was at the store. To others such a thing is not merely unknown.
struct Deletions {
    /// Something that can be named after it is gone.
    enum Thing: Hashable {
        case room(Name)
        case group(Name)
        case post(Int64)
    }

    /// Who deletes it: to them it is gone when they ask again. Nil for what ends by itself.
    private struct Entry {
        let by: SessionID?
    }

    private var current: [Thing: Entry] = [:]
    private var last: [Thing: Entry] = [:]

    /// Something is deleted in the turn under way.
    mutating func note(_ thing: Thing, by session: SessionID?) {
        current[thing] = Entry(by: session)
    }

    /// Whether something is being deleted, as seen by another session than the one that deletes it.
    func contains(_ thing: Thing, for session: SessionID?) -> Bool {
        if current.isEmpty, last.isEmpty { return false }
        guard let entry = current[thing] ?? last[thing] else { return false }
        return entry.by == nil || entry.by != session
    }

    /// The turn under way is stored. `isAwaited`: commands arrived while it was at the store.
    mutating func endTurn(isAwaited: Bool) {
        if current.isEmpty, last.isEmpty { return }
        last = isAwaited ? current : [:]
        current = [:]
    }

    /// The turn under way is undone.
    mutating func undoTurn() {
        current = [:]
    }
}

extension Hub {
    /// Something is deleted by the item that is being decided.
    func noteDeletion(_ thing: Deletions.Thing) {
        deletions.note(thing, by: decidingSession)
    }

    /// The refusal of a command that names something which is not there: unknown, or being deleted at this moment.
    func missing(_ thing: Deletions.Thing, _ message: String, cause: Refusal.Cause) -> Refusal {
        let isBeingDeleted = deletions.contains(thing, for: decidingSession)
        return isBeingDeleted
            ? Refusal(.notFound, "It is being deleted at this moment.", cause: .beingDeleted)
            : Refusal(.notFound, message, cause: cause)
    }

    /// The session whose item is being decided; nil for what happens by itself.
    private var decidingSession: SessionID? {
        guard turn.index < turn.items.count else { return nil }
        return switch turn.items[turn.index] {
        case .command(let session, _, _), .closed(let session), .hashed(let session, _, _),
            .queried(let session, _, _), .media(let session, _, _):
            session
        case .mediaEvent, .due, .kept, .shutDown, .settingsChanged, .nothing: nil
        }
    }
}

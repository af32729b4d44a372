import Signaling

/// The media sessions that HTTP requests opened, each with the signaling session that carries it.
final class MediaSessionTable {
    /// A media session.
    struct Entry {
        let room: Name
        let owner: Identity
        let carrier: RequestSession
    }

    private var entries: [String: Entry] = [:]

    /// The session of this id.
    subscript(id: String) -> Entry? { entries[id] }

    /// How many there are.
    var count: Int { entries.count }

    /// Keeps a session until its carrier or its media end.
    func add(_ id: MediaSessionID, _ entry: Entry) {
        let key = id.description
        entries[key] = entry
        entry.carrier.onEvent = { [weak self] event in
            if case .mediaEnded(id, _) = event { self?.remove(key) }
        }
        entry.carrier.onClose = { [weak self] in self?.remove(key) }
    }

    /// A session is about to be closed by request: its end is told by the answer to that, not by the event.
    func expectEnd(of id: String) {
        entries[id]?.carrier.onEvent = nil
    }

    /// Forgets a session and ends the one that carries it.
    func remove(_ id: String) {
        entries.removeValue(forKey: id)?.carrier.close()
    }
}

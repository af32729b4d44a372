/// The sessions, by slot. A slot is used again only when the turn that freed it is over, so that undoing a turn can put its
/// session back.
struct SessionTable {
    private var slots: [Session?] = []
    private var generations: [UInt32] = []
    private var free: [UInt32] = []
    private var freed: [UInt32] = []
    private(set) var count = 0

    /// The session of an id; nil where it is gone.
    subscript(id: SessionID) -> Session? {
        let slot = Int(id.slot)
        guard slot < slots.count, let session = slots[slot], session.id.generation == id.generation else { return nil }
        return session
    }

    /// All sessions, by slot.
    var all: [Session] { slots.compactMap { $0 } }

    /// Those who show lists of rooms: signed in, on a protocol that tells of rooms without being asked.
    var observers: [SessionID] {
        slots.compactMap { session in
            guard let session, session.person != nil, session.origin.receivesMessages, session.origin.door != .line
            else {
                return nil
            }
            return session.id
        }
    }

    /// Makes a session.
    mutating func insert(_ origin: Origin) -> Session {
        count += 1
        if let slot = free.popLast() {
            generations[Int(slot)] &+= 1
            let session = Session(id: SessionID(slot: slot, generation: generations[Int(slot)]), origin: origin)
            slots[Int(slot)] = session
            return session
        }
        let session = Session(id: SessionID(slot: UInt32(slots.count), generation: 1), origin: origin)
        slots.append(session)
        generations.append(1)
        return session
    }

    /// Removes a session.
    mutating func remove(_ session: Session) {
        slots[Int(session.id.slot)] = nil
        freed.append(session.id.slot)
        count -= 1
    }

    /// Takes a removal of this turn back.
    mutating func putBack(_ session: Session) {
        slots[Int(session.id.slot)] = session
        freed.removeAll { $0 == session.id.slot }
        count += 1
    }

    /// The turn is over: its slots can be used again.
    mutating func releaseFreed() {
        if freed.isEmpty { return }
        free.append(contentsOf: freed)
        freed.removeAll(keepingCapacity: true)
    }
}

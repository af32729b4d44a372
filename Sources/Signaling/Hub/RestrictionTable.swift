/// Bans and mutes, found by whom they are against. Those against guests hold for whoever comes as a guest of that name: a guest's
/// number goes with the connection.
struct RestrictionTable {
    private(set) var all: [Int64: RestrictionRecord] = [:]
    private var bySubject: [Int64: [Int64]] = [:]
    private var byGuestName: [Name: [Int64]] = [:]
    private var networks: [Int64] = []

    var isEmpty: Bool { all.isEmpty }

    mutating func insert(_ record: RestrictionRecord) {
        remove(record.id)
        all[record.id] = record
        if let subject = record.subject { bySubject[subject.key, default: []].append(record.id) }
        if let name = RestrictionTable.guestName(record) { byGuestName[name, default: []].append(record.id) }
        if record.network != nil { networks.append(record.id) }
    }

    mutating func remove(_ id: Int64) {
        guard let record = all.removeValue(forKey: id) else { return }
        if let subject = record.subject {
            bySubject[subject.key]?.removeAll { $0 == id }
            if bySubject[subject.key]?.isEmpty == true { bySubject[subject.key] = nil }
        }
        if let name = RestrictionTable.guestName(record) {
            byGuestName[name]?.removeAll { $0 == id }
            if byGuestName[name]?.isEmpty == true { byGuestName[name] = nil }
        }
        if record.network != nil { networks.removeAll { $0 == id } }
    }

    private static func guestName(_ record: RestrictionRecord) -> Name? {
        guard case .guest? = record.subject else { return nil }
        return record.subjectName
    }

    /// The numbers of those against a person, who is a guest where a name is given.
    private func ids(_ key: Int64, _ guest: Name?) -> [Int64] {
        let own = bySubject[key] ?? []
        guard let guest, let named = byGuestName[guest] else { return own }
        return own + named.filter { !own.contains($0) }
    }

    /// What concerns somebody, by their key, a guest's name, and the address that they come from, everywhere and in one room. Bans
    /// of networks leave administrators in, or a mistake could lock out those who could lift it.
    func concerning(
        _ key: Int64?, guest: Name? = nil, _ role: Role, _ address: IPAddress?, room: RoomID?
    ) -> [Situation.Restriction] {
        if all.isEmpty { return [] }
        var found: [Situation.Restriction] = []
        if let key {
            for id in ids(key, guest) { add(id, room, &found) }
        }
        if let address, role < .admin {
            for id in networks where all[id]?.network?.contains(address) == true { add(id, room, &found) }
        }
        return found
    }

    private func add(_ id: Int64, _ room: RoomID?, _ found: inout [Situation.Restriction]) {
        guard let record = all[id], record.room == nil || record.room == room else { return }
        found.append(
            Situation.Restriction(
                media: record.media, inRoom: record.room != nil, reason: record.reason, until: record.until))
    }

    /// Those against a person, of one kind, in one place.
    func of(_ key: Int64, guest: Name?, room: RoomID?) -> [RestrictionRecord] {
        against(key, guest: guest).filter { $0.room == room }
    }

    /// Those against a person, in any place.
    func against(_ key: Int64, guest: Name?) -> [RestrictionRecord] {
        ids(key, guest).compactMap { all[$0] }
    }

    /// Those of a place, by number.
    func inPlace(_ room: RoomID?) -> [RestrictionRecord] {
        all.values.filter { $0.room == room }.sorted { $0.id < $1.id }
    }

    /// Those against a network, in one place.
    func of(_ network: IPNetwork, room: RoomID?) -> [RestrictionRecord] {
        networks.compactMap { all[$0] }.filter { $0.room == room && $0.network == network }
    }
}

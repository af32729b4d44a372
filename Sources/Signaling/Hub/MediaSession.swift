/// A media session, as the domain knows it.
final class MediaSession {
    let id: MediaSessionID
    /// The session that carries it.
    let carrier: SessionID
    /// Whose it is.
    let person: Person
    /// The room; nil in a private call.
    let room: Room?
    /// The private call; nil in a room.
    let call: CallID?
    /// What it publishes.
    var publishes: MediaKinds = []
    /// What it was last told that it may send.
    var maySend: MediaKinds
    /// Whether the carrier entered the room for its sake.
    let entered: Bool
    /// When it ends by itself.
    let until: Timestamp?
    /// What the media side last counted.
    var statistics = MediaStatistics(packetsReceived: 0, packetsSent: 0, packetsLost: 0)

    init(
        id: MediaSessionID, carrier: SessionID, person: Person, room: Room?, call: CallID?, maySend: MediaKinds,
        entered: Bool, until: Timestamp?
    ) {
        self.id = id
        self.carrier = carrier
        self.person = person
        self.room = room
        self.call = call
        self.maySend = maySend
        self.entered = entered
        self.until = until
    }
}

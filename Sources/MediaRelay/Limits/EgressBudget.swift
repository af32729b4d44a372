/// What may leave the server in all: over any second no more bits on the wire than the limit. Sound goes before pictures, and a picture that was begun is finished.
///
/// Each loop has a part of the limit of its own. A picture is counted whole when it begins, so that what it still needs is there; sound that begins to flow is not foreseen, and may take a second to
/// push pictures back.
struct EgressBudget {
    /// Pictures leave so much to sound, in hundredths.
    private static let reserve = 5

    private var window = RateWindow(milliseconds: 1_000)
    private let bitrate: Int

    /// A budget of so many bits a second.
    init(bitrate: Int) {
        self.bitrate = bitrate
    }

    /// Counts packets that leave: so many bytes in all, headers of IP and UDP not among them.
    @inline(__always)
    mutating func add(bytes: Int, packets: Int, at now: MediaTime) {
        window.add((bytes + packets * 28) * 8, at: now)
    }

    /// Takes room for another picture of about so many bytes; false where there is none.
    mutating func take(bytes: Int, at now: MediaTime) -> Bool {
        let room = window.capacity(bitrate: bitrate) * (100 - Self.reserve) / 100
        guard window.total(at: now) + bytes * 8 <= room else { return false }
        window.add(bytes * 8, at: now)
        return true
    }

    /// Counts packets of a picture, as far as no room was taken for them before: `prepaid` bytes are left of that.
    mutating func add(bytes: Int, packets: Int, prepaid: inout Int, at now: MediaTime) {
        let wire = bytes + packets * 28
        let paid = min(prepaid, wire)
        prepaid -= paid
        if wire > paid { window.add((wire - paid) * 8, at: now) }
    }
}

/// What may leave the server in all: over any second no more bits on the wire than the limit. Sound goes before pictures, and a picture that was begun is finished.
///
/// Each loop has a part of the limit of its own.
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

    /// Whether there is room for another picture of about so many bytes.
    mutating func hasRoom(bytes: Int, at now: MediaTime) -> Bool {
        window.total(at: now) + bytes * 8 <= window.capacity(bitrate: bitrate) * (100 - Self.reserve) / 100
    }
}

/// Who holds the floor of a room: the loudest speaker, with hysteresis, so that two who speak at once do not make the picture jump.
struct ActiveSpeaker {
    /// A challenger must be louder by this many dB for as long as ``patience``, or speak while the other is silent for ``silence``.
    private static let margin: Float = 6
    private static let patience: Int64 = 800
    private static let silence: Int64 = 500

    /// The track of who speaks, or spoke last.
    private(set) var track: MixTrackID?
    private var lastHeard = MediaTime.zero
    private var challenger: MixTrackID?
    private var challengedSince = MediaTime.zero

    /// Looks at the levels of all tracks; true where the floor has passed to another.
    mutating func update(_ levels: [MixBatch.Level], at now: MediaTime) -> Bool {
        var loudest: MixBatch.Level?
        var current: MixBatch.Level?
        for level in levels where level.isSpeaking {
            if level.track == track { current = level }
            if level.attenuation < loudest?.attenuation ?? .infinity { loudest = level }
        }
        if current != nil { lastHeard = now }
        guard let loudest, loudest.track != track else {
            challenger = nil
            return false
        }
        if let current {
            guard loudest.attenuation + Self.margin < current.attenuation else {
                challenger = nil
                return false
            }
            if challenger != loudest.track {
                challenger = loudest.track
                challengedSince = now
            }
            guard now.milliseconds(since: challengedSince) >= Self.patience else { return false }
        } else if track != nil, now.milliseconds(since: lastHeard) < Self.silence {
            return false
        }
        track = loudest.track
        lastHeard = now
        challenger = nil
        return true
    }

    /// A track has ended; true where it held the floor.
    mutating func remove(_ ended: MixTrackID) -> Bool {
        if challenger == ended { challenger = nil }
        guard track == ended else { return false }
        track = nil
        return true
    }
}

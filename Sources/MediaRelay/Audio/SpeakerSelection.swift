/// Chooses the loudest speakers of a room, at most so many, with hysteresis so that a cough takes nobody's place.
///
/// Called once for each tick of 20 ms.
struct SpeakerSelection {
    /// A track that may be chosen.
    struct Candidate {
        var track: MixTrackID
        /// dB below full scale.
        var attenuation: Float
        var isSpeaking: Bool
    }

    private struct Place {
        var track: MixTrackID
        var attenuation: Float
        var quietTicks = 0
        /// For how long a louder one has been waiting for this place.
        var challengedTicks = 0
    }

    /// A speaker keeps the place for this long after falling silent: 800 ms.
    private static let hangTicks = 40
    /// To take a place one must be louder by this many dB for ``challengeTicks``.
    private static let margin: Float = 6
    private static let challengeTicks = 10

    /// How many are chosen at most.
    let most: Int
    private var places: [Place] = []

    /// Makes a selection of at most `most` speakers.
    init(most: Int) {
        self.most = most
    }

    /// Whether `track` is chosen.
    func contains(_ track: MixTrackID) -> Bool {
        for place in places where place.track == track { return true }
        return false
    }

    /// The chosen tracks.
    var tracks: some Sequence<MixTrackID> { places.lazy.map(\.track) }

    /// Whether nobody is chosen.
    var isEmpty: Bool { places.isEmpty }

    /// Takes a track out at once.
    mutating func remove(_ track: MixTrackID) {
        places.removeAll { $0.track == track }
    }

    /// Chooses anew among `candidates`, each track once.
    mutating func update(_ candidates: [Candidate]) {
        for index in places.indices {
            places[index].quietTicks += 1
            places[index].attenuation = 127
        }
        var loudest: Candidate?
        for candidate in candidates {
            if let index = places.firstIndex(where: { $0.track == candidate.track }) {
                places[index].attenuation = candidate.attenuation
                if candidate.isSpeaking { places[index].quietTicks = 0 }
            } else if candidate.isSpeaking, candidate.attenuation < loudest?.attenuation ?? .infinity {
                loudest = candidate
            }
        }
        places.removeAll { $0.quietTicks > Self.hangTicks }

        // One newcomer for each tick is enough, and spreads the cost of their encoders.
        guard let newcomer = loudest else {
            for index in places.indices { places[index].challengedTicks = 0 }
            return
        }
        if places.count < most {
            places.append(Place(track: newcomer.track, attenuation: newcomer.attenuation))
            return
        }
        guard let weakest = places.indices.max(by: { places[$0].attenuation < places[$1].attenuation }) else { return }
        for index in places.indices where index != weakest { places[index].challengedTicks = 0 }
        guard places[weakest].attenuation > newcomer.attenuation + Self.margin else {
            places[weakest].challengedTicks = 0
            return
        }
        places[weakest].challengedTicks += 1
        if places[weakest].challengedTicks >= Self.challengeTicks {
            places[weakest] = Place(track: newcomer.track, attenuation: newcomer.attenuation)
        }
    }
}

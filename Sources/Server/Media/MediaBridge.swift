import Logging
import MediaRelay
import Signaling

/// Joins the two sides of media: what the hub asks for in its words becomes calls of the engine, and what the engine tells
/// becomes events of the hub. The only file that speaks both languages.
final class MediaBridge: MediaControl, Sendable {
    /// Tracks that somebody gets who does not say how many.
    private static let usualSpeakers = 4

    private let engine: MediaEngine
    /// Where a room sets no limits of its own: what one person needs for speech and a small picture, if the server allows that much.
    private let defaults: MediaRelay.MediaLimits
    private let countsHeaders: Bool

    /// Starts the engine.
    ///
    /// - Parameter onEvent: called on the engine's threads.
    init(_ configuration: Configuration, log: Logger, onEvent: @escaping @Sendable (MediaEvent) -> Void) throws {
        defaults = MediaRelay.MediaLimits(
            audioBitrate: min(64_000, configuration.signaling.limits.maxAudioBitrate),
            videoBitrate: min(80_000, configuration.signaling.limits.maxVideoBitrate))
        countsHeaders = configuration.media.limits == .wire
        engine = try MediaEngine(MediaConfiguration(configuration)) { event in
            if case .dropped(let session, let drops) = event {
                let reasons = drops.occurred.map { "\($0.count) \($0.reason)" }.joined(separator: ", ")
                log.info("media session \(session.rawValue.prefix(8))… is over; packets dropped: \(reasons)")
            }
            if case .limited(let session, let kind, let intervention) = event {
                let what = kind == .audio ? "sound" : "video"
                if let intervention {
                    log.info(
                        "media session \(session.rawValue.prefix(8))… sends \(intervention.bitrate) bit/s of \(what) and is held to \(intervention.limit)"
                    )
                } else {
                    log.info("media session \(session.rawValue.prefix(8))… is within its limit of \(what) again")
                }
            }
            if let event = MediaEvent(event) { onEvent(event) }
        }
    }

    func perform(_ request: MediaRequest, completion: @escaping @Sendable (MediaOutcome) -> Void) {
        switch request {
        case .open(let open): self.open(open, completion)
        case .setMaySend(let session, let kinds):
            let muted = MediaRelay.MediaKinds([.audio, .video]).subtracting(.init(kinds))
            engine.setMuted(muted, session: .init(session)) { completion(.done) }
        case .setLimits(let session, let limits):
            engine.setLimits(self.limits(limits), session: .init(session)) { completion(.done) }
        case .close(let session, _):
            engine.close(.init(session)) { completion(.done) }
        }
    }

    /// What is known of a media room.
    func statistics(room: Int64, completion: @escaping @Sendable (MediaRoomStatistics) -> Void) {
        engine.statistics(room: String(room), completion: completion)
    }

    /// The sums over all media.
    func totals(completion: @escaping @Sendable (MediaTotals) -> Void) {
        engine.totals(completion: completion)
    }

    /// Ends all sessions and the threads.
    func shutDown() async {
        await withCheckedContinuation { continuation in
            engine.shutdown { continuation.resume() }
        }
    }

    private func limits(_ limits: Signaling.MediaLimits) -> MediaRelay.MediaLimits {
        .init(
            audioBitrate: limits.audioBitrate ?? defaults.audioBitrate,
            videoBitrate: limits.videoBitrate ?? defaults.videoBitrate, countsHeaders: countsHeaders)
    }

    private func open(_ open: MediaOpen, _ completion: @escaping @Sendable (MediaOutcome) -> Void) {
        let opening = open.opening
        guard opening.audio == .tracks || opening.speakers == nil else {
            let reason = "A number of speakers goes with audio=tracks."
            return completion(.failed(Refusal(.unsupported, reason)))
        }
        guard let requester = opening.requester.flatMap({ MediaRelay.IPAddress($0.description) }) else {
            return completion(.failed(Refusal(.invalid, "Media needs the requester's address.")))
        }
        let description: MediaOpenRequest.Description =
            switch opening.request {
            case .offer(let sdp): .offer(sdp)
            case .listen(let audio, let video, let port): .listen(audio: audio, video: video, port: port)
            }
        let allowed = MediaRelay.MediaKinds(open.allowed)
        // What is only muted is negotiated all the same, so that it can be unmuted.
        var request = MediaOpenRequest(
            session: .init(open.session), room: String(open.room), participant: String(open.participant),
            description: description, requester: requester, roomKinds: allowed, maySend: allowed,
            muted: allowed.subtracting(.init(open.maySend)),
            limits: limits(open.limits))
        // Private calls have numbers below 0.
        request.isCall = open.room < 0
        if opening.audio == .tracks { request.sound = .tracks(opening.speakers ?? Self.usualSpeakers) }
        engine.open(request) { result in
            switch result {
            case .success(let sdp): completion(.opened(MediaAnswer(sdp: sdp, publishes: [])))
            case .failure(let refusal): completion(.failed(Refusal(refusal)))
            }
        }
    }
}

extension MediaConfiguration {
    fileprivate init(_ configuration: Configuration) {
        self.init()
        let media = configuration.media
        rtpPorts = UInt16(media.rtpPorts.first)...UInt16(media.rtpPorts.last)
        listenAddresses = configuration.listen
        publicAddress = media.publicAddress.isEmpty ? nil : media.publicAddress
        plainRTP =
            switch media.plainRTP {
            case .off: .off
            case .loopback: .loopback
            case .any: .any
            }
        timeout = Int64(media.timeout) * 1000
        maximumEgress = media.maxEgress > 0 ? media.maxEgress : nil
        codecThreads = configuration.threadCount
        loops = configuration.threadCount
    }
}

extension MediaRelay.MediaSessionID {
    fileprivate init(_ id: Signaling.MediaSessionID) {
        self.init(rawValue: id.description)
    }
}

extension MediaRelay.MediaKinds {
    fileprivate init(_ kinds: Signaling.MediaKinds) {
        self = []
        if kinds.contains(.audio) { insert(.audio) }
        if kinds.contains(.video) { insert(.video) }
    }
}

extension MediaEvent {
    /// Nil for what does not name a room or a person of the hub's.
    fileprivate init?(_ event: MediaEngineEvent) {
        switch event {
        case .ended(let session, let reason):
            let sentence =
                switch reason {
                case .timeout: "nothing was heard for too long"
                case .unreachable: "the endpoint is gone"
                case .replaced: "another session receives at the same ports"
                }
            self = .ended(Signaling.MediaSessionID(session.rawValue), reason: sentence)
        case .dropped, .limited:
            return nil
        case .speaking(let room, let participants):
            guard let room = Int64(room) else { return nil }
            self = .speaking(room: room, participants: participants.compactMap { Int64($0) })
        }
    }
}

extension Refusal {
    fileprivate init(_ refusal: MediaRefusal) {
        switch refusal {
        case .invalid(let message): self.init(.invalid, message)
        case .unsupported(let message): self.init(.unsupported, message)
        case .wrongKind(let message): self.init(.wrongKind, message)
        case .forbidden(let message): self.init(.forbidden, message)
        case .unavailable(let message): self.init(.unavailable, message)
        }
    }
}

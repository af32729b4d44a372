/// A video stream that somebody publishes, and those who watch it.
struct VideoTrack {
    /// Somebody who watches, or waits for the next key frame to begin.
    struct Watcher {
        var session: Slab<MediaSession>.Key
        var section: Int
        /// Whether packets go out already.
        var isActive: Bool
    }

    let session: Slab<MediaSession>.Key
    let section: Int
    /// The sender's SSRC, named in key frame requests.
    var ssrc: UInt32
    var watchers: [Watcher] = []
    var keyFrames = KeyFrameRequests()
    /// Keeps the track under its sender's limit.
    var gate: FrameGate
    /// Packets that were lost on the way in.
    var losses = LossTracker()
    /// Whether the sender sends lost packets again.
    var repairsLosses = false
    /// Whether a timer waits for losses to be asked for, and when held packets are to be released.
    var repairIsScheduled = false
    var nextRelease: MediaTime?
    /// What was sent on lately.
    var recent = PacketCache()
}

extension VideoTrack {
    /// Puts a packet that the limiter lets pass into `forward`, under its own numbers among those that pass, and keeps it for those who lose it.
    mutating func pass(
        _ packet: ForwardBuffer.Packet, _ shift: PacketMap.Shift, _ payload: RawSpan, into forward: inout ForwardBuffer
    ) {
        forward.append(packet, shift: shift, payload: payload)
        keepLast(of: forward)
    }

    /// Lets those held packets out for which the limit has room now.
    mutating func release(into forward: inout ForwardBuffer, at now: MediaTime) {
        guard gate.isHolding else { return }
        while let (packet, shift) = gate.takeReleased(at: now) {
            gate.readReleased(packet) { forward.append(packet, shift: shift, payload: $0) }
            keepLast(of: forward)
        }
    }

    private mutating func keepLast(of forward: ForwardBuffer) {
        guard let last = forward.packets.last else { return }
        forward.bytes.read(last.range) { recent.keep(last, $0) }
    }
}

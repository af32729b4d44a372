/// Brings a video stream under a limit: over any two seconds no more leaves than the limit lets through, and what leaves can be decoded.
///
/// A burst is delayed first, by half a second at most. What is still too much is left out: temporal layers, then whole frames up to the next key frame. Never is a frame
/// cut of which a part was sent. The gaps are closed in `map`, so that a receiver sees no loss. A sender who stays under the limit loses nothing.
///
/// Packets come in with ``offer(_:payload:at:)``; those that it holds come out of ``takeReleased(at:)``.
struct FrameGate {
    /// What is to become of a packet.
    enum Verdict: Equatable {
        /// Send it on now.
        case pass
        /// It is kept, and comes out of ``FrameGate/takeReleased(at:)`` or is left out.
        case hold
        /// It is not sent.
        case leaveOut
    }

    /// How much may pass.
    struct Limit: Equatable {
        /// Bits a second.
        var bitrate: Int
        /// Bytes of headers that are counted for each packet: none where the limit means payload.
        var overhead = 0

        /// The headers of IPv4, UDP and RTP, in bytes.
        static let wireOverhead = 28 + RTPHeader.fixedLength

        /// About so much payload that passes, for comparison: in packets of the usual size.
        var payloadBitrate: Int { bitrate / (1_100 + overhead) * 1_100 }
    }

    private struct HeldFrame {
        var firstPacket: Int
        var packets = 0
        var bits = 0
        var arrival: MediaTime
        var isKey: Bool
        var layer: UInt8
        var isDiscardable: Bool
        var isComplete = false
        /// The rest of a frame of which a part was sent: it must follow.
        var isTail = false
        /// Whether it has been decided that the frame is sent.
        var isReleased = false
    }

    /// The window that video limits are meant over, and the longest delay, in ms.
    static let windowMilliseconds: Int64 = 2_000
    static let longestDelay: Int64 = 500
    /// Bytes that are held at most.
    private static let mostHeld = 512 << 10
    /// A frame that waits for so long, in ms, has layers left out; and no further one before so long after.
    private static let patience: Int64 = 100
    private static let layerPause: Int64 = 500
    /// Fewer frames a second than this are no moving picture any more.
    private static let leastFrameRate = 5

    private(set) var limit: Limit
    private(set) var map = PacketMap()
    private(set) var counters = InterventionCounters()

    private var window = RateWindow(milliseconds: windowMilliseconds)
    private var input = RateWindow(milliseconds: windowMilliseconds)
    private var frames: [HeldFrame] = []
    private var held = ForwardBuffer(capacity: 0)
    private var highest: UInt64 = 0
    private var current: (timestamp: UInt32, verdict: Verdict, bits: Int, isKey: Bool)?
    private var awaitsKeyFrame = false
    private var highestLayer: UInt8 = 3
    private var seenLayer: UInt8 = 0
    private var layerPressure: MediaTime?
    private var expectedKey = 0
    private var expectedDelta = 0
    private var second = (start: MediaTime?.none, came: 0, left: 0)
    private var fitsSince: MediaTime?
    private var lastIntervention: MediaTime?

    /// Whether so much is too little for this stream: it can only be shown at the limit when it is encoded again.
    private(set) var needsTranscoding = false

    /// A gate through which nothing has passed.
    init(_ limit: Limit) {
        self.limit = limit
    }

    /// Another limit from now on.
    mutating func setLimit(_ limit: Limit) {
        self.limit = limit
        fitsSince = nil
    }

    private var capacity: Int { window.capacity(bitrate: limit.bitrate) }

    private func cost(_ packet: ForwardBuffer.Packet) -> Int {
        (packet.range.count - RTPHeader.fixedLength + limit.overhead) * 8
    }

    /// By how much the numbers of a packet that passes are moved; nil where it was left out after all.
    @inline(__always)
    mutating func shift(of sequence: UInt64) -> PacketMap.Shift? {
        map.shift(of: sequence)
    }

    // MARK: - In

    /// Judges a packet; `payload` is what stands behind its header.
    mutating func offer(_ packet: ForwardBuffer.Packet, payload: RawSpan, at now: MediaTime) -> Verdict {
        let bits = cost(packet)
        input.add(bits, at: now)
        counters.bitsIn += UInt64(bits)
        if packet.sequence < highest, packet.timestamp != current?.timestamp {
            return offerLate(packet, payload, bits, at: now)
        }
        highest = max(highest, packet.sequence)
        if current?.timestamp != packet.timestamp || current == nil { begin(packet, bits, at: now) }
        current?.bits += bits
        let verdict = judge(packet, payload, bits, at: now)
        if packet.marker { endFrame() }
        return verdict
    }

    private mutating func offerLate(
        _ packet: ForwardBuffer.Packet, _ payload: RawSpan, _ bits: Int, at now: MediaTime
    ) -> Verdict {
        // Among the packets of a frame that is being held it would be taken for one of them.
        guard map.shift(of: packet.sequence) != nil, current?.verdict != .hold else { return .leaveOut }
        guard frames.isEmpty, window.total(at: now) + bits <= capacity else {
            frames.append(
                HeldFrame(
                    firstPacket: held.packets.count, arrival: now, isKey: false, layer: 0, isDiscardable: true,
                    isComplete: true, isTail: true))
            hold(packet, payload, bits)
            return .hold
        }
        window.add(bits, at: now)
        return .pass
    }

    private mutating func begin(_ packet: ForwardBuffer.Packet, _ bits: Int, at now: MediaTime) {
        endFrame()
        countSecond(at: now)
        let layer = packet.descriptor.temporalLayer ?? 0
        seenLayer = max(seenLayer, layer)
        second.came += 1
        relaxLayers(packet, at: now)
        let isKey = packet.beginsKeyFrame
        var verdict = Verdict.pass
        if frames.isEmpty, awaitsKeyFrame && !isKey || layer > highestLayer {
            verdict = .leaveOut
            counters.framesLeftOut += 1
            lastIntervention = now
        } else if !frames.isEmpty || !hasRoom(isKey: isKey, bits, at: now) {
            verdict = .hold
            frames.append(
                HeldFrame(
                    firstPacket: held.packets.count, arrival: now, isKey: isKey, layer: layer,
                    isDiscardable: packet.descriptor.isNonReference || layer > 0))
        } else {
            if isKey { awaitsKeyFrame = false }
            countSent()
        }
        current = (packet.timestamp, verdict, 0, isKey)
    }

    /// Whether a frame that has just begun will surely find room, so that it need not be waited for.
    private mutating func hasRoom(isKey: Bool, _ bits: Int, at now: MediaTime) -> Bool {
        let expected = isKey ? max(expectedKey, expectedDelta * 4) : expectedDelta
        // Of a stream's first frame nothing is known.
        guard expected > 0 else { return false }
        return window.total(at: now) + max(bits, expected * 2) <= capacity
    }

    private mutating func judge(
        _ packet: ForwardBuffer.Packet, _ payload: RawSpan, _ bits: Int, at now: MediaTime
    ) -> Verdict {
        switch current?.verdict ?? .leaveOut {
        case .pass:
            if window.total(at: now) + bits > capacity {
                frames.append(
                    HeldFrame(
                        firstPacket: held.packets.count, arrival: now, isKey: false, layer: 0, isDiscardable: false,
                        isTail: true))
                current?.verdict = .hold
                hold(packet, payload, bits)
                return .hold
            }
            window.add(bits, at: now)
            return .pass
        case .hold:
            guard held.byteCount < Self.mostHeld else {
                // Somebody sends far more than could ever leave.
                dropHeld()
                leaveOut(packet)
                current?.verdict = .leaveOut
                return .leaveOut
            }
            hold(packet, payload, bits)
            return .hold
        case .leaveOut:
            counters.bitsLeftOut += UInt64(bits)
            leaveOut(packet)
            return .leaveOut
        }
    }

    private mutating func hold(_ packet: ForwardBuffer.Packet, _ payload: RawSpan, _ bits: Int) {
        held.append(packet, payload: payload)
        frames[frames.count - 1].packets += 1
        frames[frames.count - 1].bits += bits
    }

    private mutating func leaveOut(_ packet: ForwardBuffer.Packet) {
        map.leaveOut(
            packet.sequence, timestamp: packet.timestamp, isBaseLayer: (packet.descriptor.temporalLayer ?? 0) == 0)
    }

    private mutating func endFrame() {
        guard let frame = current else { return }
        current = nil
        // The greatest of late; it fades by a sixteenth with each frame.
        if frame.isKey {
            expectedKey = max(frame.bits, expectedKey - expectedKey / 16)
        } else {
            expectedDelta = max(frame.bits, expectedDelta - expectedDelta / 16)
        }
        if frame.verdict == .hold, let last = frames.indices.last { frames[last].isComplete = true }
    }

    // MARK: - Out

    /// When ``takeReleased(at:)`` is to be called next; nil while nothing waits.
    mutating func nextDeadline(at now: MediaTime) -> MediaTime? {
        guard let frame = frames.first, frame.isComplete || frame.isTail, frame.packets > 0 else { return nil }
        let bits = frame.isTail ? cost(held.packets[frame.firstPacket]) : frame.bits
        var limit = frame.arrival.advanced(milliseconds: Self.longestDelay + 1)
        let patience = frame.arrival.advanced(milliseconds: Self.patience)
        if seenLayer > 0, highestLayer > 0, patience > now { limit = patience }
        guard let earliest = window.earliest(for: bits, capacity: capacity, from: now) else { return now }
        return frame.isTail ? earliest : min(earliest, limit)
    }

    /// Takes the next held packet for which there is room now; what would come too late is left out. Call it until it gives none.
    mutating func takeReleased(at now: MediaTime) -> (packet: ForwardBuffer.Packet, shift: PacketMap.Shift)? {
        while let frame = frames.first {
            if frame.packets == 0 {
                guard frame.isComplete else { break }
                frames.removeFirst()
            } else if frame.isTail || frame.isReleased {
                let packet = held.packets[frame.firstPacket]
                if frame.isTail, window.total(at: now) + cost(packet) > capacity { break }
                frames[0].firstPacket += 1
                frames[0].packets -= 1
                // A frame that was left out meanwhile leaves nothing of itself behind.
                guard let shift = map.shift(of: packet.sequence) else { continue }
                window.add(cost(packet), at: now)
                return (packet, shift)
            } else if !decideFirst(at: now) {
                break
            }
        }
        compact()
        return nil
    }

    /// Lends the payload of a packet that was taken, until the next is.
    func readReleased(_ packet: ForwardBuffer.Packet, _ body: (RawSpan) -> Void) {
        held.bytes.read(packet.range.lowerBound + RTPHeader.fixedLength..<packet.range.upperBound, body)
    }

    /// Decides whether the first frame that waits is sent or left out; false while it has to wait on.
    private mutating func decideFirst(at now: MediaTime) -> Bool {
        let frame = frames[0]
        guard frame.isComplete else { return false }
        if awaitsKeyFrame && !frame.isKey || frame.layer > highestLayer {
            leaveOutFirst()
        } else if window.total(at: now) + frame.bits <= capacity {
            if now.milliseconds(since: frame.arrival) > 0 {
                counters.framesDelayed += 1
                lastIntervention = now
            }
            if frame.isKey { awaitsKeyFrame = false }
            frames[0].isReleased = true
            countSent()
        } else if frame.bits > capacity || now.milliseconds(since: frame.arrival) >= Self.longestDelay {
            refuseFirst(at: now)
        } else {
            if now.milliseconds(since: frame.arrival) >= Self.patience { leaveOutLayer(at: now) }
            return frame.layer > highestLayer
        }
        return true
    }

    /// Lets the highest layer pass no longer.
    private mutating func leaveOutLayer(at now: MediaTime) {
        guard seenLayer > 0, highestLayer > 0 else { return }
        if let last = layerPressure, highestLayer < seenLayer, now.milliseconds(since: last) < Self.layerPause {
            return
        }
        highestLayer = min(highestLayer, seenLayer) - 1
        layerPressure = now
        lastIntervention = now
    }

    /// The first frame that waits can not be sent in time.
    private mutating func refuseFirst(at now: MediaTime) {
        let frame = frames[0]
        lastIntervention = now
        leaveOutLayer(at: now)
        if frame.bits > capacity { needsTranscoding = true }
        if !frame.isDiscardable { awaitsKeyFrame = true }
        leaveOutFirst()
    }

    private mutating func leaveOutFirst() {
        leaveOut(frames.removeFirst())
    }

    private mutating func leaveOut(_ frame: HeldFrame) {
        counters.framesLeftOut += 1
        counters.bitsLeftOut += UInt64(frame.bits)
        for index in frame.firstPacket..<frame.firstPacket + frame.packets { leaveOut(held.packets[index]) }
    }

    /// Leaves out all that waits, but for the rest of a frame that was begun.
    private mutating func dropHeld() {
        for frame in frames where !frame.isTail { leaveOut(frame) }
        frames.removeAll { !$0.isTail }
        awaitsKeyFrame = true
        compact()
    }

    /// Whether packets are held.
    var isHolding: Bool { !frames.isEmpty }

    /// Another source goes through the gate from now on, beginning with a key frame.
    mutating func restart() {
        frames.removeAll(keepingCapacity: true)
        held.removeAll()
        map = PacketMap()
        current = nil
        highest = 0
        awaitsKeyFrame = false
    }

    private mutating func compact() {
        guard let first = frames.first?.firstPacket else {
            held.removeAll()
            return
        }
        guard first > 32 || first > 0 && held.byteCount > Self.mostHeld / 2 else { return }
        held.removeFirst(first)
        for index in frames.indices { frames[index].firstPacket -= first }
    }

    // MARK: - What the picture is like

    /// Whether something was left out or delayed in the last two seconds.
    func isLimiting(at now: MediaTime) -> Bool {
        lastIntervention.map { now.milliseconds(since: $0) < Self.windowMilliseconds } ?? false
    }

    /// The bits that the limit, with the twentieth that it may be passed by, leaves in the window that ends now.
    mutating func room(at now: MediaTime) -> Int {
        capacity + capacity / 25 - window.total(at: now)
    }

    /// About so many bytes has the next frame, by those before.
    func expectedBytes(isKey: Bool) -> Int {
        (isKey ? max(expectedKey, expectedDelta) : expectedDelta) / 8
    }

    /// Whether a receiver can be given so many bits at once beside what leaves anyway.
    mutating func hasRoom(forExtra bits: Int, at now: MediaTime) -> Bool {
        !isLimiting(at: now) && bits + window.total(at: now) * 11 / 10 <= capacity
    }

    /// What came in the last two seconds, in bits a second.
    mutating func inputBitrate(at now: MediaTime) -> Int {
        input.total(at: now) * 1_000 / Int(Self.windowMilliseconds)
    }

    /// Whether a key frame is of use now: one is needed, none waits, and there would be room for it.
    mutating func wantsKeyFrame(at now: MediaTime) -> Bool {
        guard awaitsKeyFrame, frames.isEmpty else { return false }
        return window.total(at: now) + max(expectedKey, expectedDelta) <= capacity
    }

    private mutating func countSent() {
        second.left += 1
        counters.framesSent += 1
    }

    private mutating func countSecond(at now: MediaTime) {
        guard let start = second.start, now.milliseconds(since: start) < 2_000 else {
            second = (now, 0, 0)
            return
        }
        guard now.milliseconds(since: start) >= 1_000 else { return }
        // Just after a layer was let go the effect is still to come.
        let hasSettled = layerPressure.map { now.milliseconds(since: $0) >= 3_000 } ?? true
        if second.came >= Self.leastFrameRate, second.left < Self.leastFrameRate, hasSettled { needsTranscoding = true }
        second = (now, 0, 0)
        guard needsTranscoding else { return }
        // What would pass as it is need not be encoded again; not for a moment's sake.
        guard input.total(at: now) <= capacity * 9 / 10 else {
            fitsSince = nil
            return
        }
        let since = fitsSince ?? now
        fitsSince = since
        if now.milliseconds(since: since) >= 10_000 {
            needsTranscoding = false
            fitsSince = nil
        }
    }

    /// A layer that was left out is let in again where it begins anew and there has been room for long enough.
    private mutating func relaxLayers(_ packet: ForwardBuffer.Packet, at now: MediaTime) {
        guard highestLayer < seenLayer, let pressure = layerPressure else { return }
        let isEntry = packet.descriptor.isLayerSync || packet.beginsKeyFrame
        guard isEntry, now.milliseconds(since: pressure) > 4_000, input.total(at: now) <= capacity else { return }
        highestLayer += 1
        layerPressure = now
    }
}

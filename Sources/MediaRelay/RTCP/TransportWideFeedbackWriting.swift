extension TransportWideFeedback {
    /// Writes a report about the packets from `base` on, at `cursor`, and moves `cursor` past it.
    ///
    /// `arrivals` holds for each packet when it came, in microseconds of one clock, or nil; at least one has come.
    /// A report whose arrivals are more than 8 s apart cannot be written: throws, and the caller splits it.
    public static func write(
        sender: UInt32, media: UInt32, base: SequenceNumber, reportNumber: UInt8, arrivals: borrowing Span<Int64?>,
        into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTCPError) {
        guard 1...0xffff ~= arrivals.count else { throw .invalidBody("a report of no or too many packets") }
        var first: Int64?
        for index in arrivals.indices where first == nil { first = arrivals[index] }
        guard let first else { throw .invalidBody("a report of lost packets only") }
        let reference = first >= 0 ? first / 64_000 : (first - 63_999) / 64_000

        // Seven two-bit symbols to a chunk: plain, and right for any pattern.
        let chunks = (arrivals.count + 6) / 7
        var deltaLength = 0
        var time = reference * 64_000
        for index in arrivals.indices {
            guard let delta = try delta(of: arrivals[index], after: &time) else { continue }
            deltaLength += 0...255 ~= delta ? 1 : 2
        }
        let used = fixedLength + 2 * chunks + deltaLength
        let padding = (4 - used % 4) % 4
        try FeedbackHeading(sender: sender, media: media).write(
            packetType: RTCPPacketType.transportFeedback, format: format, informationLength: used + padding,
            into: &buffer, at: &cursor)

        buffer.store(base.rawValue, at: cursor)
        buffer.store(UInt16(arrivals.count), at: cursor + 2)
        buffer.store(uint24: UInt32(truncatingIfNeeded: reference) & 0xff_ffff, at: cursor + 4)
        buffer.store(reportNumber, at: cursor + 7)
        cursor += fixedLength

        var deltaCursor = cursor + 2 * chunks
        var chunk: UInt16 = 0
        time = reference * 64_000
        for index in arrivals.indices {
            var symbol = StatusChunk.notReceived
            if let delta = try delta(of: arrivals[index], after: &time) {
                if 0...255 ~= delta {
                    symbol = StatusChunk.smallDelta
                    buffer.store(UInt8(delta), at: deltaCursor)
                    deltaCursor += 1
                } else {
                    symbol = StatusChunk.largeDelta
                    buffer.store(UInt16(bitPattern: Int16(delta)), at: deltaCursor)
                    deltaCursor += 2
                }
            }
            chunk |= symbol << UInt16(12 - 2 * (index % 7))
            if index % 7 == 6 || index == arrivals.count - 1 {
                buffer.store(0xc000 | chunk, at: cursor)
                cursor += 2
                chunk = 0
            }
        }
        for index in 0..<padding { buffer.store(UInt8(0), at: deltaCursor + index) }
        cursor = deltaCursor + padding
    }

    /// The step from `time` to `arrival` in units of 250 µs, by which `time` then moves; nil for a lost packet.
    private static func delta(of arrival: Int64?, after time: inout Int64) throws(RTCPError) -> Int64? {
        guard let arrival else { return nil }
        let difference = arrival - time
        let steps = (difference >= 0 ? difference + 125 : difference - 125) / 250
        guard Int64(Int16.min)...Int64(Int16.max) ~= steps else { throw .invalidBody("arrivals more than 8 s apart") }
        time += steps * 250
        return steps
    }
}

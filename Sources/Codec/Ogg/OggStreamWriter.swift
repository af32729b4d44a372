internal import COgg

/// Writes one logical Ogg stream (RFC 3533): packets in, whole pages out.
///
/// Several of them may write into one file, which multiplexes the streams; first pages go before all others.
public struct OggStreamWriter: Sendable {
    /// The logical stream's number, unique in the file.
    public let serial: UInt32

    private var sequence: UInt32 = 0
    private var segments: [UInt8] = []
    private var body: [UInt8] = []
    private var granulePosition: Int64 = -1
    private var continuesPacket = false
    private var header: [UInt8] = []

    /// A stream with nothing written.
    public init(serial: UInt32) {
        self.serial = serial
        segments.reserveCapacity(255)
        body.reserveCapacity(255 * 255)
    }

    /// Whether a packet, or part of one, waits for its page.
    public var hasPending: Bool { !segments.isEmpty }

    /// Adds a packet; pages that become full are appended to `output`.
    /// - Parameters:
    ///   - packet: the packet's bytes.
    ///   - granulePosition: the position at the packet's end, in the codec's units.
    ///   - output: receives whole pages.
    public mutating func append(_ packet: RawSpan, granulePosition: Int64, to output: inout [UInt8]) {
        var offset = 0
        let size = packet.byteCount
        while true {
            if segments.count == 255 { writePage(isLast: false, to: &output) }
            let length = min(255, size - offset)
            segments.append(UInt8(length))
            packet.withUnsafeBytes { body.append(contentsOf: $0[offset..<(offset + length)]) }
            offset += length
            if length < 255 { break }
        }
        self.granulePosition = granulePosition
    }

    /// Ends the page, if anything waits for it.
    public mutating func flush(to output: inout [UInt8]) {
        if hasPending { writePage(isLast: false, to: &output) }
    }

    /// Ends the stream: what waits goes out on a page marked as the last, an empty one if need be.
    public mutating func finish(to output: inout [UInt8]) {
        writePage(isLast: true, to: &output)
    }

    private mutating func writePage(isLast: Bool, to output: inout [UInt8]) {
        let isOpen = segments.last == 255
        header.removeAll(keepingCapacity: true)
        header.append(text: "OggS")
        header.append(0)
        header.append((continuesPacket ? 1 : 0) | (sequence == 0 ? 2 : 0) | (isLast ? 4 : 0))
        let endsPacket = segments.contains { $0 < 255 }
        header.appendLittleEndian(endsPacket || segments.isEmpty ? granulePosition : -1)
        header.appendLittleEndian(serial)
        header.appendLittleEndian(sequence)
        header.appendLittleEndian(UInt32(0))
        header.append(UInt8(segments.count))
        header.append(contentsOf: segments)
        header.withUnsafeMutableBufferPointer { header in
            body.withUnsafeMutableBufferPointer { body in
                var page = ogg_page(
                    header: header.baseAddress, header_len: header.count, body: body.baseAddress, body_len: body.count)
                ogg_page_checksum_set(&page)
            }
        }
        output.append(contentsOf: header)
        output.append(contentsOf: body)
        sequence &+= 1
        continuesPacket = isOpen
        segments.removeAll(keepingCapacity: true)
        body.removeAll(keepingCapacity: true)
    }
}

/// Protects what is sent under one master key (RFC 3711, 3.3), for any number of sources up to a limit.
///
/// Belongs to one thread. Nothing is allocated but for the first packet of a source.
public final class SRTPProtector {
    private struct Stream {
        var ssrc: UInt32
        var highest: UInt64
    }

    private static let maximumSources = 1024
    private static let controlLimit: UInt32 = 0x7fff_ffff

    /// The suite in use.
    public let suite: SRTPSuite

    private let transform: SRTPTransform
    private var streams: [Stream] = []
    private var last = 0
    private var controlIndex: UInt32 = 0

    /// A protector with the keys that `master` gives.
    public convenience init(_ master: SRTPMasterKey) throws(SRTPError) {
        try self.init(SRTPSessionKeys(master))
    }

    init(_ keys: SRTPSessionKeys) throws(SRTPError) {
        suite = keys.suite
        transform = try SRTPTransform(keys, isEncrypting: true)
    }

    /// Protects the RTP packet in the first `length` bytes of `packet` in place; gives its new length, which is longer by
    /// `suite.tagLength`. A packet that is sent again must be the same as it was.
    @inline(__always)
    public func protectRTP(_ packet: inout MutableRawSpan, length: Int) throws(SRTPError) -> Int {
        guard packet.byteCount - length >= suite.tagLength else { throw .bufferTooSmall }
        guard let header = try? RTPHeader(parsing: packet.bytes.extracting(0..<length), encrypted: true) else {
            throw .malformed
        }
        let position = try position(of: header.ssrc, firstNumber: header.sequenceNumber.rawValue)
        guard let index = PacketIndex.estimate(header.sequenceNumber.rawValue, highest: streams[position].highest)
        else {
            throw .keyExhausted
        }
        if index > streams[position].highest { streams[position].highest = index }
        try transform.sealRTP(&packet, length: length, payload: header.length, ssrc: header.ssrc, index: index)
        return length + suite.tagLength
    }

    /// Protects the RTCP datagram in the first `length` bytes of `packet` in place; gives its new length, which is longer
    /// by `suite.controlOverhead`.
    public func protectRTCP(_ packet: inout MutableRawSpan, length: Int) throws(SRTPError) -> Int {
        guard length >= 8 else { throw .truncated }
        guard packet.byteCount - length >= suite.controlOverhead else { throw .bufferTooSmall }
        guard controlIndex < Self.controlLimit else { throw .keyExhausted }
        controlIndex += 1
        let ssrc = packet.bytes.uint32(at: 4)
        let word = controlIndex | SRTPTransform.encryptedFlag
        try transform.sealRTCP(&packet, length: length, ssrc: ssrc, word: word)
        return length + suite.controlOverhead
    }

    @inline(__always)
    private func position(of ssrc: UInt32, firstNumber: UInt16) throws(SRTPError) -> Int {
        if last < streams.count, streams[last].ssrc == ssrc { return last }
        return try search(ssrc, firstNumber)
    }

    private func search(_ ssrc: UInt32, _ firstNumber: UInt16) throws(SRTPError) -> Int {
        if let found = streams.firstIndex(where: { $0.ssrc == ssrc }) {
            last = found
        } else {
            guard streams.count < Self.maximumSources else { throw .tooManySources }
            streams.append(Stream(ssrc: ssrc, highest: UInt64(firstNumber)))
            last = streams.count - 1
        }
        return last
    }
}

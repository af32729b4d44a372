/// Checks and decrypts what is received under one master key (RFC 3711, 3.3): authentication before anything else, and
/// no packet twice.
///
/// Belongs to one thread. Nothing is allocated but for the first authentic packet of a source; what is not authentic
/// changes nothing.
public final class SRTPUnprotector {
    private struct Stream {
        var ssrc: UInt32
        var packets = ReplayWindow()
        var control = ReplayWindow()
    }

    private static let maximumSources = 64

    /// The suite in use.
    public let suite: SRTPSuite

    private let transform: SRTPTransform
    private var streams: [Stream] = []
    private var last = 0

    /// An unprotector with the keys that `master` gives.
    public convenience init(_ master: SRTPMasterKey) throws(SRTPError) {
        try self.init(SRTPSessionKeys(master))
    }

    init(_ keys: SRTPSessionKeys) throws(SRTPError) {
        suite = keys.suite
        transform = try SRTPTransform(keys, isEncrypting: false)
    }

    /// Checks and decrypts in place the RTP packet that fills `packet`; gives its length as plain RTP. The bytes may be
    /// spoilt when it throws.
    @inline(__always)
    public func unprotectRTP(_ packet: inout MutableRawSpan) throws(SRTPError) -> Int {
        let length = packet.byteCount
        guard let header = try? RTPHeader(parsing: packet.bytes, encrypted: true) else { throw .malformed }
        guard length - header.length >= suite.tagLength else { throw .truncated }
        let found = position(of: header.ssrc)
        let window = found.map { streams[$0].packets } ?? ReplayWindow()
        guard let index = PacketIndex.estimate(header.sequenceNumber.rawValue, highest: window.highest),
            window.allows(index)
        else { throw .replayed }
        if found == nil, streams.count >= Self.maximumSources { throw .tooManySources }
        let end = length - suite.tagLength
        try transform.openRTP(&packet, end: end, payload: header.length, ssrc: header.ssrc, index: index)
        streams[found ?? add(header.ssrc)].packets.accept(index)
        return end
    }

    /// Checks and decrypts in place the RTCP datagram that fills `packet`; gives its length as plain RTCP. The bytes may
    /// be spoilt when it throws.
    public func unprotectRTCP(_ packet: inout MutableRawSpan) throws(SRTPError) -> Int {
        let length = packet.byteCount
        guard length >= 8 + suite.controlOverhead else { throw .truncated }
        let ssrc = packet.bytes.uint32(at: 4)
        let end = length - suite.controlOverhead
        // In Galois/counter mode the word with the index is the last thing, else the tag follows it.
        let word = packet.bytes.uint32(at: suite == .aeadAES128GCM ? length - 4 : end)
        let index = UInt64(word & ~SRTPTransform.encryptedFlag)
        let found = position(of: ssrc)
        let window = found.map { streams[$0].control } ?? ReplayWindow()
        guard window.allows(index) else { throw .replayed }
        if found == nil, streams.count >= Self.maximumSources { throw .tooManySources }
        try transform.openRTCP(&packet, end: end, ssrc: ssrc, word: word)
        streams[found ?? add(ssrc)].control.accept(index)
        return end
    }

    @inline(__always)
    private func position(of ssrc: UInt32) -> Int? {
        if last < streams.count, streams[last].ssrc == ssrc { return last }
        guard let found = streams.firstIndex(where: { $0.ssrc == ssrc }) else { return nil }
        last = found
        return found
    }

    private func add(_ ssrc: UInt32) -> Int {
        streams.append(Stream(ssrc: ssrc))
        last = streams.count - 1
        return last
    }
}

/// How loud the audio of a packet is, as its sender says (RFC 6464).
public struct AudioLevel: Equatable, Sendable {
    /// The extension's name in `a=extmap`.
    public static let uri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

    /// Whether the sender hears a voice in it.
    public var hasVoice: Bool
    /// The level as its distance below full scale, in dB: 0 is the loudest, 127 is silence.
    public var attenuation: UInt8

    /// A level; `attenuation` above 127 dB is cut to 127.
    public init(hasVoice: Bool, attenuation: UInt8) {
        self.hasVoice = hasVoice
        self.attenuation = min(attenuation, 127)
    }

    /// The level as the element's data byte holds it.
    @inline(__always)
    public init(byte: UInt8) {
        hasVoice = byte & 0x80 != 0
        attenuation = byte & 0x7f
    }

    /// The element's data byte.
    @inline(__always)
    public var byte: UInt8 { (hasVoice ? 0x80 : 0) | attenuation }

    /// The level that `packet` carries in the element `identifier`; nil when it has none.
    @inline(__always)
    public init?(header: RTPHeader, identifier: UInt8, in packet: borrowing RawSpan) {
        guard let range = header.extensionElement(identifier, in: packet), !range.isEmpty else { return nil }
        self.init(byte: packet.byte(at: range.lowerBound))
    }
}

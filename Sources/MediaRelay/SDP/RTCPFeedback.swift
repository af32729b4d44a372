/// The kinds of RTCP feedback that an endpoint understands for a payload type (a=rtcp-fb; RFC 4585, 4.2, RFC 5104, 7.1).
public struct RTCPFeedback: OptionSet, Hashable, Sendable {
    /// The set's bits.
    public let rawValue: UInt8

    /// A set of its bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// `nack`: generic negative acknowledgements.
    public static let nack = RTCPFeedback(rawValue: 1)
    /// `nack pli`: picture loss indications.
    public static let pictureLoss = RTCPFeedback(rawValue: 2)
    /// `ccm fir`: full intra requests.
    public static let fullIntra = RTCPFeedback(rawValue: 4)
    /// `ccm tmmbr`: temporary maximum bitrates.
    public static let temporaryBitrate = RTCPFeedback(rawValue: 8)
    /// `goog-remb`: the receiver's estimate of the bitrate.
    public static let receiverEstimate = RTCPFeedback(rawValue: 16)
    /// `transport-cc`: transport-wide congestion feedback.
    public static let transportWide = RTCPFeedback(rawValue: 32)

    private static let names: [(RTCPFeedback, String)] = [
        (.nack, "nack"), (.pictureLoss, "nack pli"), (.fullIntra, "ccm fir"), (.temporaryBitrate, "ccm tmmbr"),
        (.receiverEstimate, "goog-remb"), (.transportWide, "transport-cc"),
    ]

    /// The kind that the text behind the payload type names; the empty set for one that is not known.
    public init(_ text: Substring) {
        let words = text.lowercased().split(separator: " ", maxSplits: 2).prefix(2).joined(separator: " ")
        self = Self.names.first { $0.1 == words }?.0 ?? []
    }

    /// The names of the kinds in the set.
    public var names: [String] { Self.names.filter { contains($0.0) }.map(\.1) }
}

/// A picture loss indication (RFC 4585, 6.3.1): the receiver cannot decode on and needs a key frame.
public struct PictureLossIndication: Equatable, Sendable {
    static let format = 1

    /// Who asks.
    public var sender: UInt32
    /// The source that is to send a key frame.
    public var media: UInt32

    /// An indication to be written.
    public init(sender: UInt32, media: UInt32) {
        self.sender = sender
        self.media = media
    }

    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        let (heading, _) = try FeedbackHeading.parse(header, in: datagram)
        self.init(sender: heading.sender, media: heading.media)
    }

    /// Writes the indication at `cursor` and moves `cursor` past it.
    public func write(into buffer: inout MutableRawSpan, at cursor: inout Int) throws(RTCPError) {
        try FeedbackHeading(sender: sender, media: media).write(
            packetType: RTCPPacketType.payloadFeedback, format: Self.format, informationLength: 0, into: &buffer,
            at: &cursor)
    }
}

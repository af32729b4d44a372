/// One packet of a compound RTCP datagram.
///
/// The cases hold numbers and places; lists of any length are read by an index or an iterator together with the datagram,
/// so that nothing is allocated.
public enum RTCPPacket: Equatable, Sendable {
    /// RFC 3550, 6.4.1.
    case senderReport(SenderReport)
    /// RFC 3550, 6.4.2.
    case receiverReport(ReceiverReport)
    /// RFC 3550, 6.5.
    case sourceDescription(SourceDescription)
    /// RFC 3550, 6.6.
    case goodbye(Goodbye)
    /// RFC 3550, 6.7: skipped by those who do not know its name.
    case applicationDefined(ApplicationDefined)
    /// RFC 4585, 6.2.1.
    case genericNACK(GenericNACK)
    /// RFC 5104, 4.2.1.
    case temporaryMaximumBitrateRequest(TemporaryMaximumBitrate)
    /// RFC 5104, 4.2.2.
    case temporaryMaximumBitrateNotification(TemporaryMaximumBitrate)
    /// draft-holmer-rmcat-transport-wide-cc-extensions, 3.1.
    case transportWideFeedback(TransportWideFeedback)
    /// RFC 4585, 6.3.1.
    case pictureLossIndication(PictureLossIndication)
    /// RFC 5104, 4.3.1.
    case fullIntraRequest(FullIntraRequest)
    /// draft-alvestrand-rmcat-remb, 2.2.
    case receiverEstimatedMaximumBitrate(ReceiverEstimatedMaximumBitrate)
    /// A packet type or feedback format that this module does not know.
    case unknown(RTCPHeader)

    /// Reads the body that `header` announces.
    @inline(__always)
    init(_ header: RTCPHeader, in datagram: borrowing RawSpan) throws(RTCPError) {
        switch (header.packetType, header.count) {
        case (RTCPPacketType.senderReport, _):
            self = .senderReport(try SenderReport(header, in: datagram))
        case (RTCPPacketType.receiverReport, _):
            self = .receiverReport(try ReceiverReport(header, in: datagram))
        case (RTCPPacketType.sourceDescription, _):
            self = .sourceDescription(try SourceDescription(header, in: datagram))
        case (RTCPPacketType.goodbye, _):
            self = .goodbye(try Goodbye(header, in: datagram))
        case (RTCPPacketType.applicationDefined, _):
            self = .applicationDefined(try ApplicationDefined(header, in: datagram))
        case (RTCPPacketType.transportFeedback, GenericNACK.format):
            self = .genericNACK(try GenericNACK(header, in: datagram))
        case (RTCPPacketType.transportFeedback, TemporaryMaximumBitrate.requestFormat):
            self = .temporaryMaximumBitrateRequest(try TemporaryMaximumBitrate(header, in: datagram))
        case (RTCPPacketType.transportFeedback, TemporaryMaximumBitrate.notificationFormat):
            self = .temporaryMaximumBitrateNotification(try TemporaryMaximumBitrate(header, in: datagram))
        case (RTCPPacketType.transportFeedback, TransportWideFeedback.format):
            self = .transportWideFeedback(try TransportWideFeedback(header, in: datagram))
        case (RTCPPacketType.payloadFeedback, PictureLossIndication.format):
            self = .pictureLossIndication(try PictureLossIndication(header, in: datagram))
        case (RTCPPacketType.payloadFeedback, FullIntraRequest.format):
            self = .fullIntraRequest(try FullIntraRequest(header, in: datagram))
        case (RTCPPacketType.payloadFeedback, ReceiverEstimatedMaximumBitrate.format):
            // Application-layer feedback: only the messages that begin with REMB are known.
            guard ReceiverEstimatedMaximumBitrate.isPresent(header, in: datagram) else {
                self = .unknown(header)
                return
            }
            self = .receiverEstimatedMaximumBitrate(try ReceiverEstimatedMaximumBitrate(header, in: datagram))
        default:
            self = .unknown(header)
        }
    }
}

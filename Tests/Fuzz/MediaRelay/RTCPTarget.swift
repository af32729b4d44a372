@testable import MediaRelay

/// A decrypted RTCP datagram: every packet of it is read to the end.
func fuzzRTCP(_ input: [UInt8]) {
    let datagram = input.span.bytes
    guard var compound = try? CompoundPacket(validating: datagram) else { return }
    while true {
        do {
            guard let packet = try compound.next(in: datagram) else { return }
            read(packet, in: datagram)
        } catch {
            continue
        }
    }
}

private func read(_ packet: RTCPPacket, in datagram: RawSpan) {
    switch packet {
    case .senderReport(let report): read(report.blocks, in: datagram)
    case .receiverReport(let report): read(report.blocks, in: datagram)
    case .sourceDescription(let description):
        var chunks = SourceDescription.Chunks(description)
        while let chunk = try? chunks.next(in: datagram) {
            precondition((chunk.canonicalName?.upperBound ?? 0) <= datagram.byteCount)
        }
    case .goodbye(let goodbye):
        for index in 0..<goodbye.count { _ = goodbye.source(at: index, in: datagram) }
        precondition((goodbye.reason?.upperBound ?? 0) <= datagram.byteCount)
    case .applicationDefined(let packet): precondition(packet.data.upperBound <= datagram.byteCount)
    case .genericNACK(let nack):
        var numbers = GenericNACK.MissingNumbers(nack)
        while numbers.next(in: datagram) != nil {}
    case .temporaryMaximumBitrateRequest(let limits), .temporaryMaximumBitrateNotification(let limits):
        for index in 0..<limits.count { _ = limits.entry(at: index, in: datagram) }
    case .transportWideFeedback(let report):
        var statuses = TransportWideFeedback.Statuses(report, in: datagram)
        var count = 0
        while statuses.next(in: datagram) != nil { count += 1 }
        precondition(count == report.count)
    case .fullIntraRequest(let request):
        for index in 0..<request.count { _ = request.entry(at: index, in: datagram) }
    case .receiverEstimatedMaximumBitrate(let estimate):
        for index in 0..<estimate.count { _ = estimate.source(at: index, in: datagram) }
    case .pictureLossIndication: break
    case .unknown(let header): precondition(header.body.upperBound <= datagram.byteCount)
    }
}

private func read(_ blocks: ReportBlockList, in datagram: RawSpan) {
    var sender = SenderStatistics(clockRate: 90000)
    for index in 0..<blocks.count {
        sender.receive(blocks.block(at: index, in: datagram), time: NTPTime(rawValue: 1 << 40))
    }
}

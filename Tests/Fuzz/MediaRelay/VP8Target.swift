@testable import MediaRelay

/// The payloads of a VP8 stream: pieces of the input whose lengths, markers and gaps its own bytes decide.
func fuzzVP8(_ input: [UInt8]) {
    var depacketizer = VP8Depacketizer(maximumFrame: 4096)
    var number: SequenceNumber = 65_530
    var offset = 0
    while offset < input.count {
        let control = input[offset]
        let end = min(input.count, offset + 1 + Int(control & 0x3f))
        let payload = Array(input[offset + 1..<max(end, offset + 1)])
        offset += 1 + Int(control & 0x3f)
        number = number.advanced(by: control == 0xff ? 2 : 1)
        descriptor(payload)
        var packet: [UInt8] = [0x80, control & 0x80 | 96, UInt8(number.rawValue >> 8), UInt8(number.rawValue & 0xff)]
        packet += [0, 0, 0, control & 0x40, 0, 0, 0, 1]
        packet += payload
        guard let header = try? RTPHeader(parsing: packet.span.bytes) else { preconditionFailure("a packet made here") }
        if case .complete = try? depacketizer.receive(header, packet.span.bytes) {
            precondition(!depacketizer.frame.isEmpty && depacketizer.frame.count <= depacketizer.maximumFrame)
        }
    }
}

private func descriptor(_ payload: [UInt8]) {
    _ = VP8PayloadHeader(parsing: payload.span.bytes)
    guard let descriptor = try? VP8Descriptor(parsing: payload.span.bytes) else { return }
    precondition(descriptor.length < payload.count)
    var copy = payload
    do {
        var span = copy.mutableSpan
        var bytes = span.mutableBytes
        descriptor.rewrite(pictureID: 0x7abc, baseLayerIndex: 0xde, in: &bytes, payloadAt: 0)
    }
    guard let again = try? VP8Descriptor(parsing: copy.span.bytes) else {
        preconditionFailure("a rewritten descriptor parses")
    }
    precondition(again.length == descriptor.length && again.temporalLayer == descriptor.temporalLayer)
    precondition(again.pictureID == nil || again.pictureID == (again.hasLongPictureID ? 0x7abc : 0x3c))
}

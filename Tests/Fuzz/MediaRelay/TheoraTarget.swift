@testable import MediaRelay

/// The payloads of a Theora stream: pieces of the input whose lengths and gaps its own bytes decide; and a configuration.
func fuzzTheora(_ input: [UInt8]) {
    if let configuration = TheoraConfiguration(identifier: 1, packed: input) {
        precondition(TheoraConfiguration(identifier: 1, packed: configuration.packed) == configuration)
        precondition(TheoraConfiguration(parameter: configuration.parameter) == configuration)
    }
    var depacketizer = TheoraDepacketizer(maximumLength: 512)
    var number: SequenceNumber = 65_530
    var offset = 0
    while offset < input.count {
        let control = input[offset]
        let end = min(input.count, offset + 1 + Int(control & 0x3f))
        number = number.advanced(by: control == 0xff ? 2 : 1)
        var packet: [UInt8] = [0x80, 96, UInt8(number.rawValue >> 8), UInt8(number.rawValue & 0xff)]
        packet += [0, 0, 0, 0, 0, 0, 0, 1] + input[offset + 1..<max(end, offset + 1)]
        offset += 1 + Int(control & 0x3f)
        guard let header = try? RTPHeader(parsing: packet.span.bytes) else { preconditionFailure("a packet made here") }
        try? depacketizer.receive(header, packet.span.bytes) { head, data in
            precondition(data.byteCount <= 512 && head.identifier <= 0xff_ffff)
        }
    }
}

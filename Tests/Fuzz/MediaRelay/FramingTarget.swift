@testable import MediaRelay

/// A stream of framed packets: cut anywhere, it gives the same packets as in one piece.
func fuzzFraming(_ input: [UInt8]) {
    let stream = Array(input.dropFirst())
    let step = Int(input.first ?? 0) + 1
    var whole = StreamFraming(maximumLength: 200)
    let expected = packets(stream, &whole)
    var cut = StreamFraming(maximumLength: 200)
    var found: [[UInt8]] = []
    for start in stride(from: 0, to: stream.count, by: step) {
        found += packets(Array(stream[start..<min(start + step, stream.count)]), &cut)
    }
    precondition(found == expected && cut.oversized == whole.oversized)
    precondition(found.allSatisfy { 1...200 ~= $0.count })
}

private func packets(_ bytes: [UInt8], _ framing: inout StreamFraming) -> [[UInt8]] {
    var found: [[UInt8]] = []
    framing.receive(bytes.span.bytes) { packet in found.append(packet.withUnsafeBytes { Array($0) }) }
    return found
}

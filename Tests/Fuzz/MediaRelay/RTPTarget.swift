@testable import MediaRelay

/// A datagram as a media socket gets it. What parses must keep its ranges inside the bytes and survive a rewrite.
func fuzzRTP(_ input: [UInt8]) {
    _ = PacketClass(of: input.span.bytes)
    _ = try? RTPHeader(parsing: input.span.bytes, encrypted: true)
    guard let header = try? RTPHeader(parsing: input.span.bytes) else { return }
    precondition(header.payload.upperBound + header.paddingLength == input.count)
    precondition(header.extensionRange.upperBound <= header.length)
    for index in 0..<header.contributingSourceCount { _ = header.contributingSource(at: index, in: input.span.bytes) }
    var elements = HeaderExtensionIterator(header)
    while let element = elements.next(in: input.span.bytes) {
        precondition(element.range.upperBound <= header.extensionRange.upperBound)
        if element.identifier > 0 {
            _ = AudioLevel(header: header, identifier: element.identifier, in: input.span.bytes)
        }
    }
    var changed = header
    changed.sequenceNumber = header.sequenceNumber.advanced(by: 1)
    changed.timestamp = ~header.timestamp
    changed.marker.toggle()
    var bytes = input
    do {
        var span = bytes.mutableSpan
        var packet = span.mutableBytes
        try changed.rewrite(&packet)
    } catch {
        preconditionFailure("a packet that parses can be rewritten")
    }
    precondition((try? RTPHeader(parsing: bytes.span.bytes)) == changed)
}

@testable import MediaRelay

/// Datagrams on a port that wants SRTP: nothing that is not authentic may get through, whatever else may be.
func fuzzSRTP(_ input: [UInt8]) {
    for suite in SRTPSuite.allCases {
        let length = SRTPSuite.keyLength + suite.saltLength
        guard let key = SRTPMasterKey(suite: suite, bytes: [UInt8](repeating: 7, count: length)),
            let unprotector = try? SRTPUnprotector(key), let protector = try? SRTPProtector(key)
        else { preconditionFailure("a key of the right length") }
        for isControl in [false, true] {
            var bytes = input
            precondition(open(&bytes, unprotector, isControl) == nil, "a forgery was taken for authentic")
        }
        // What is protected here comes back as it was, once.
        var bytes = input + [UInt8](repeating: 0, count: suite.tagLength)
        guard seal(&bytes, input.count, protector) else { continue }
        var again = bytes
        guard let end = open(&bytes, unprotector, false) else { preconditionFailure("an authentic packet was refused") }
        precondition(Array(bytes[..<end]) == input)
        precondition(open(&again, unprotector, false) == nil, "a packet was taken twice")
    }
}

private func open(_ bytes: inout [UInt8], _ unprotector: SRTPUnprotector, _ isControl: Bool) -> Int? {
    var span = bytes.mutableSpan
    var packet = span.mutableBytes
    return isControl ? try? unprotector.unprotectRTCP(&packet) : try? unprotector.unprotectRTP(&packet)
}

private func seal(_ bytes: inout [UInt8], _ length: Int, _ protector: SRTPProtector) -> Bool {
    var span = bytes.mutableSpan
    var packet = span.mutableBytes
    return (try? protector.protectRTP(&packet, length: length)) != nil
}

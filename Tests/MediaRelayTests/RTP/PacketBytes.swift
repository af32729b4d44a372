@testable import MediaRelay

/// Runs `body` on a zeroed buffer of `capacity` bytes and gives the bytes that it wrote.
func written<Failure: Error>(
    _ capacity: Int = 2048, _ body: (inout MutableRawSpan, inout Int) throws(Failure) -> Void
) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: capacity)
    var cursor = 0
    do {
        var span = bytes.mutableSpan
        var buffer = span.mutableBytes
        try body(&buffer, &cursor)
    }
    return Array(bytes[..<cursor])
}

/// Runs `body` on the bytes in place and gives them back.
func changed<Failure: Error>(
    _ bytes: [UInt8], _ body: (inout MutableRawSpan) throws(Failure) -> Void
) throws(Failure) -> [UInt8] {
    var bytes = bytes
    do {
        var span = bytes.mutableSpan
        var buffer = span.mutableBytes
        try body(&buffer)
    }
    return bytes
}

/// Random numbers that are the same in each run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

/// Forms that take an array, since the macros of the tests cannot pass spans on.
extension RTPHeader {
    init(bytes: [UInt8], encrypted: Bool = false) throws(RTPError) {
        try self.init(parsing: bytes.span.bytes, encrypted: encrypted)
    }
}

extension PacketClass {
    init(bytes: [UInt8]) {
        self.init(of: bytes.span.bytes)
    }
}

extension VP8Descriptor {
    init(bytes: [UInt8]) throws(RTPError) {
        try self.init(parsing: bytes.span.bytes)
    }
}

extension VP8PayloadHeader {
    init?(bytes: [UInt8]) {
        self.init(parsing: bytes.span.bytes)
    }
}

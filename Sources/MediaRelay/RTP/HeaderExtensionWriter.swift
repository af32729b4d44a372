/// Writes a header extension of one-byte elements (RFC 8285, 4.2) behind a fixed header that was just written.
///
/// `begin` after `RTPHeader.write`, then each element, then `finish`, which pads, fills in the length and leaves the
/// cursor where the payload begins.
public struct HeaderExtensionWriter: Sendable {
    private let headingOffset: Int

    /// Sets the extension bit of the packet that begins at `packetStart` and reserves the extension's heading at `cursor`.
    public init(
        packetStart: Int, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTPError) {
        guard packetStart >= 0, cursor > packetStart, buffer.byteCount - cursor >= 4 else { throw .bufferTooSmall }
        buffer.store(buffer.byte(at: packetStart) | 0x10, at: packetStart)
        headingOffset = cursor
        buffer.store(UInt16(0xBEDE), at: cursor)
        buffer.store(UInt16(0), at: cursor + 2)
        cursor += 4
    }

    /// Appends an element of 1 to 16 bytes with an identifier of 1 to 14.
    public func append(
        _ identifier: UInt8, _ data: borrowing RawSpan, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTPError) {
        guard 1...14 ~= identifier, 1...16 ~= data.byteCount else { throw .invalidExtension }
        guard buffer.byteCount - cursor >= 1 + data.byteCount else { throw .bufferTooSmall }
        buffer.store(identifier << 4 | UInt8(data.byteCount - 1), at: cursor)
        buffer.copy(copy data, at: cursor + 1)
        cursor += 1 + data.byteCount
    }

    /// Appends the audio level element (RFC 6464) with its `identifier`.
    public func append(
        _ identifier: UInt8, _ level: AudioLevel, into buffer: inout MutableRawSpan, at cursor: inout Int
    ) throws(RTPError) {
        guard 1...14 ~= identifier else { throw .invalidExtension }
        guard buffer.byteCount - cursor >= 2 else { throw .bufferTooSmall }
        buffer.store(identifier << 4, at: cursor)
        buffer.store(level.byte, at: cursor + 1)
        cursor += 2
    }

    /// Pads the extension to whole words and writes its length.
    public func finish(into buffer: inout MutableRawSpan, at cursor: inout Int) throws(RTPError) {
        let body = cursor - headingOffset - 4
        let padding = (4 - body % 4) % 4
        guard buffer.byteCount - cursor >= padding else { throw .bufferTooSmall }
        for index in 0..<padding { buffer.store(UInt8(0), at: cursor + index) }
        cursor += padding
        buffer.store(UInt16((body + padding) / 4), at: headingOffset + 2)
    }
}

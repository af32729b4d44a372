/// The identification header of an Ogg Opus stream, "OpusHead" (RFC 7845 section 5.1).
public struct OpusHeader: Sendable, Equatable {
    /// Output channels, 1 to 255; this program decodes 1 and 2.
    public var channels: Int
    /// Samples at 48 kHz to leave out at the start of the decoder's output.
    public var preSkip: Int
    /// Sampling rate of the original in Hz, for information; 0 if unknown.
    public var inputSampleRate: Int
    /// Gain to apply to the output, in 1/256 dB.
    public var outputGain: Int16
    /// 0: mono or stereo in one Opus stream; others need several.
    public var mappingFamily: UInt8

    /// A header for one mono or stereo stream.
    public init(channels: Int, preSkip: Int, inputSampleRate: Int) {
        self.channels = channels
        self.preSkip = preSkip
        self.inputSampleRate = inputSampleRate
        outputGain = 0
        mappingFamily = 0
    }

    /// Reads the packet; nil where it is none, or of an unknown major version.
    public init?(_ packet: RawSpan) {
        guard packet.hasText("OpusHead"), packet.byteCount >= 19, packet.byte(8) & 0xF0 == 0 else { return nil }
        channels = Int(packet.byte(9))
        preSkip = Int(packet.littleEndian16(10))
        inputSampleRate = Int(packet.littleEndian32(12))
        outputGain = Int16(bitPattern: packet.littleEndian16(16))
        mappingFamily = packet.byte(18)
        guard channels > 0, mappingFamily != 0 || channels <= 2 else { return nil }
    }

    /// The packet's bytes; only mapping family 0 is written.
    public var bytes: [UInt8] {
        var bytes = Array("OpusHead".utf8)
        bytes.append(1)
        bytes.append(UInt8(clamping: channels))
        bytes.appendLittleEndian(UInt16(clamping: preSkip))
        bytes.appendLittleEndian(UInt32(clamping: inputSampleRate))
        bytes.appendLittleEndian(outputGain)
        bytes.append(0)
        return bytes
    }
}

@testable import Codec

/// Whole signals through Speex.
enum SpeexCoding {
    static func encode(_ pcm: [Float], _ configuration: SpeexEncoderConfiguration) throws -> [[UInt8]] {
        var encoder = try SpeexEncoder(configuration)
        var buffer = [UInt8](repeating: 0, count: SpeexPacket.maximumSize)
        let step = encoder.packetLength * configuration.channels
        var packets: [[UInt8]] = []
        for start in stride(from: 0, to: pcm.count - step + 1, by: step) {
            var span = buffer.mutableSpan
            var bytes = span.mutableBytes
            let size = try encoder.encode(pcm[start..<(start + step)].span, into: &bytes)
            packets.append(Array(buffer[0..<size]))
        }
        return packets
    }

    /// An Ogg Speex file.
    static func file(_ pcm: [Float], _ configuration: SpeexEncoderConfiguration) throws -> [UInt8] {
        let encoder = try SpeexEncoder(configuration)
        let header = SpeexHeader(
            band: configuration.band, channels: configuration.channels, framesPerPacket: encoder.rate.framesPerPacket,
            bitrate: configuration.bitrate, vbr: configuration.variableBitrate)
        var bytes: [UInt8] = []
        var writer = OggMediaWriter()
        let track = try writer.addTrack(.speex(header), serial: 3, to: &bytes)
        let length = Int64(encoder.packetLength)
        var start = -Int64(encoder.lookahead)
        for packet in try encode(pcm, configuration) {
            writer.write(packet.span.bytes, track: track, start: start, duration: length, to: &bytes)
            start += length
        }
        writer.finish(to: &bytes)
        return bytes
    }

    /// What a player would put out: decoded, rounded, trimmed.
    static func decode(_ content: OggFiles.Content, header: SpeexHeader) throws -> [Int16] {
        var decoder = try SpeexDecoder(band: header.band, channels: header.channels)
        var buffer = [Float](repeating: 0, count: 320 * 4 * 10 * 2)
        var result: [Int16] = []
        for packet in content.packets {
            var span = buffer.mutableSpan
            let count = try decoder.decode(packet.bytes.span.bytes, into: &span)
            // The decoder's own delay comes on top of the encoder's.
            let start = packet.info.start - Int64(decoder.lookahead)
            let skip = Int(max(0, min(Int64(count), -start)))
            let end = min(count, Int(packet.info.start + packet.info.duration - start))
            guard skip < end else { continue }
            result += buffer[(skip * header.channels)..<(end * header.channels)].map(PCMConversion.int16)
        }
        return result
    }
}

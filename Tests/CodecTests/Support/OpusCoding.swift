@testable import Codec

/// Whole signals through Opus.
enum OpusCoding {
    static func encode(_ pcm: [Float], _ configuration: OpusEncoderConfiguration) throws -> [[UInt8]] {
        var encoder = try OpusEncoder(configuration)
        var buffer = [UInt8](repeating: 0, count: OpusEncoder.maximumPacketSize)
        let step = configuration.frameLength * configuration.channels
        var packets: [[UInt8]] = []
        for start in stride(from: 0, to: pcm.count - step + 1, by: step) {
            let size = try encode(&encoder, pcm[start..<(start + step)], &buffer)
            packets.append(Array(buffer[0..<size]))
        }
        return packets
    }

    static func encode(
        _ encoder: inout OpusEncoder, _ pcm: ArraySlice<Float>, _ buffer: inout [UInt8]
    ) throws -> Int {
        var span = buffer.mutableSpan
        var bytes = span.mutableBytes
        return try encoder.encode(pcm.span, into: &bytes)
    }

    /// What is to be done for each packet's time.
    enum Step {
        case decode([UInt8])
        case conceal
        case recover(from: [UInt8])
    }

    static func decode(_ steps: [Step], rate: Int, channels: Int, frameLength: Int) throws -> [Float] {
        var decoder = try OpusDecoder(sampleRate: rate, channels: channels)
        var buffer = [Float](repeating: 0, count: decoder.maximumFrameLength * channels)
        var result: [Float] = []
        for step in steps {
            var span = buffer.mutableSpan
            let count =
                switch step {
                case .decode(let packet): try decoder.decode(packet.span.bytes, into: &span)
                case .conceal: try decoder.conceal(samples: frameLength, into: &span)
                case .recover(let packet):
                    try decoder.decodeFEC(of: packet.span.bytes, samples: frameLength, into: &span)
                }
            result += buffer[0..<(count * channels)]
        }
        return result
    }
}

@testable import Codec

/// Cuts the input into packets: a length in one byte (times four where the decoder wants more), then as many bytes.
private func packets(_ input: [UInt8], scale: Int = 1) -> [[UInt8]] {
    var packets: [[UInt8]] = []
    var offset = 0
    while offset < input.count, packets.count < 32 {
        let length = min(Int(input[offset]) * scale, input.count - offset - 1)
        packets.append(Array(input[(offset + 1)..<(offset + 1 + length)]))
        offset += 1 + length
    }
    return packets
}

/// Packets of one stream through the parser and the decoder, which must agree; losses in between.
func fuzzOpusDecode(_ input: [UInt8]) {
    guard let first = input.first, var decoder = try? OpusDecoder(sampleRate: 16_000, channels: Int(first & 1) + 1)
    else { return }
    var pcm = [Float](repeating: 0, count: decoder.maximumFrameLength * 2)
    for packet in packets(Array(input.dropFirst())) {
        let bytes = packet.span.bytes
        var span = pcm.mutableSpan
        let parsed = OpusPacket(bytes)
        if let count = try? decoder.decode(bytes, into: &span) {
            precondition(parsed?.duration == count * 3)
        } else {
            precondition(parsed == nil)
        }
        _ = try? decoder.decodeFEC(of: bytes, samples: 320, into: &span)
        _ = try? decoder.conceal(samples: 160, into: &span)
    }
}

/// Packets of one stream in each band; whatever they are, samples are numbers and within the buffer.
func fuzzSpeexDecode(_ input: [UInt8]) {
    guard let first = input.first, let band = SpeexBand(rawValue: Int(first >> 1) % 3),
        var decoder = try? SpeexDecoder(band: band, channels: Int(first & 1) + 1)
    else { return }
    var pcm = [Float](repeating: 0, count: band.frameLength * 10 * 2)
    for packet in packets(Array(input.dropFirst())) {
        var span = pcm.mutableSpan
        if let count = try? decoder.decode(packet.span.bytes, into: &span) {
            precondition(count % band.frameLength == 0)
            for sample in pcm[..<(count * decoder.channels)] { precondition(sample.isFinite) }
        } else {
            _ = try? decoder.conceal(into: &span)
        }
    }
}

/// Frames of one stream. Large pictures are left to the tests: here they would only be slow.
func fuzzVP8Decode(_ input: [UInt8]) {
    guard var decoder = try? VP8Decoder(), var picture = try? Picture(width: 16, height: 16) else { return }
    for frame in packets(input, scale: 4) {
        if let header = VP8FrameHeader(bytes: frame), header.width * header.height > 1 << 18 { continue }
        _ = try? decoder.decode(frame.span.bytes, into: &picture)
    }
}

private let theoraHeaders: [[UInt8]] = {
    let configuration = TheoraEncoderConfiguration(width: 64, height: 48, frameRate: FrameRate(10), bitrate: 100_000)
    guard let encoder = try? TheoraEncoder(configuration) else { return [] }
    return encoder.headers
}()

/// Frames of a stream whose headers are sound.
func fuzzTheoraDecode(_ input: [UInt8]) {
    guard var decoder = try? TheoraDecoder(headers: theoraHeaders), var picture = try? Picture(width: 16, height: 16)
    else { return }
    for frame in packets(input, scale: 4) { _ = try? decoder.decode(frame.span.bytes, into: &picture) }
}

/// Three headers, then frames.
func fuzzTheoraHeaders(_ input: [UInt8]) {
    let parts = packets(input, scale: 16)
    guard parts.count > 3 else { return }
    if let header = TheoraHeader(bytes: parts[0]), header.frameWidth * header.frameHeight > 1 << 18 { return }
    guard var decoder = try? TheoraDecoder(headers: Array(parts[0..<3])),
        var picture = try? Picture(width: 16, height: 16)
    else { return }
    for frame in parts[3...] { _ = try? decoder.decode(frame.span.bytes, into: &picture) }
}

@testable import Codec

/// A file in pieces: all events come, times do not overflow, and there are not more bytes of packets than of the file.
private func read(_ file: [UInt8], piece: Int) {
    var reader = MediaFileReader()
    var packet: [UInt8] = []
    var total = 0
    func drain() {
        while let event = reader.next(into: &packet) {
            if case .packet(let info) = event {
                total += packet.count
                precondition(info.duration >= 0)
                precondition(abs(info.start) < 1 << 62)
            }
        }
    }
    for start in stride(from: 0, to: file.count, by: piece) {
        try? reader.feed(file[start..<min(start + piece, file.count)].span.bytes)
        drain()
    }
    reader.finish()
    drain()
    precondition(total <= file.count)
}

/// An Ogg file as it is: mostly what resynchronisation makes of it.
func fuzzOggFile(_ input: [UInt8]) {
    guard let first = input.first else { return }
    read(Array("OggS".utf8) + input.dropFirst(), piece: Int(first) + 1)
}

/// Pages whose checksums are right and whose contents are the input's, which random bytes would never be. Each page: a
/// byte of flags, the stream, the granule position, a length in a byte times two, and the bytes.
func fuzzOggPages(_ input: [UInt8]) {
    let heads: [[UInt8]] = [
        OpusHeader(channels: 1, preSkip: 312, inputSampleRate: 48_000).bytes, SpeexHeader(band: .wide).bytes,
        VP8StreamHeader(width: 64, height: 48, frameRate: FrameRate(10)).oggBytes,
    ]
    var file: [UInt8] = []
    var streams = heads.indices.map { OggStreamWriter(serial: UInt32($0)) }
    for (index, head) in heads.enumerated() {
        streams[index].append(head.span.bytes, granulePosition: 0, to: &file)
        streams[index].flush(to: &file)
    }
    var offset = 0
    while offset + 4 < input.count, file.count < 1 << 16 {
        let stream = Int(input[offset]) % streams.count
        let granule = Int64(Int8(bitPattern: input[offset + 1])) << Int64(input[offset + 2] % 62)
        let length = min(Int(input[offset + 3]) * 2, input.count - offset - 4)
        let packet = Array(input[(offset + 4)..<(offset + 4 + length)])
        let before = file.count
        streams[stream].append(packet.span.bytes, granulePosition: granule, to: &file)
        if input[offset] & 0x80 != 0 { streams[stream].flush(to: &file) }
        if input[offset] & 0x40 != 0 { file.removeLast(file.count - before) }
        offset += 4 + length
    }
    for index in streams.indices { streams[index].finish(to: &file) }
    read(file, piece: 4096)
}

/// IVF, WAV or Y4M.
func fuzzPlainFile(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let starts = ["DKIF", "RIFF", "YUV4MPEG2 "]
    read(Array(starts[Int(first) % 3].utf8) + input.dropFirst(), piece: Int(first) + 1)
}

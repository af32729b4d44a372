@testable import Codec

/// Whole files of any kind.
enum MediaFiles {
    struct Content {
        var tracks: [MediaTrack] = []
        var packets: [(info: MediaPacket, bytes: [UInt8])] = []
        var damage: [MediaDamage] = []
        var hasEnded = false
    }

    /// Reads a file, fed in pieces of this size.
    static func read(_ file: [UInt8], piece: Int = 1000) throws -> Content {
        var content = Content()
        var reader = MediaFileReader()
        var packet: [UInt8] = []
        var offset = 0
        while true {
            while let event = reader.next(into: &packet) {
                switch event {
                case .track(let track): content.tracks.append(track)
                case .packet(let info): content.packets.append((info, packet))
                case .damage(let damage): content.damage.append(damage)
                case .trackEnded: content.hasEnded = true
                }
            }
            guard offset < file.count else { break }
            let end = min(offset + piece, file.count)
            try reader.feed(file[offset..<end].span.bytes)
            offset = end
            if offset == file.count { reader.finish() }
        }
        return content
    }

    /// Transcodes a file.
    static func transcode(_ file: [UInt8], _ options: FileTranscodeOptions) throws -> [UInt8] {
        let transcoder = FileTranscoder(options)
        var output: [UInt8] = []
        for start in stride(from: 0, to: file.count, by: 10_000) {
            try transcoder.feed(file[start..<min(start + 10_000, file.count)].span.bytes, to: &output)
        }
        let header = try transcoder.finish(to: &output)
        output.replaceSubrange(0..<header.count, with: header)
        return output
    }
}

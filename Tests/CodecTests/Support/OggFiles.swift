@testable import Codec

/// Whole Ogg files.
enum OggFiles {
    struct Packet {
        var info: MediaPacket
        var bytes: [UInt8]
    }

    struct Content {
        var tracks: [MediaTrack] = []
        var packets: [Packet] = []
        var damage: [MediaDamage] = []
        var ended: [Int] = []

        func packets(of track: Int) -> [Packet] { packets.filter { $0.info.track == track } }
    }

    /// Reads a file, fed in pieces of this size.
    static func read(_ file: [UInt8], piece: Int = 1000) throws -> Content {
        var content = Content()
        var reader = OggMediaReader()
        var offset = 0
        while true {
            while let event = reader.next() {
                switch event {
                case .track(let track): content.tracks.append(track)
                case .packet(let info): content.packets.append(Packet(info: info, bytes: reader.packet))
                case .damage(let damage): content.damage.append(damage)
                case .trackEnded(let id): content.ended.append(id)
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

    /// An Ogg Opus file of these packets, all of one length.
    static func opus(_ packets: [[UInt8]], header: OpusHeader, trimmedTo total: Int64? = nil) throws -> [UInt8] {
        var file: [UInt8] = []
        var writer = OggMediaWriter()
        let track = try writer.addTrack(.opus(header), serial: 7, to: &file)
        var start = -Int64(header.preSkip)
        for packet in packets {
            let natural = Int64(OpusPacket(packet.span.bytes)?.duration ?? 0)
            let duration = min(natural, (total ?? 1 << 60) - start)
            writer.write(packet.span.bytes, track: track, start: start, duration: duration, to: &file)
            start += natural
        }
        writer.finish(to: &file)
        return file
    }
}

import Codec

/// What the relay decides about the Theora that it sends: the encoder's settings, and the number under which a configuration is known to all receivers.
enum TheoraStream {
    /// Pictures a second in what the relay makes, at most.
    static let frameRate = 15

    /// The headers of a small stream; all others differ from it in the picture's size alone.
    private static let template: TheoraConfiguration? = {
        let smallest = PictureSize(width: 16, height: 16)
        let settings = configuration(size: smallest, frameRate: frameRate, bitrate: 80_000)
        do throws(CodecError) {
            return configuration(of: try TheoraEncoder(settings).headers)
        } catch {
            return nil
        }
    }()

    /// Makes what is needed to tell headers; at the first call it takes some milliseconds.
    static func prepare() {
        _ = template
    }

    /// The settings of an encoder. The headers that it makes depend on size and frame rate only, so that they can be told before there is a picture.
    static func configuration(size: PictureSize, frameRate: Int, bitrate: Int) -> TheoraEncoderConfiguration {
        var settings = TheoraEncoderConfiguration(
            width: size.width, height: size.height, frameRate: FrameRate(frameRate), bitrate: bitrate)
        settings.speed = 2
        settings.keyFrameInterval = 64
        return settings
    }

    /// What a stream of this size that the relay makes is decoded with, told before there is an encoder (Theora specification, 6.2).
    static func configuration(size: PictureSize) -> TheoraConfiguration? {
        guard var headers = template?.headers, headers[0].count >= 42 else { return nil }
        let blocks = PictureSize(width: (size.width + 15) / 16, height: (size.height + 15) / 16)
        let rest = blocks.height * 16 - size.height
        func put(_ value: Int, _ bytes: Int, at place: Int) {
            for index in 0..<bytes {
                headers[0][place + index] = UInt8(truncatingIfNeeded: value >> (8 * (bytes - 1 - index)))
            }
        }
        put(blocks.width, 2, at: 10)
        put(blocks.height, 2, at: 12)
        put(size.width, 3, at: 14)
        put(size.height, 3, at: 17)
        put(0, 1, at: 20)
        put(rest, 1, at: 21)
        return configuration(of: headers)
    }

    /// The configuration of three headers, under the relay's own number.
    static func configuration(of headers: [[UInt8]]) -> TheoraConfiguration? {
        guard headers.count == 3 else { return nil }
        return TheoraConfiguration(
            identifier: identifier(headers[0], headers[2]), identification: headers[0], comment: headers[1],
            setup: headers[2])
    }

    /// A configuration under the relay's own number, so that streams of several senders cannot be mistaken for each other.
    static func renamed(_ configuration: TheoraConfiguration) -> TheoraConfiguration {
        var renamed = configuration
        renamed.identifier = identifier(configuration.identification, configuration.setup)
        return renamed
    }

    /// A number of 24 bits that depends on the headers' bytes (FNV-1a, folded).
    private static func identifier(_ identification: [UInt8], _ setup: [UInt8]) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for part in [identification, setup] {
            for byte in part { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        }
        return (hash >> 24 ^ hash) & 0xFF_FFFF
    }
}

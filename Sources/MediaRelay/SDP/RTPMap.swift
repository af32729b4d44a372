/// What a payload type stands for (a=rtpmap; RFC 8866, 6.6).
public struct RTPMap: Equatable, Sendable {
    /// The payload type, 0 to 127.
    public var payloadType: UInt8
    /// The encoding's name; compared without regard to case.
    public var encoding: String
    /// The clock rate of the timestamps, in Hz.
    public var clockRate: Int
    /// The number of audio channels, 1 unless said.
    public var channels: Int

    /// A mapping of the given values.
    public init(payloadType: UInt8, encoding: String, clockRate: Int, channels: Int = 1) {
        self.payloadType = payloadType
        self.encoding = encoding
        self.clockRate = clockRate
        self.channels = channels
    }

    /// Reads the attribute's value, such as `96 opus/48000/2`.
    public init?(_ value: String) {
        let words = value.split(separator: " ", maxSplits: 1)
        guard words.count == 2, let payloadType = UInt8(words[0]), payloadType < 128 else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard 2...3 ~= parts.count, !parts[0].isEmpty, let clockRate = Int(parts[1]), 1...1_000_000 ~= clockRate else {
            return nil
        }
        var channels = 1
        if parts.count == 3 {
            guard let number = Int(parts[2]), 1...255 ~= number else { return nil }
            channels = number
        }
        self.init(payloadType: payloadType, encoding: String(parts[0]), clockRate: clockRate, channels: channels)
    }

    /// The attribute's value.
    public var value: String {
        "\(payloadType) \(encoding)/\(clockRate)" + (channels == 1 ? "" : "/\(channels)")
    }

    /// Whether this is the encoding called `name` at that rate.
    public func names(_ name: String, clockRate: Int) -> Bool {
        self.clockRate == clockRate && encoding.lowercased() == name.lowercased()
    }
}

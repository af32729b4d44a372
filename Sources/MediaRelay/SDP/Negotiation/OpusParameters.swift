/// What an endpoint asks of the Opus that is sent to it (RFC 7587, 6.1).
public struct OpusParameters: Equatable, Sendable {
    /// The shortest packet that it takes, in milliseconds; 3 unless said.
    public var minimumPacketTime = 3
    /// The highest sampling rate that it can play, in Hz.
    public var maximumPlaybackRate = 48000
    /// The most that it wants on average, in bit/s; nil for no limit.
    public var maximumAverageBitrate: Int?
    /// Whether it prefers two channels.
    public var stereo = false
    /// Whether it can use forward error correction inside the packets.
    public var useInbandFEC = false
    /// Whether it wants silence left out.
    public var useDTX = false

    /// The values that hold where nothing is said.
    public init() {}

    /// Reads the parameters of a format; what is out of range is as if it were not there.
    public init(_ parameters: FormatParameters) {
        if let time = parameters.integer("minptime"), 3...120 ~= time { minimumPacketTime = time }
        if let rate = parameters.integer("maxplaybackrate"), 8000...48000 ~= rate { maximumPlaybackRate = rate }
        if let bitrate = parameters.integer("maxaveragebitrate"), bitrate > 0 {
            maximumAverageBitrate = min(max(bitrate, 6000), 510_000)
        }
        stereo = parameters.flag("stereo")
        useInbandFEC = parameters.flag("useinbandfec")
        useDTX = parameters.flag("usedtx")
    }

    /// The parameters as they stand in a description; values that hold anyway are left out.
    public var formatParameters: FormatParameters {
        var parameters = FormatParameters()
        if minimumPacketTime != 3 { parameters["minptime"] = String(minimumPacketTime) }
        if maximumPlaybackRate != 48000 { parameters["maxplaybackrate"] = String(maximumPlaybackRate) }
        if let maximumAverageBitrate { parameters["maxaveragebitrate"] = String(maximumAverageBitrate) }
        if stereo { parameters["stereo"] = "1" }
        if useInbandFEC { parameters["useinbandfec"] = "1" }
        if useDTX { parameters["usedtx"] = "1" }
        return parameters
    }
}

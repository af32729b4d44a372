/// What an endpoint asks of the Speex that is sent to it (RFC 5574, 3 and 6).
public struct SpeexParameters: Equatable, Sendable {
    /// Whether the bitrate may vary.
    public enum VariableBitrate: String, Sendable {
        /// It may.
        case on
        /// It may not.
        case off
        /// It may, so far as silence is told from speech.
        case vad
    }

    /// Whether the bitrate may vary.
    public var variableBitrate = VariableBitrate.off
    /// Whether background noise is described in silence (`cng`).
    public var comfortNoise = false
    /// The modes that it takes, in its order of preference, 0 to 10; empty for any.
    public var modes: [Int] = []

    /// The values that hold where nothing is said.
    public init() {}

    /// Reads the parameters of a format; what is out of range is as if it were not there.
    public init(_ parameters: FormatParameters) {
        variableBitrate = parameters["vbr"].flatMap { VariableBitrate(rawValue: $0.lowercased()) } ?? .off
        comfortNoise = parameters["cng"]?.lowercased() == "on"
        let list = parameters["mode"]?.filter { $0 != "\"" } ?? ""
        let names = list.split(separator: ",", maxSplits: 15)
        if !names.contains("any") { modes = names.compactMap { Int($0) }.filter { 0...10 ~= $0 } }
    }

    /// Bits a second of the modes 0 to 10 at each rate (RFC 5574, 3.3; the library's ladder of qualities in the wider bands).
    private static func modes(at sampleRate: Int) -> [Int] {
        switch sampleRate {
        case 8_000: [2_150, 2_150, 5_950, 8_000, 11_000, 15_000, 18_200, 24_600, 3_950, 24_600, 24_600]
        case 16_000: [3_950, 5_750, 7_750, 9_800, 12_800, 16_800, 20_600, 23_800, 27_800, 34_200, 42_200]
        default: [4_150, 7_550, 9_550, 11_600, 14_600, 18_600, 22_400, 25_600, 29_600, 36_000, 44_000]
        }
    }

    /// The bitrate of the best mode that is taken, in bit/s with packets' padding; nil where any is.
    func maximumBitrate(at sampleRate: Int) -> Int? {
        let known = Self.modes(at: sampleRate)
        // A packet's last byte is filled up.
        return modes.map { known[$0] + 400 }.max()
    }

    /// The least bitrate that there is a mode for, in bit/s.
    static func leastBitrate(at sampleRate: Int) -> Int {
        (modes(at: sampleRate).min() ?? 0) + 450
    }

    /// The parameters as they stand in a description; values that hold anyway are left out.
    public var formatParameters: FormatParameters {
        var parameters = FormatParameters()
        if variableBitrate != .off { parameters["vbr"] = variableBitrate.rawValue }
        if comfortNoise { parameters["cng"] = "on" }
        if !modes.isEmpty { parameters["mode"] = "\"\(modes.map(String.init).joined(separator: ","))\"" }
        return parameters
    }
}

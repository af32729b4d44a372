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

    /// The parameters as they stand in a description; values that hold anyway are left out.
    public var formatParameters: FormatParameters {
        var parameters = FormatParameters()
        if variableBitrate != .off { parameters["vbr"] = variableBitrate.rawValue }
        if comfortNoise { parameters["cng"] = "on" }
        if !modes.isEmpty { parameters["mode"] = "\"\(modes.map(String.init).joined(separator: ","))\"" }
        return parameters
    }
}

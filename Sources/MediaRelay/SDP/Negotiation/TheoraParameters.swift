/// What a description says of a Theora stream (draft-barbato-avt-rtp-theora, 6.1).
public struct TheoraParameters: Equatable, Sendable {
    /// The picture's width in pixels.
    public var width: Int?
    /// The picture's height in pixels.
    public var height: Int?
    /// The headers of the stream that the describer sends; nil where they come in the stream itself.
    public var configuration: TheoraConfiguration?

    /// Parameters of the given values.
    public init(width: Int? = nil, height: Int? = nil, configuration: TheoraConfiguration? = nil) {
        self.width = width
        self.height = height
        self.configuration = configuration
    }

    /// Reads the parameters of a format; what cannot be read is as if it were not there.
    public init(_ parameters: FormatParameters) {
        width = parameters.integer("width").flatMap { 1...0xff_ffff ~= $0 ? $0 : nil }
        height = parameters.integer("height").flatMap { 1...0xff_ffff ~= $0 ? $0 : nil }
        configuration = parameters["configuration"].flatMap { TheoraConfiguration(parameter: $0) }
    }

    /// The parameters as they stand in a description. Chroma is sampled at half the rate both ways.
    public var formatParameters: FormatParameters {
        var parameters = FormatParameters()
        parameters["sampling"] = "YCbCr-4:2:0"
        if let width { parameters["width"] = String(width) }
        if let height { parameters["height"] = String(height) }
        parameters["delivery-method"] = configuration == nil ? "in_band" : "inline"
        if let configuration { parameters["configuration"] = configuration.parameter }
        return parameters
    }
}

/// Why a codec operation failed.
public enum CodecError: Error, Equatable, Sendable {
    /// A configuration value lies outside what the codec supports; the text names it.
    case invalidConfiguration(String)
    /// The packet is not one that this codec can decode.
    case invalidPacket
    /// The caller's buffer is too small for the result.
    case bufferTooSmall
    /// The samples or the picture given do not have the length or the size that was configured.
    case wrongInputSize
    /// The stream needs a key frame (or its headers) before this packet can be decoded.
    case needsKeyFrame
    /// Memory for the codec's state could not be had.
    case outOfMemory
    /// The library reported an error of its own, with its number.
    case library(code: Int32)
}

extension CodecError: CustomStringConvertible {
    /// One sentence for a user.
    public var description: String {
        switch self {
        case .invalidConfiguration(let what): "The codec cannot be set up: \(what)."
        case .invalidPacket: "The packet is damaged or of another codec."
        case .bufferTooSmall: "The buffer is too small for the result."
        case .wrongInputSize: "The input is not of the configured size."
        case .needsKeyFrame: "The stream cannot be decoded before its next key frame."
        case .outOfMemory: "There is not enough memory for the codec."
        case .library(let code): "The codec library failed with code \(code)."
        }
    }
}

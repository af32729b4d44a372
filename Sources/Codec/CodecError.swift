/// Why a codec or container operation failed.
public enum CodecError: Error, Equatable, Sendable {
    /// A configuration value lies outside what the codec supports; the text names it.
    case invalidConfiguration(String)
    /// The packet is not one that this codec can decode.
    case invalidPacket
    /// The caller's buffer is too small for the result.
    case bufferTooSmall
    /// The library reported an error of its own, with its number.
    case library(code: Int32)
}

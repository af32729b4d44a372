/// Why a text is not taken as JSON.
public enum JSONError: Error, Hashable, Sendable {
    /// It is not JSON; the offset of the byte where that shows.
    case malformed(at: Int)
    /// Arrays and objects stand deeper inside each other than is taken.
    case tooDeep
    /// It holds more values than are taken.
    case tooMany
}

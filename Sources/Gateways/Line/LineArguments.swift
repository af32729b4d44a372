import Signaling

/// The words of a command, read as what the command takes. What is missing or wrong throws the status for it.
extension LineWords {
    /// A name: missing or no name is `-4`.
    func name(_ index: Int) throws(LineStatus) -> Name {
        guard let text = string(index), let name = Name(text) else { throw .invalidName }
        return name
    }

    /// A word that must be there; missing is `-1`.
    func text(_ index: Int) throws(LineStatus) -> String {
        guard let text = string(index) else { throw .unknownError }
        return text
    }

    /// A word that must be there, kept out of descriptions; missing is `-1`.
    func secret(_ index: Int) throws(LineStatus) -> Secret {
        Secret(try text(index))
    }

    /// A password; nil where it is missing or empty, which is no password.
    func password(_ index: Int) -> Secret? {
        guard let text = string(index), !text.isEmpty else { return nil }
        return Secret(text)
    }

    /// `anon` or `regd`: whether it is open to anonymous users; anything else is `-1`.
    func isAnonymous(_ index: Int, default missing: Bool) throws(LineStatus) -> Bool {
        switch string(index) {
        case nil: return missing
        case "anon": return true
        case "regd": return false
        default: throw .unknownError
        }
    }

    /// A number of decimal digits; nil where it is missing, anything else is `-1`.
    func number(_ index: Int) throws(LineStatus) -> Int64? {
        guard let range = self[index] else { return nil }
        guard (1...18).contains(range.count) else { throw .unknownError }
        var value: Int64 = 0
        for byte in bytes[range] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { throw .unknownError }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// A number of seconds; nil, which is the server's setting, where it is missing or 0.
    func seconds(_ index: Int) throws(LineStatus) -> Int64? {
        guard let seconds = try number(index), seconds > 0 else { return nil }
        return seconds
    }

    /// A word as text; nil where it is missing.
    func string(_ index: Int) -> String? {
        guard let range = self[index] else { return nil }
        // The pointer lives for one copy; a slice of the array would be retained and released.
        return bytes.withUnsafeBufferPointer {
            String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self)
        }
    }
}

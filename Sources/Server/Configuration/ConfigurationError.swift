/// Where a setting's value comes from.
enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case standard
    case file(path: String, line: Int)
    case environment(name: String)
    case flag

    /// What stands at the beginning of a message about it: `relay.yaml:12`.
    var description: String {
        switch self {
        case .standard: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let name): "environment variable \(name)"
        case .flag: "--set"
        }
    }
}

/// A configuration that cannot be used: one sentence with the place, the key and the reason. The program exits 78.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    let origin: SettingOrigin
    /// The key, or nothing where it is the file as a whole.
    let key: String?
    let reason: String

    var description: String {
        guard let key else { return "\(origin): \(reason)" }
        return "\(origin): \(key): \(reason)"
    }
}

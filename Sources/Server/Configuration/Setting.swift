import Signaling

/// A value as it was written, before it is known what it should be.
enum SettingValue: Sendable, Equatable {
    case scalar(String)
    case list([String])
    /// A mapping where a value was expected, or the other way round.
    case other
}

/// Why a value cannot be taken: the rest of a sentence that begins with the key.
struct SettingProblem: Error, Equatable {
    let reason: String
}

/// One key of `relay.yaml`: what it may hold, and whether it takes effect without a restart.
struct Setting: Sendable {
    /// The key, with dots: `http.port`.
    let key: String
    /// Whether SIGHUP makes a new value take effect.
    let reloadable: Bool
    /// Takes a written value into a configuration.
    let assign: @Sendable (SettingValue, inout Configuration) throws(SettingProblem) -> Void
    /// The value as one would write it.
    let show: @Sendable (Configuration) -> String
    /// Copies the value from one configuration to another.
    let copy: @Sendable (_ from: Configuration, _ to: inout Configuration) -> Void

    /// The name of the environment variable that overrides the key: `MEDIA_RELAY_HTTP_PORT`; a capital within a word
    /// counts as any letter (`media.rtpPorts` is `MEDIA_RELAY_MEDIA_RTPPORTS`).
    var environmentName: String {
        "MEDIA_RELAY_" + key.replacing(".", with: "_").uppercased()
    }

    /// A setting that is read from one word or text.
    private static func scalar<Value>(
        _ key: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, reloadable: Bool, form: String,
        read: @escaping @Sendable (String) -> Value?, show: @escaping @Sendable (Value) -> String
    ) -> Setting {
        Setting(
            key: key, reloadable: reloadable,
            assign: { (value, configuration) throws(SettingProblem) in
                guard case .scalar(let text) = value else { throw SettingProblem(reason: "must be \(form)") }
                guard let read = read(text) else {
                    throw SettingProblem(reason: "must be \(form), not \"\(text.prefix(80))\"")
                }
                configuration[keyPath: path] = read
            },
            show: { show($0[keyPath: path]) },
            copy: { $1[keyPath: path] = $0[keyPath: path] })
    }

    /// A whole number within bounds.
    static func integer<Value: FixedWidthInteger & Sendable>(
        _ key: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, _ bounds: ClosedRange<Value>,
        reloadable: Bool = false
    ) -> Setting {
        scalar(
            key, path, reloadable: reloadable, form: "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)",
            read: { text in Value(text).flatMap { bounds.contains($0) ? $0 : nil } }, show: { String($0) })
    }

    /// `true` or `false`, `yes` or `no`, `on` or `off`.
    static func flag(
        _ key: String, _ path: any WritableKeyPath<Configuration, Bool> & Sendable, reloadable: Bool = false
    ) -> Setting {
        scalar(
            key, path, reloadable: reloadable, form: "true or false",
            read: { text in
                switch text.lowercased() {
                case "true", "yes", "on": true
                case "false", "no", "off": false
                default: nil
                }
            },
            show: { String($0) })
    }

    /// A text for which `isValid` holds; `form` says in words what that is.
    static func text(
        _ key: String, _ path: any WritableKeyPath<Configuration, String> & Sendable, reloadable: Bool = false,
        form: String, isValid: @escaping @Sendable (String) -> Bool
    ) -> Setting {
        scalar(key, path, reloadable: reloadable, form: form, read: { isValid($0) ? $0 : nil }, show: { $0 })
    }

    /// A page's address, or nothing.
    static func url(_ key: String, _ path: any WritableKeyPath<Configuration, String> & Sendable) -> Setting {
        text(key, path, reloadable: true, form: "an address that begins with http:// or https://, or empty") { text in
            if text.isEmpty { return true }
            guard text.utf8.count <= 2_000, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
            return ["http://", "https://"].contains { text.hasPrefix($0) && text.count > $0.count }
        }
    }

    /// A file's path, or nothing.
    static func file(_ key: String, _ path: any WritableKeyPath<Configuration, String> & Sendable) -> Setting {
        text(key, path, reloadable: true, form: "a file, or empty", isValid: { !$0.utf8.contains(0) })
    }

    /// One of a few values, by name.
    static func choice<Value: Sendable>(
        _ key: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, reloadable: Bool = false,
        among values: [Value], name: @escaping @Sendable (Value) -> String
    ) -> Setting {
        let names = values.map(name)
        return scalar(
            key, path, reloadable: reloadable,
            form: names.dropLast().joined(separator: ", ") + " or " + (names.last ?? ""),
            read: { text in values.first { name($0) == text } }, show: name)
    }

    /// The least role that an act needs.
    static func leastRole(_ key: String, _ path: any WritableKeyPath<Configuration, Role> & Sendable) -> Setting {
        choice(key, path, reloadable: true, among: [.guest, .user, .admin], name: \.text)
    }

    /// A level of logging, by name or number.
    static func logLevel(_ key: String, _ path: any WritableKeyPath<Configuration, LogLevel> & Sendable) -> Setting {
        scalar(
            key, path, reloadable: true, form: "error, warning, info, debug or a number from 0 to 3",
            read: { LogLevel(setting: $0) }, show: { $0.rawValue })
    }

    /// When the disk has what is acknowledged.
    static func sync(
        _ key: String, _ path: any WritableKeyPath<Configuration, Configuration.SyncPolicy> & Sendable
    ) -> Setting {
        scalar(
            key, path, reloadable: false, form: "commit or a number of milliseconds from 1 to 60000",
            read: { Configuration.SyncPolicy($0) }, show: { $0.description })
    }

    /// Ports as `10000-19999`, or nothing.
    static func optionalPorts(
        _ key: String, _ path: any WritableKeyPath<Configuration, PortRange?> & Sendable
    ) -> Setting {
        scalar(
            key, path, reloadable: false, form: "two ports from 1024 to 65535, as in 4300-4399, or empty",
            read: { text -> PortRange?? in
                if text.isEmpty { return .some(nil) }
                return PortRange(text).map { .some($0) }
            },
            show: { $0?.description ?? "" })
    }

    /// Ports as `10000-19999`.
    static func ports(_ key: String, _ path: any WritableKeyPath<Configuration, PortRange> & Sendable) -> Setting {
        scalar(
            key, path, reloadable: false, form: "two ports from 1024 to 65535, as in 10000-19999",
            read: { PortRange($0) },
            show: { $0.description })
    }

    /// A list; in the environment and on the command line with commas between.
    static func list<Item: Sendable>(
        _ key: String, _ path: any WritableKeyPath<Configuration, [Item]> & Sendable, reloadable: Bool = false,
        allowsEmpty: Bool, form: String, read: @escaping @Sendable (String) -> Item?,
        show: @escaping @Sendable (Item) -> String
    ) -> Setting {
        Setting(
            key: key, reloadable: reloadable,
            assign: { (value, configuration) throws(SettingProblem) in
                let texts = try items(of: value, form: form)
                guard allowsEmpty || !texts.isEmpty else { throw SettingProblem(reason: "must be \(form)") }
                configuration[keyPath: path] = try texts.map { (text) throws(SettingProblem) in
                    guard let item = read(text) else {
                        throw SettingProblem(reason: "must be \(form), and \"\(text.prefix(80))\" is none")
                    }
                    return item
                }
            },
            show: { "[" + $0[keyPath: path].map(show).joined(separator: ", ") + "]" },
            copy: { $1[keyPath: path] = $0[keyPath: path] })
    }

    /// User names, in any order.
    static func set(
        _ key: String, _ path: any WritableKeyPath<Configuration, Set<Name>> & Sendable, reloadable: Bool
    ) -> Setting {
        Setting(
            key: key, reloadable: reloadable,
            assign: { (value, configuration) throws(SettingProblem) in
                let form = "a list of user names"
                var names: Set<Name> = []
                for text in try items(of: value, form: form) {
                    guard let name = Name(text) else {
                        throw SettingProblem(reason: "must be \(form), and \"\(text.prefix(80))\" is none")
                    }
                    names.insert(name)
                }
                configuration[keyPath: path] = names
            },
            show: { "[" + $0[keyPath: path].sorted().map(\.text).joined(separator: ", ") + "]" },
            copy: { $1[keyPath: path] = $0[keyPath: path] })
    }

    private static func items(of value: SettingValue, form: String) throws(SettingProblem) -> [String] {
        switch value {
        case .list(let list): list
        case .scalar(let text): text.split(separator: ",").map { String($0.trimmingPrefix { $0 == " " }) }
        case .other: throw SettingProblem(reason: "must be \(form)")
        }
    }
}

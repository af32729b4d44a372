import FoundationEssentials
import Glibc
import Yams

/// Settings with the place that each comes from.
struct LoadedConfiguration: Sendable, Equatable {
    var values = Configuration()
    /// The keys that were set, and where; the others have their default.
    var origins: [String: SettingOrigin] = [:]

    /// What is odd without being wrong, one sentence each.
    var warnings: [String] = []

    /// Where a key's value comes from.
    func origin(of key: String) -> SettingOrigin { origins[key] ?? .standard }

    /// An error that is a setting's fault although it can be read: a port in use, a folder that cannot be written.
    func error(_ key: String, _ reason: String) -> ConfigurationError {
        ConfigurationError(origin: origin(of: key), key: key, reason: reason)
    }
}

/// Makes the settings from a file, the environment and flags; later ones win.
struct ConfigurationLoader: Sendable {
    /// The file's path; nil: no file, everything has its default.
    var path: String?
    /// The environment, of which the variables that begin with `MEDIA_RELAY_` count.
    var environment: [String: String]
    /// `key=value`, as given with `--set`.
    var assignments: [String]

    /// A file larger than this is not a configuration.
    private static let maximumFileSize = 1 << 20

    /// Environment variables with our prefix that are not settings.
    private static let otherVariables: Set = ["MEDIA_RELAY_BIN", "MEDIA_RELAY_SEALING_KEY"]

    /// Reads everything anew; used at start and at SIGHUP.
    func load() throws(ConfigurationError) -> LoadedConfiguration {
        var loaded = LoadedConfiguration()
        if let path { try apply(file: try read(path), path: path, to: &loaded) }
        try applyOverrides(to: &loaded)
        return loaded
    }

    /// Takes the environment, then the flags.
    func applyOverrides(to loaded: inout LoadedConfiguration) throws(ConfigurationError) {
        try applyEnvironment(to: &loaded)
        try applyAssignments(to: &loaded)
    }

    private func read(_ path: String) throws(ConfigurationError) -> String {
        func failure(_ reason: String) -> ConfigurationError {
            ConfigurationError(origin: .file(path: path, line: 1), key: nil, reason: reason)
        }
        guard let file = fopen(path, "re") else { throw failure("cannot be read: \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: Self.maximumFileSize + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw failure("cannot be read") }
        guard count <= Self.maximumFileSize else { throw failure("is larger than 1 MiB") }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else { throw failure("is not UTF-8") }
        return text
    }

    /// Takes the text of a file; `path` is what its errors name.
    func apply(file text: String, path: String, to loaded: inout LoadedConfiguration) throws(ConfigurationError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw Self.syntaxError(error, path: path)
        }
        guard let root else { return }
        if case .scalar(let scalar) = root, scalar.string.isEmpty || scalar.string == "null" { return }
        try apply(node: root, key: nil, path: path, to: &loaded)
    }

    private func apply(
        node: Node, key: String?, path: String, to loaded: inout LoadedConfiguration
    ) throws(ConfigurationError) {
        guard case .mapping(let mapping) = node else {
            let reason = "must be settings, one to a line, as in `http.port: 7000`"
            throw ConfigurationError(origin: .file(path: path, line: node.mark?.line ?? 1), key: key, reason: reason)
        }
        for (name, value) in mapping {
            let origin = SettingOrigin.file(path: path, line: name.mark?.line ?? 1)
            let full = (key.map { $0 + "." } ?? "") + (name.string ?? "")
            if Setting.byKey[full] == nil, Self.isSection(full) {
                // An empty section, as when all its lines are commented out, sets nothing.
                if case .scalar(let scalar) = value, scalar.string.isEmpty { continue }
                try apply(node: value, key: full, path: path, to: &loaded)
            } else {
                try assign(full, Self.value(of: value), origin, to: &loaded)
            }
        }
    }

    private func applyEnvironment(to loaded: inout LoadedConfiguration) throws(ConfigurationError) {
        let byName = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.environmentName, $0.key) })
        for name in environment.keys.sorted() where name.hasPrefix("MEDIA_RELAY_") {
            guard let text = environment[name], !Self.otherVariables.contains(name) else { continue }
            let origin = SettingOrigin.environment(name: name)
            guard let key = byName[name] else {
                // Other programs may use the prefix too, so this is not an error.
                let guess = Spelling.nearest(to: name, among: byName.keys).map { ", did you mean \($0)?" } ?? ""
                loaded.warnings.append("\(origin): unknown setting\(guess)")
                continue
            }
            try assign(key, .scalar(text), origin, to: &loaded)
        }
    }

    private func applyAssignments(to loaded: inout LoadedConfiguration) throws(ConfigurationError) {
        for assignment in assignments {
            guard let equals = assignment.firstIndex(of: "=") else {
                throw ConfigurationError(
                    origin: .flag, key: assignment, reason: "has no value, write it as in http.port=7001")
            }
            let text = String(assignment[assignment.index(after: equals)...])
            try assign(String(assignment[..<equals]), .scalar(text), .flag, to: &loaded)
        }
    }

    private func assign(
        _ key: String, _ value: SettingValue, _ origin: SettingOrigin, to loaded: inout LoadedConfiguration
    ) throws(ConfigurationError) {
        guard let setting = Setting.byKey[key] else {
            if let section = Setting.sectionsToCome.first(where: { key == $0 || key.hasPrefix($0 + ".") }) {
                throw ConfigurationError(
                    origin: origin, key: key, reason: "this version has nothing yet that \(section) would set")
            }
            let guess = Spelling.nearest(to: key, among: Setting.byKey.keys).map { ", did you mean \($0)?" } ?? ""
            throw ConfigurationError(origin: origin, key: key, reason: "unknown key\(guess)")
        }
        if case .file(_, let line) = loaded.origins[key], case .file = origin {
            throw ConfigurationError(origin: origin, key: key, reason: "is set a second time, first in line \(line)")
        }
        do {
            try setting.assign(value, &loaded.values)
        } catch {
            throw ConfigurationError(origin: origin, key: key, reason: error.reason)
        }
        loaded.origins[key] = origin
    }

    private static func isSection(_ key: String) -> Bool {
        Setting.byKey.keys.contains { $0.hasPrefix(key + ".") }
    }

    private static func value(of node: Node) -> SettingValue {
        switch node {
        case .scalar(let scalar):
            return .scalar(scalar.string)
        case .sequence(let sequence):
            var items: [String] = []
            for item in sequence {
                guard case .scalar(let scalar) = item else { return .other }
                items.append(scalar.string)
            }
            return .list(items)
        default:
            return .other
        }
    }

    private static func syntaxError(_ error: any Error, path: String) -> ConfigurationError {
        func at(_ line: Int, _ reason: String) -> ConfigurationError {
            ConfigurationError(origin: .file(path: path, line: line), key: nil, reason: reason)
        }
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark.line, "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return at(context.mark.line, "set twice: \(duplicates.joined(separator: ", "))")
        default:
            return at(1, "is not YAML: \(error)")
        }
    }
}

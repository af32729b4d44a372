import Glibc
import Logging
import Synchronization

/// Writes the log to standard error, a line for each event:
/// `2026-11-21T12:53:08.123Z info  signed in user=ann door=line`.
///
/// The level is one for the whole process, so that a reload changes it everywhere.
struct StandardErrorLog: LogHandler {
    /// The least serious level that is written, as the number of its order among swift-log's levels.
    private static let threshold = Atomic<Int>(order(of: .info))

    /// The level of the whole process.
    static var level: Logger.Level {
        get { Logger.Level.allCases[threshold.load(ordering: .relaxed)] }
        set { threshold.store(order(of: newValue), ordering: .relaxed) }
    }

    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?

    var logLevel: Logger.Level {
        get { Self.level }
        // One logger's level is everyone's; it is set through `level` only.
        set { _ = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        let fields = all.sorted { $0.key < $1.key }.map { (key: $0.key, value: "\($0.value)") }
        let line = Self.line(
            seconds: now.tv_sec, milliseconds: now.tv_nsec / 1_000_000, level: event.level, message: "\(event.message)",
            fields: fields)
        // One call for each line, so that lines of several threads do not mix.
        var bytes = Array(line.utf8)
        let count = bytes.count
        _ = bytes.withUnsafeMutableBytes { write(STDERR_FILENO, $0.baseAddress, count) }
    }

    /// The line of an event, with its line feed. Control characters in it are escaped: what a client sent cannot make
    /// lines of its own.
    static func line(
        seconds: Int, milliseconds: Int, level: Logger.Level, message: String, fields: [(key: String, value: String)]
    ) -> String {
        var moment = time_t(seconds)
        var date = tm()
        gmtime_r(&moment, &date)
        func padded(_ number: some BinaryInteger, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let day = "\(padded(date.tm_year + 1900, 4))-\(padded(date.tm_mon + 1))-\(padded(date.tm_mday))"
        let time = "\(padded(date.tm_hour)):\(padded(date.tm_min)):\(padded(date.tm_sec)).\(padded(milliseconds, 3))"
        let name = level.rawValue + String(repeating: " ", count: max(0, 8 - level.rawValue.count))
        var line = "\(day)T\(time)Z \(name) \(escaped(message))"
        for (key, value) in fields {
            let quoted = value.isEmpty || value.contains { $0 == " " || $0 == "\"" }
            line += " \(key)=\(quoted ? "\"\(escaped(value).replacing("\"", with: "\\\""))\"" : escaped(value))"
        }
        return line + "\n"
    }

    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    }

    private static func order(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
}

extension LogLevel {
    /// The level of swift-log.
    var level: Logger.Level {
        switch self {
        case .error: .error
        case .warning: .warning
        case .info: .info
        case .debug: .debug
        }
    }
}

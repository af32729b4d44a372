import Glibc

/// A line on a terminal that shows how far a file has come: a bar, how many times faster than it plays, the time left.
struct CodecProgressLine {
    private let isShown: Bool
    private let total: Int
    private let started: Double
    private var lastShown = 0.0

    /// - Parameter total: bytes of the input; 0 if unknown.
    init(total: Int) {
        isShown = isatty(STDERR_FILENO) == 1
        self.total = total
        started = Self.now
    }

    /// Shows how far it is, at most ten times a second.
    mutating func show(bytes: Int, seconds: Double) {
        guard isShown else { return }
        let time = Self.now
        guard time - lastShown >= 0.1 else { return }
        lastShown = time
        put("\r" + Self.text(bytes: bytes, total: total, seconds: seconds, elapsed: time - started) + "\u{1B}[K")
    }

    /// Takes the line away.
    func end() {
        if isShown { put("\r\u{1B}[K") }
    }

    /// What the line says.
    static func text(bytes: Int, total: Int, seconds: Double, elapsed: Double) -> String {
        let speed = elapsed > 0 ? Int(seconds / elapsed) : 0
        guard total > 0, bytes > 0 else { return "\(clock(seconds))  \(speed)×" }
        let share = min(1, Double(bytes) / Double(total))
        let width = 30
        let filled = Int(share * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        let left = elapsed / share - elapsed
        return "[\(bar)] \(Int(share * 100)) %  \(clock(seconds))  \(speed)×  \(clock(left)) left"
    }

    private static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        let rest = whole % 60
        return "\(whole / 60):\(rest < 10 ? "0" : "")\(rest)"
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        write(STDERR_FILENO, bytes, bytes.count)
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

import Glibc
import Synchronization

/// The line on standard error that says how a call goes, written over itself once a second.
final class CallProgressLine: Sendable {
    private let isShown: Bool
    private let seconds = Atomic<Int>(0)

    /// A line; nothing is written where nobody watches.
    init(isShown: Bool) {
        self.isShown = isShown
    }

    /// Shows how the call is.
    func show(_ progress: CallEndpoint.Progress) {
        let elapsed = seconds.add(1, ordering: .relaxed).newValue
        guard isShown else { return }
        write("\r\(Self.clock(elapsed))  \(Self.text(progress))\u{1b}[K")
    }

    /// Leaves the line as it is and begins a new one.
    func finish() {
        if isShown, seconds.load(ordering: .relaxed) > 0 { write("\n") }
    }

    /// How a call is, in words.
    static func text(_ progress: CallEndpoint.Progress) -> String {
        var text = "sent \(progress.sentPackets) packets (\(progress.sentBytes) bytes)"
        text += ", received \(progress.receivedPackets) (\(progress.receivedBytes) bytes), lost \(progress.lostPackets)"
        text += ", jitter \(progress.jitter) ms"
        if let roundTrip = progress.roundTrip { text += ", round trip \(roundTrip) ms" }
        return text
    }

    private static func clock(_ seconds: Int) -> String {
        let (minutes, rest) = seconds.quotientAndRemainder(dividingBy: 60)
        return "\(minutes):\(rest < 10 ? "0" : "")\(rest)"
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}

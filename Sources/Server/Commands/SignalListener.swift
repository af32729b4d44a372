import Dispatch
import Glibc
import Synchronization

/// Signals as a stream, instead of what they do by default.
final class SignalListener: Sendable {
    /// The signals, in their order.
    let stream: AsyncStream<Int32>

    private let sources: [Source]

    // A dispatch source is safe to use from any thread, but is not declared to be.
    private struct Source: @unchecked Sendable {
        let signal: Int32
        let source: any DispatchSourceSignal
    }

    /// Listens from now on.
    init(_ signals: [Int32]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.stream = stream
        // Writing to a connection that is gone is an error of that connection, not the end of the program.
        Glibc.signal(SIGPIPE, SIG_IGN)
        sources = signals.map { number in
            Glibc.signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.activate()
            return Source(signal: number, source: source)
        }
    }

    /// From now on the signals do again what they do by default.
    func stop() {
        for entry in sources {
            entry.source.cancel()
            Glibc.signal(entry.signal, SIG_DFL)
        }
    }
}

import Signaling
import Synchronization

/// What other threads have for the hub's thread.
enum Arrival: Sendable {
    /// What the connections of a port have brought in one turn of their loop.
    case port(SignalingPort, [PortRequest])
    /// What was asked of the store, the passwords' pool or the media side is there.
    case completed(Completion)
    /// The media side has something to tell.
    case media(MediaEvent)
    /// Anything else, rarely.
    case run(@Sendable (HubLoop) -> Void)
}

/// Arrivals, until the hub's thread takes them. It is woken for the first only.
final class HubInbox: Sendable {
    private let waiting = Mutex<[Arrival]>([])

    /// Adds an arrival; true where it is the first since the last ``takeAll(into:)``, so that the thread must be woken.
    func post(_ arrival: Arrival) -> Bool {
        waiting.withLock { waiting in
            waiting.append(arrival)
            return waiting.count == 1
        }
    }

    /// Moves everything that has come into `taken`, which must be empty and whose memory is used again.
    func takeAll(into taken: inout [Arrival]) {
        waiting.withLock { waiting in
            if !waiting.isEmpty { swap(&waiting, &taken) }
        }
    }
}

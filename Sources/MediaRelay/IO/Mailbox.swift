internal import Synchronization

/// Messages for one thread from any other. The receiver takes all that has come at once; senders wake it only when it may be asleep.
final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Mutex<[Message]>([])

    /// Adds a message; true where it is the first since the last ``takeAll(into:)``, so that the receiver must be woken.
    func post(_ message: Message) -> Bool {
        messages.withLock { waiting in
            waiting.append(message)
            return waiting.count == 1
        }
    }

    /// Moves everything that has come into `taken`, whose old contents are thrown away and whose memory is used again.
    func takeAll(into taken: inout [Message]) {
        taken.removeAll(keepingCapacity: true)
        let empty = taken
        taken = []
        let full = messages.withLock { waiting in
            let full = waiting
            waiting = empty
            return full
        }
        taken = full
    }
}

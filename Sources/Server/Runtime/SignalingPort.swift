import NIOCore
import Signaling

/// One thing that happened on a port's loop. Session ids are the port's own.
enum PortRequest: Sendable {
    /// A connection has begun.
    case open(SessionID, Origin)
    /// A command has arrived.
    case submit(SessionID, Tag, Command)
    /// A connection has ended.
    case close(SessionID)
}

/// One thing for a port to perform. Session ids are the port's own.
enum PortEffect: Sendable {
    /// A command is answered.
    case reply(SessionID, Tag, Reply, Timestamp)
    /// An event, and those of the port who hear it.
    case deliver(Event, [SessionID])
    /// The hub has closed a session.
    case close(SessionID, reason: String)
    /// Whether a session's connection is to be read.
    case setReading(SessionID, Bool)
}

/// The hub's side of a ``SignalingLoop``: what goes to it is gathered over a turn of the hub and crosses in one piece.
///
/// `@unchecked Sendable`: `sessions` and `outgoing` are touched by the hub's thread only, the rest does not change.
final class SignalingPort: @unchecked Sendable {
    /// The hub's ids of the port's sessions, by the slot of the port's own ids.
    var sessions: [(own: SessionID, hub: SessionID)?] = []
    /// What is to cross at the end of the turn.
    var outgoing: [PortEffect] = []
    private let signaling: NIOLoopBound<SignalingLoop>

    init(_ signaling: NIOLoopBound<SignalingLoop>) {
        self.signaling = signaling
    }

    /// The hub's id of one of the port's sessions.
    func hubSession(_ own: SessionID) -> SessionID? {
        let slot = Int(own.slot)
        guard slot < sessions.count, let entry = sessions[slot], entry.own == own else { return nil }
        return entry.hub
    }

    /// Remembers what a session of the port is called by the hub; nil forgets it.
    func set(_ own: SessionID, _ hub: SessionID?) {
        let slot = Int(own.slot)
        while sessions.count <= slot { sessions.append(nil) }
        if let hub {
            sessions[slot] = (own, hub)
        } else if sessions[slot]?.own == own {
            sessions[slot] = nil
        }
    }

    /// Sends what was gathered to the port's loop.
    func cross() {
        guard !outgoing.isEmpty else { return }
        let effects = outgoing
        outgoing = []
        run { $0.perform(effects) }
    }

    /// Runs something on the port's loop, behind what has crossed before.
    func run(_ body: @escaping @Sendable (SignalingLoop) -> Void) {
        let signaling = signaling
        signaling.eventLoop.execute { body(signaling.value) }
    }
}

import Gateways
import NIOCore

/// The Engine.IO paths that are served. Confined to the loop of the signaling.
final class EngineDoors {
    /// The first segments of all paths that there may be.
    static let paths = ["socket.io", "engine.io"]

    /// What messages are compressed with.
    let deflate = MessageDeflate()
    /// The doors, by the first segment of their path.
    let byPath: [String: EngineDoor]

    init(_ doors: [EngineDoor]) {
        byPath = Dictionary(uniqueKeysWithValues: doors.map { ($0.path, $0) })
    }

    /// The door that a request goes to; nil where it goes to none.
    func door(for request: HTTPRequest) -> EngineDoor? {
        guard let first = request.path.first, request.path.count == 1 || request.path.dropFirst() == [""] else {
            return nil
        }
        return byPath[first]
    }
}

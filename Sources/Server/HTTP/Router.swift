import NIOHTTP1

/// Finds the handler for a method and path. Generic over the handler, so that tests need no server.
///
/// A pattern is written `/api/v1/rooms/{room}/sessions`: a segment in braces takes any one non-empty segment, and a
/// fixed segment goes before it.
struct Router<Handler> {
    /// What a path leads to.
    enum Match {
        case found(Handler, parameters: [String: String])
        /// The path is there, but not for this method: the methods it is there for.
        case wrongMethod(allow: [String])
        case notFound
    }

    private final class Node {
        var fixed: [String: Node] = [:]
        var parameter: (name: String, node: Node)?
        var handlers: [String: Handler] = [:]
    }

    private let root = Node()

    /// Adds a route; `HEAD` comes with `GET` unless `head` says otherwise.
    mutating func on(_ method: HTTPMethod, _ pattern: String, head: Bool = true, _ handler: Handler) {
        var node = root
        for segment in pattern.split(separator: "/") {
            if segment.hasPrefix("{"), segment.hasSuffix("}") {
                let name = String(segment.dropFirst().dropLast())
                if node.parameter == nil { node.parameter = (name, Node()) }
                guard let next = node.parameter else { return }
                precondition(next.name == name, "one place in a path has two names")
                node = next.node
            } else {
                let next = node.fixed[String(segment)] ?? Node()
                node.fixed[String(segment)] = next
                node = next
            }
        }
        node.handlers[method.rawValue] = handler
        if method == .GET, head { node.handlers["HEAD"] = handler }
    }

    /// What a method and a path lead to.
    func match(_ method: HTTPMethod, _ path: [String]) -> Match {
        var parameters: [String: String] = [:]
        guard let node = find(path[...], in: root, &parameters), !node.handlers.isEmpty else { return .notFound }
        if let handler = node.handlers[method.rawValue] { return .found(handler, parameters: parameters) }
        return .wrongMethod(allow: node.handlers.keys.sorted())
    }

    private func find(_ path: ArraySlice<String>, in node: Node, _ parameters: inout [String: String]) -> Node? {
        guard let segment = path.first else { return node }
        if let next = node.fixed[segment], let found = find(path.dropFirst(), in: next, &parameters) { return found }
        guard !segment.isEmpty, let (name, next) = node.parameter else { return nil }
        guard let found = find(path.dropFirst(), in: next, &parameters) else { return nil }
        parameters[name] = segment
        return found
    }
}

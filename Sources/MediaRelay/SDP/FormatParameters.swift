/// The parameters of a format (a=fmtp; RFC 8866, 6.15) in the usual form `name=value;name=value`.
public struct FormatParameters: Equatable, Sendable {
    /// One parameter; without a value where the text has no equals sign.
    public struct Parameter: Equatable, Sendable {
        /// The name as written.
        public var name: String
        /// The value as written.
        public var value: String?
    }

    /// The parameters in their order.
    public private(set) var parameters: [Parameter] = []

    /// No parameters.
    public init() {}

    /// Reads what follows the payload type.
    public init(_ text: Substring) {
        for part in text.split(separator: ";", maxSplits: 63) {
            let part = part.drop { $0 == " " }
            guard !part.isEmpty else { continue }
            if let equals = part.firstIndex(of: "=") {
                let value = part[part.index(after: equals)...]
                let end = value.lastIndex { $0 != " " }.map { value.index(after: $0) } ?? value.startIndex
                parameters.append(Parameter(name: String(part[..<equals]), value: String(value[..<end])))
            } else {
                parameters.append(Parameter(name: String(part), value: nil))
            }
        }
    }

    /// The value of the parameter called `name`, without regard to case; nil when it is missing. Setting adds or replaces.
    public subscript(name: String) -> String? {
        get {
            let key = name.lowercased()
            return parameters.first { $0.name.lowercased() == key }?.value
        }
        set {
            let key = name.lowercased()
            let index = parameters.firstIndex { $0.name.lowercased() == key }
            switch (index, newValue) {
            case (.some(let index), .some(let value)): parameters[index].value = value
            case (.some(let index), nil): parameters.remove(at: index)
            case (nil, .some(let value)): parameters.append(Parameter(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The parameter `name` as a number; nil when it is missing or none.
    public func integer(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

    /// Whether the parameter `name` is 1.
    public func flag(_ name: String) -> Bool { self[name] == "1" }

    /// The text behind the payload type; empty without parameters.
    public var text: String {
        parameters.map { parameter in parameter.value.map { "\(parameter.name)=\($0)" } ?? parameter.name }
            .joined(separator: ";")
    }
}

import FoundationEssentials

/// Every string in a JSON document, read by another reader than the code under test.
enum JSONStrings {
    private indirect enum Value: Decodable {
        case object([String: Value])
        case array([Value])
        case string(String)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode([String: Value].self) {
                self = .object(value)
            } else if let value = try? container.decode([Value].self) {
                self = .array(value)
            } else if let value = try? container.decode(String.self) {
                self = .string(value)
            } else {
                self = .other
            }
        }

        var strings: [String] {
            switch self {
            case .object(let members): members.values.flatMap(\.strings)
            case .array(let values): values.flatMap(\.strings)
            case .string(let text): [text]
            case .other: []
            }
        }
    }

    /// The strings; throws for what is not JSON.
    static func parse(_ text: String) throws -> Set<String> {
        Set(try JSONDecoder().decode(Value.self, from: Data(text.utf8)).strings)
    }
}

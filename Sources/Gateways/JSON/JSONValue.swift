/// One value of a JSON text that has been read.
public struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    private var node: JSONDocument.Node { document.nodes[index] }

    /// The bytes that it was read from.
    public var raw: ArraySlice<UInt8> { document.bytes[Int(node.start)..<Int(node.end)] }

    /// Whether it is an object.
    public var isObject: Bool { node.kind == .object }

    /// Whether it is an array.
    public var isArray: Bool { node.kind == .array }

    /// Whether it is `null`.
    public var isNull: Bool { node.kind == .null }

    /// Its text, where it is a string.
    public var string: String? {
        let inside = document.bytes.span.extracting(Int(node.start)..<Int(node.end))
        switch node.kind {
        case .string: return String(decoding: document.bytes[Int(node.start) + 1..<Int(node.end) - 1], as: UTF8.self)
        case .escapedString: return JSONText.unescape(inside.extracting(1..<inside.count - 1))
        default: return nil
        }
    }

    /// Its value, where it is `true` or `false`.
    public var bool: Bool? {
        switch node.kind {
        case .boolTrue: true
        case .boolFalse: false
        default: nil
        }
    }

    /// Its value, where it is a whole number of 64 bits (`1.0` and `1e3` are whole too).
    public var integer: Int64? {
        guard node.kind == .number else { return nil }
        let text = String(decoding: raw, as: UTF8.self)
        return Int64(text) ?? Double(text).flatMap { Int64(exactly: $0) }
    }

    /// The elements, where it is an array; nothing otherwise.
    public var elements: [JSONValue] {
        guard isArray else { return [] }
        var elements: [JSONValue] = []
        var child = index + 1
        while child < Int(node.next) {
            elements.append(JSONValue(document: document, index: child))
            child = Int(document.nodes[child].next)
        }
        return elements
    }

    /// The value of an object's member, the last of its name; nil where there is none, or it is `null`.
    public subscript(_ name: String) -> JSONValue? {
        member(name).flatMap { $0.isNull ? nil : $0 }
    }

    /// The value of an object's member, `null` too.
    public func member(_ name: String) -> JSONValue? {
        guard isObject else { return nil }
        var found: JSONValue?
        var child = index + 1
        while child < Int(node.next) {
            let value = child + 1
            if JSONValue(document: document, index: child).isString(name) {
                found = JSONValue(document: document, index: value)
            }
            child = Int(document.nodes[value].next)
        }
        return found
    }

    private func isString(_ name: String) -> Bool {
        guard node.kind == .string else { return string == name }
        let bytes = document.bytes[Int(node.start) + 1..<Int(node.end) - 1]
        return bytes.count == name.utf8.count && bytes.elementsEqual(name.utf8)
    }
}

/// Reads a JSON text into a flat list of its values, without recursion.
struct JSONReader {
    private(set) var nodes: [JSONDocument.Node] = []
    private let bounds: JSONDocument.Bounds
    /// The arrays and objects that are open, by their nodes.
    private var open: [Int] = []
    private var position = 0

    init(bounds: JSONDocument.Bounds) {
        self.bounds = bounds
    }

    /// Reads one value and the white space around it; anything else is an error.
    mutating func read(_ text: Span<UInt8>) throws(JSONError) {
        guard text.count < Int(Int32.max) else { throw .tooMany }
        skipSpace(text)
        try readValue(text)
        while let top = open.last {
            skipSpace(text)
            let isObject = nodes[top].kind == .object
            let isFirst = nodes.count == top + 1
            let byte = try peek(text)
            if byte == (isObject ? 0x7D : 0x5D) {
                position += 1
                close(top)
                continue
            }
            if !isFirst {
                guard byte == 0x2C else { throw .malformed(at: position) }
                position += 1
                skipSpace(text)
            }
            if isObject {
                guard try peek(text) == 0x22 else { throw .malformed(at: position) }
                try readString(text)
                skipSpace(text)
                guard try peek(text) == 0x3A else { throw .malformed(at: position) }
                position += 1
                skipSpace(text)
            }
            try readValue(text)
        }
        skipSpace(text)
        guard position == text.count else { throw .malformed(at: position) }
    }

    private mutating func close(_ top: Int) {
        open.removeLast()
        nodes[top].end = Int32(truncatingIfNeeded: position)
        nodes[top].next = Int32(truncatingIfNeeded: nodes.count)
    }

    private func peek(_ text: Span<UInt8>) throws(JSONError) -> UInt8 {
        guard position < text.count else { throw .malformed(at: position) }
        return text[position]
    }

    private mutating func skipSpace(_ text: Span<UInt8>) {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func append(_ kind: JSONDocument.Kind, from start: Int) throws(JSONError) {
        guard nodes.count < bounds.values else { throw .tooMany }
        nodes.append(
            JSONDocument.Node(
                kind: kind, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: position),
                next: Int32(truncatingIfNeeded: nodes.count + 1)))
    }

    private mutating func readValue(_ text: Span<UInt8>) throws(JSONError) {
        let start = position
        switch try peek(text) {
        case 0x7B, 0x5B:
            guard open.count < bounds.depth else { throw .tooDeep }
            let isObject = text[position] == 0x7B
            position += 1
            open.append(nodes.count)
            try append(isObject ? .object : .array, from: start)
        case 0x22: try readString(text)
        case 0x74: try readWord("true", .boolTrue, text)
        case 0x66: try readWord("false", .boolFalse, text)
        case 0x6E: try readWord("null", .null, text)
        default:
            try readNumber(text)
            try append(.number, from: start)
        }
    }

    private mutating func readWord(
        _ word: StaticString, _ kind: JSONDocument.Kind, _ text: Span<UInt8>
    ) throws(JSONError) {
        let start = position
        let count = word.utf8CodeUnitCount
        guard text.count - start >= count else { throw .malformed(at: start) }
        let isEqual = word.withUTF8Buffer { word in (0..<count).allSatisfy { word[$0] == text[start + $0] } }
        guard isEqual else { throw .malformed(at: start) }
        position += count
        try append(kind, from: start)
    }

    private mutating func readString(_ text: Span<UInt8>) throws(JSONError) {
        let start = position
        position += 1
        var isEscaped = false
        while true {
            let byte = try peek(text)
            position += 1
            switch byte {
            case 0x22: return try append(isEscaped ? .escapedString : .string, from: start)
            case 0x5C:
                isEscaped = true
                try skipEscape(text)
            case 0..<0x20: throw .malformed(at: position - 1)
            default: break
            }
        }
    }

    private mutating func skipEscape(_ text: Span<UInt8>) throws(JSONError) {
        let byte = try peek(text)
        position += 1
        switch byte {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: return
        case 0x75:
            for _ in 0..<4 {
                guard JSONText.digit(try peek(text)) != nil else { throw .malformed(at: position) }
                position += 1
            }
        default: throw .malformed(at: position - 1)
        }
    }

    private mutating func readNumber(_ text: Span<UInt8>) throws(JSONError) {
        if try peek(text) == 0x2D { position += 1 }
        if try peek(text) == 0x30 { position += 1 } else { try readDigits(text) }
        if position < text.count, text[position] == 0x2E {
            position += 1
            try readDigits(text)
        }
        guard position < text.count, text[position] | 0x20 == 0x65 else { return }
        position += 1
        let sign = try peek(text)
        if sign == 0x2B || sign == 0x2D { position += 1 }
        try readDigits(text)
    }

    private mutating func readDigits(_ text: Span<UInt8>) throws(JSONError) {
        let start = position
        while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
        guard position > start else { throw .malformed(at: position) }
    }
}

/// A streaming parser for one XML document after another, in the manner of SAX: bytes go in as they come, tokens come out as
/// soon as they are whole, and it makes no difference where the bytes were split.
///
/// Well-formedness is checked as XML 1.0 asks. Documents are UTF-8. There are no external entities, since a DOCTYPE is refused,
/// and with it every processing instruction but the XML declaration and every entity but the predefined five and character references.
/// A comment before a root element belongs to its document; white space between documents to none.
public struct XMLParser: Sendable {
    /// What a document may hold at most.
    public struct Bounds: Hashable, Sendable {
        /// Bytes from its `<` to its last `>`.
        public var bytes: Int
        /// Elements inside each other.
        public var depth: Int
        /// Attributes of one element.
        public var attributes: Int

        /// Bounds; by default those of the protocol: 64 KiB.
        public init(bytes: Int = 65536, depth: Int = 32, attributes: Int = 32) {
            self.bytes = bytes
            self.depth = depth
            self.attributes = attributes
        }
    }

    /// The bytes of the document at hand, from its `<` on. Whole once `endDocument` was returned, until the next byte is read.
    public private(set) var document: [UInt8] = []

    private let bounds: Bounds
    private var state = State.between
    private var decoder = UTF8Decoder()
    /// Whether the last document is over, so that the next byte begins another.
    private var isOver = false
    /// The names of the elements that are open.
    private var open: [[UInt8]] = []
    /// What is being collected: a name, a declaration, a reference.
    private var scratch: [UInt8] = []
    private var text: [UInt8] = []
    private var elementName: [UInt8] = []
    private var attributeName: [UInt8] = []
    private var attributes: [XMLAttribute] = []
    /// Tokens that one character has brought, the next last.
    private var found: [XMLToken] = []
    /// Whether the last character was a CR, so that an LF behind it is the same line end.
    private var wasCarriageReturn = false
    /// How many `]` the text ends in.
    private var brackets = 0

    private enum State: Hashable {
        case between, prolog, content
        case markup, declaration(isEnding: Bool), bang
        case commentOpening, comment(dashes: Int)
        case cdataOpening(matched: Int), cdata
        case startName, inTag, afterSpace, attributeName, beforeEquals, beforeQuote
        case value(quote: UInt32), valueReference(quote: UInt32), afterValue, emptyTag
        case endNameStart, endName, afterEndName
        case contentReference
    }

    /// A parser at the beginning of a document.
    public init(bounds: Bounds = Bounds()) {
        self.bounds = bounds
    }

    /// Whether the bytes so far end between two documents.
    public var isBetweenDocuments: Bool { (state == .between || isOver) && decoder.isBetweenCharacters }

    /// The next token; nil where more bytes are needed.
    ///
    /// - Parameters:
    ///   - input: bytes of the stream.
    ///   - offset: where to go on in them; left behind what was read.
    /// - Throws: ``XMLError``. Nothing can be read after one.
    public mutating func next(in input: Span<UInt8>, from offset: inout Int) throws(XMLError) -> XMLToken? {
        while found.isEmpty {
            guard offset < input.count else { return nil }
            let byte = input[offset]
            offset += 1
            if isOver { begin() }
            if state != .between || !decoder.isBetweenCharacters || !XMLCharacter.isSpace(UInt32(byte)) {
                guard document.count < bounds.bytes else {
                    throw .tooLarge("A document has at most \(bounds.bytes) bytes.")
                }
                document.append(byte)
            }
            switch decoder.take(byte) {
            case .more: continue
            case .invalid: throw .malformed("The document is not valid UTF-8.")
            case .scalar(let scalar):
                guard XMLCharacter.isAllowed(scalar) else {
                    throw .malformed("The document holds a character that XML does not allow.")
                }
                try take(scalar)
            }
        }
        let token = found.removeLast()
        if token == .endDocument { isOver = true }
        return token
    }

    private mutating func begin() {
        isOver = false
        if document.capacity > 4096 { document = [] } else { document.removeAll(keepingCapacity: true) }
        wasCarriageReturn = false
        state = .between
    }
}

// One character.
extension XMLParser {
    private mutating func take(_ scalar: UInt32) throws(XMLError) {
        switch state {
        case .between, .prolog:
            if scalar == 0x3C {
                state = .markup
            } else if !XMLCharacter.isSpace(scalar) {
                throw .malformed("There is text outside of an element.")
            }
        case .content: try takeContent(scalar)
        case .contentReference, .valueReference: try takeReference(scalar)
        case .markup: try takeMarkup(scalar)
        case .declaration(let isEnding):
            if isEnding, scalar == 0x3E { return try endDeclaration() }
            UTF8Text.append(scalar, to: &scratch)
            state = .declaration(isEnding: scalar == 0x3F)
        case .bang, .commentOpening, .comment, .cdataOpening, .cdata: try takeBang(scalar)
        case .startName, .inTag, .afterSpace, .attributeName, .beforeEquals, .beforeQuote, .value, .afterValue,
            .emptyTag:
            try takeStartTag(scalar)
        case .endNameStart, .endName, .afterEndName: try takeEndTag(scalar)
        }
    }

    private mutating func takeMarkup(_ scalar: UInt32) throws(XMLError) {
        scratch.removeAll(keepingCapacity: true)
        switch scalar {
        case 0x3F:
            // The declaration stands at the very beginning or nowhere.
            guard document.count == 2 else { throw .refused("A processing instruction is not taken here.") }
            state = .declaration(isEnding: false)
        case 0x21: state = .bang
        case 0x2F where !open.isEmpty: state = .endNameStart
        default:
            guard XMLCharacter.startsName(scalar) else { throw .malformed("A tag has no name.") }
            guard open.count < bounds.depth else {
                throw .tooLarge("Elements stand at most \(bounds.depth) inside each other.")
            }
            flushText()
            UTF8Text.append(scalar, to: &scratch)
            state = .startName
        }
    }

    private mutating func endDeclaration() throws(XMLError) {
        try XMLDeclaration.check(scratch)
        state = .prolog
    }

    // Text

    private mutating func takeContent(_ scalar: UInt32) throws(XMLError) {
        switch scalar {
        case 0x3C:
            brackets = 0
            wasCarriageReturn = false
            state = .markup
        case 0x26:
            brackets = 0
            wasCarriageReturn = false
            scratch.removeAll(keepingCapacity: true)
            state = .contentReference
        default:
            if scalar == 0x3E, brackets >= 2 { throw .malformed("\"]]>\" stands in a text.") }
            brackets = scalar == 0x5D ? brackets + 1 : 0
            appendText(scalar)
        }
    }

    private mutating func appendText(_ scalar: UInt32) {
        defer { wasCarriageReturn = scalar == 0xD }
        if scalar == 0xA, wasCarriageReturn { return }
        UTF8Text.append(scalar == 0xD ? 0xA : scalar, to: &text)
    }

    private mutating func flushText() {
        guard !text.isEmpty else { return }
        found.insert(.text(text), at: 0)
        text = []
    }

    private mutating func takeReference(_ scalar: UInt32) throws(XMLError) {
        guard scalar == 0x3B else {
            guard scratch.count < 12, let byte = UInt8(exactly: scalar), XMLReference.mayHold(byte) else {
                throw .refused("An entity is not one of the predefined five.")
            }
            return scratch.append(byte)
        }
        let resolved = try XMLReference.resolve(scratch)
        if case .valueReference(let quote) = state {
            UTF8Text.append(resolved, to: &text)
            state = .value(quote: quote)
        } else {
            UTF8Text.append(resolved, to: &text)
            state = .content
        }
    }

    // Comments and CDATA

    private static let cdataOpening = Array("CDATA[".utf8)

    private mutating func takeBang(_ scalar: UInt32) throws(XMLError) {
        switch state {
        case .bang:
            if scalar == 0x2D {
                state = .commentOpening
            } else if scalar == 0x5B, !open.isEmpty {
                state = .cdataOpening(matched: 0)
            } else {
                throw .refused("A document type is not taken here.")
            }
        case .commentOpening:
            guard scalar == 0x2D else { throw .malformed("A comment begins with \"<!--\".") }
            state = .comment(dashes: 0)
        case .comment(let dashes):
            if dashes == 2 {
                guard scalar == 0x3E else { throw .malformed("\"--\" stands in a comment.") }
                state = open.isEmpty ? .prolog : .content
            } else {
                state = .comment(dashes: scalar == 0x2D ? dashes + 1 : 0)
            }
        case .cdataOpening(let matched):
            guard scalar == UInt32(Self.cdataOpening[matched]) else {
                throw .malformed("A CDATA section begins with \"<![CDATA[\".")
            }
            brackets = 0
            state = matched + 1 == Self.cdataOpening.count ? .cdata : .cdataOpening(matched: matched + 1)
        default:
            if scalar == 0x3E, brackets >= 2 {
                text.removeLast(2)
                brackets = 0
                wasCarriageReturn = false
                state = .content
            } else {
                brackets = scalar == 0x5D ? brackets + 1 : 0
                appendText(scalar)
            }
        }
    }

    // Tags

    private mutating func takeStartTag(_ scalar: UInt32) throws(XMLError) {
        let isSpace = XMLCharacter.isSpace(scalar)
        switch state {
        case .startName:
            if XMLCharacter.continuesName(scalar) { return UTF8Text.append(scalar, to: &scratch) }
            elementName = scratch
            attributes = []
            state = .inTag
            try takeStartTag(scalar)
        case .inTag, .afterValue:
            guard isSpace else { return try endStartTag(scalar) }
            state = .afterSpace
        case .afterSpace:
            if isSpace { return }
            guard XMLCharacter.startsName(scalar) else { return try endStartTag(scalar) }
            guard attributes.count < bounds.attributes else {
                throw .tooLarge("An element has at most \(bounds.attributes) attributes.")
            }
            scratch.removeAll(keepingCapacity: true)
            UTF8Text.append(scalar, to: &scratch)
            state = .attributeName
        case .attributeName:
            if XMLCharacter.continuesName(scalar) { return UTF8Text.append(scalar, to: &scratch) }
            attributeName = scratch
            if attributes.contains(where: { $0.name == attributeName }) {
                throw .malformed("An attribute is given twice.")
            }
            state = .beforeEquals
            try takeStartTag(scalar)
        case .beforeEquals:
            if isSpace { return }
            guard scalar == 0x3D else { throw .malformed("An attribute has no value.") }
            state = .beforeQuote
        case .beforeQuote:
            if isSpace { return }
            guard scalar == 0x22 || scalar == 0x27 else { throw .malformed("An attribute's value is not quoted.") }
            text = []
            wasCarriageReturn = false
            state = .value(quote: scalar)
        case .value(let quote): try takeValue(scalar, quote)
        default:
            guard scalar == 0x3E else { throw .malformed("\"/\" stands in a tag.") }
            // The end of an empty element follows its start.
            found.insert(.endElement, at: 0)
            found.append(.startElement(name: elementName, attributes: attributes))
            endElement()
        }
    }

    private mutating func takeValue(_ scalar: UInt32, _ quote: UInt32) throws(XMLError) {
        defer { wasCarriageReturn = scalar == 0xD }
        switch scalar {
        case quote:
            attributes.append(XMLAttribute(name: attributeName, value: text))
            text = []
            state = .afterValue
        case 0x3C: throw .malformed("\"<\" stands in an attribute's value.")
        case 0x26:
            scratch.removeAll(keepingCapacity: true)
            state = .valueReference(quote: quote)
        case 0xA where wasCarriageReturn: break
        case 0x9, 0xA, 0xD: text.append(0x20)
        default: UTF8Text.append(scalar, to: &text)
        }
    }

    private mutating func endStartTag(_ scalar: UInt32) throws(XMLError) {
        switch scalar {
        case 0x2F: state = .emptyTag
        case 0x3E:
            found.insert(.startElement(name: elementName, attributes: attributes), at: 0)
            open.append(elementName)
            brackets = 0
            wasCarriageReturn = false
            state = .content
        default: throw .malformed("A tag holds a character that does not belong there.")
        }
    }

    private mutating func takeEndTag(_ scalar: UInt32) throws(XMLError) {
        switch state {
        case .endNameStart:
            guard XMLCharacter.startsName(scalar) else { throw .malformed("An end tag has no name.") }
            UTF8Text.append(scalar, to: &scratch)
            state = .endName
        case .endName where XMLCharacter.continuesName(scalar): UTF8Text.append(scalar, to: &scratch)
        default:
            if XMLCharacter.isSpace(scalar) {
                state = .afterEndName
                return
            }
            guard scalar == 0x3E else { throw .malformed("An end tag holds more than its name.") }
            guard open.last == scratch else { throw .malformed("An end tag does not match its start tag.") }
            open.removeLast()
            flushText()
            found.insert(.endElement, at: 0)
            endElement()
        }
    }

    /// After the end of an element: of the document, where it was the root's.
    private mutating func endElement() {
        brackets = 0
        wasCarriageReturn = false
        if open.isEmpty {
            found.insert(.endDocument, at: 0)
            state = .between
        } else {
            state = .content
        }
    }
}

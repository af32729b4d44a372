/// A document's root element as the protocol reads it: its name, its attributes, and the text in it. What stands deeper counts
/// by its text alone.
struct XMLElement: Hashable, Sendable {
    /// The root's name.
    var name: [UInt8] = []
    private(set) var text: [UInt8] = []
    private var attributes: [XMLAttribute] = []

    /// An attribute's value; nil where it is missing.
    subscript(_ name: StaticString) -> String? {
        attributes.first { attribute in
            attribute.name.count == name.utf8CodeUnitCount
                && name.withUTF8Buffer { $0.elementsEqual(attribute.name) }
        }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    /// Whether this is its name.
    func isNamed(_ name: StaticString) -> Bool {
        self.name.count == name.utf8CodeUnitCount && name.withUTF8Buffer { $0.elementsEqual(self.name) }
    }

    /// Takes the next token of the document.
    mutating func take(_ token: XMLToken) {
        switch token {
        case .startElement(let name, let attributes):
            guard self.name.isEmpty else { return }
            (self.name, self.attributes) = (name, attributes)
        case .text(let text): self.text.append(contentsOf: text)
        case .endElement, .endDocument: break
        }
    }
}

/// What a parser finds, in the order of the document.
public enum XMLToken: Hashable, Sendable {
    /// A start tag.
    case startElement(name: [UInt8], attributes: [XMLAttribute])
    /// Character data in UTF-8, references resolved and line ends made LF. One text may come as several.
    case text([UInt8])
    /// An end tag, or the end of an empty element.
    case endElement
    /// The end of the root element. The next document may begin.
    case endDocument
}

/// One attribute, its value normalized (XML 1.0, section 3.3.3).
public struct XMLAttribute: Hashable, Sendable {
    /// Its name in UTF-8.
    public var name: [UInt8]
    /// Its value in UTF-8.
    public var value: [UInt8]

    /// An attribute of a name and a value in UTF-8.
    public init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

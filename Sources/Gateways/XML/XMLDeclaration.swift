/// The XML declaration (XML 1.0, section 2.8): read to be checked, for nothing follows from it.
enum XMLDeclaration {
    /// Accepts what stands between `<?` and `>`: `xml version="1.…"`, then an encoding that UTF-8 covers, then `standalone`.
    static func check(_ bytes: [UInt8]) throws(XMLError) {
        var rest = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
        guard rest.starts(with: "xml".unicodeScalars), rest.last == "?" else {
            throw .refused("A processing instruction is not taken here.")
        }
        rest = rest.dropFirst(3).dropLast()
        var names: [String] = []
        while let (name, value) = try pair(&rest) {
            switch name {
            case "version" where names.isEmpty:
                guard value.hasPrefix("1."), value.count > 2 else {
                    throw .refused("The document is of another version of XML.")
                }
            case "encoding" where names == ["version"]:
                guard ["utf-8", "us-ascii", "ascii"].contains(value.lowercased()) else {
                    throw .refused("A document is in UTF-8.")
                }
            case "standalone" where names.first == "version" && !names.contains("standalone"):
                guard value == "yes" || value == "no" else { throw malformed }
            default: throw malformed
            }
            names.append(name)
        }
        guard !names.isEmpty else { throw malformed }
    }

    private static let malformed = XMLError.malformed("The XML declaration is wrong.")

    /// The next ` name = "value"`; nil at the end.
    private static func pair(_ rest: inout Substring.UnicodeScalarView) throws(XMLError) -> (String, String)? {
        let isSpaced = rest.first.map { XMLCharacter.isSpace($0.value) } ?? false
        rest = rest.drop { XMLCharacter.isSpace($0.value) }
        guard !rest.isEmpty else { return nil }
        guard isSpaced else { throw malformed }
        let name = rest.prefix { ("a"..."z").contains($0) }
        rest = rest.dropFirst(name.count).drop { XMLCharacter.isSpace($0.value) }
        guard rest.first == "=" else { throw malformed }
        rest = rest.dropFirst().drop { XMLCharacter.isSpace($0.value) }
        guard let quote = rest.first, quote == "\"" || quote == "'" else { throw malformed }
        rest = rest.dropFirst()
        let value = rest.prefix { $0 != quote }
        rest = rest.dropFirst(value.count)
        guard rest.first == quote else { throw malformed }
        rest = rest.dropFirst()
        return (String(name), String(value))
    }
}

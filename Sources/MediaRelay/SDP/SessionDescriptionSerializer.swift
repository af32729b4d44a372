extension SessionDescription: CustomStringConvertible {
    /// The description as text, with lines that end in CRLF.
    ///
    /// A line break inside a value would begin a line of its own; values that came from a parser have none, and from any
    /// other the break is taken out.
    public var description: String {
        var text = SDPText()
        text.line("v", "0")
        text.line(
            "o", "\(origin.username) \(origin.sessionID) \(origin.version) IN \(origin.family.name) \(origin.address)")
        text.line("s", name.isEmpty ? "-" : name)
        text.write(connection)
        text.write(bandwidths)
        text.line("t", timing)
        text.write(attributes)
        for section in media {
            let ports = section.portCount == 1 ? "\(section.port)" : "\(section.port)/\(section.portCount)"
            let formats = section.formats.joined(separator: " ")
            text.line("m", "\(section.kind.name) \(ports) \(section.profile) \(formats)")
            text.write(section.connection)
            text.write(section.bandwidths)
            text.write(section.attributes)
        }
        return text.text
    }
}

extension IPAddress.Family {
    /// The address type in o= and c= lines.
    var name: String { self == .v4 ? "IP4" : "IP6" }
}

/// The lines of a description as they grow.
private struct SDPText {
    private(set) var text = ""

    mutating func line(_ type: String, _ value: String) {
        text += type
        text += "="
        if value.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) {
            text.unicodeScalars.append(contentsOf: value.unicodeScalars.filter { !["\n", "\r", "\0"].contains($0) })
        } else {
            text += value
        }
        text += "\r\n"
    }

    mutating func write(_ connection: SDPConnection?) {
        guard let connection else { return }
        line("c", "IN \(connection.family.name) \(connection.host)")
    }

    mutating func write(_ bandwidths: [SDPBandwidth]) {
        for bandwidth in bandwidths { line("b", "\(bandwidth.modifier):\(bandwidth.value)") }
    }

    mutating func write(_ attributes: [SDPAttribute]) {
        for attribute in attributes {
            line("a", attribute.value.map { "\(attribute.name):\($0)" } ?? attribute.name)
        }
    }
}

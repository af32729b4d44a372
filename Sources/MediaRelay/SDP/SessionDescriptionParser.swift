extension SessionDescription {
    /// Parses a description from its bytes.
    public init(parsing bytes: [UInt8]) throws(SDPError) {
        guard bytes.count <= Self.maximumLength else { throw .tooLong }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(line: 1, reason: "the text is not UTF-8")
        }
        try self.init(parsing: text)
    }

    /// Parses a description. Lines end with CRLF or LF; empty lines, and a first line "SDP:", are read over; order matters
    /// only as far as v= comes first and what follows an m= line belongs to it.
    public init(parsing text: String) throws(SDPError) {
        guard text.utf8.count <= Self.maximumLength else { throw .tooLong }
        var parser = SessionDescriptionParser()
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            var line = line
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            try parser.read(Substring(line))
        }
        self = try parser.finish()
    }
}

/// Reads a description line by line and keeps it within its limits.
private struct SessionDescriptionParser {
    private static let maximumLines = 2048
    private static let maximumMedia = 32
    private static let maximumAttributes = 512
    private static let maximumBandwidths = 16
    private static let maximumFormats = 128

    private var line = 0
    private var hasVersion = false
    private var origin: SDPOrigin?
    private var session = SessionDescription(
        origin: SDPOrigin(username: "-", sessionID: "0", version: "0", address: "0.0.0.0", family: .v4))

    mutating func read(_ text: Substring) throws(SDPError) {
        line += 1
        guard line <= Self.maximumLines else { throw .tooMany("lines") }
        if text.isEmpty || (!hasVersion && text == "SDP:") { return }
        guard !text.utf8.contains(where: { $0 == 0 || $0 == 13 }) else {
            throw malformed("it holds a control character")
        }
        let bytes = text.utf8
        guard let type = bytes.first, bytes.dropFirst().first == UInt8(ascii: "=") else {
            throw malformed("it is not of the form x=value")
        }
        let value = Substring(bytes.dropFirst(2))
        guard hasVersion || type == UInt8(ascii: "v") else { throw malformed("the first line must be v=0") }
        switch type {
        case UInt8(ascii: "v"):
            guard value == "0", !hasVersion else { throw malformed("the version is not 0, or given twice") }
            hasVersion = true
        case UInt8(ascii: "o"): try readOrigin(value)
        case UInt8(ascii: "s"): session.name = value.isEmpty ? "-" : String(value)
        case UInt8(ascii: "t"): session.timing = String(value)
        case UInt8(ascii: "c"): try readConnection(value)
        case UInt8(ascii: "b"): try readBandwidth(value)
        case UInt8(ascii: "a"): try readAttribute(value)
        case UInt8(ascii: "m"): try readMedia(value)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): break
        default: throw malformed("its type is not a letter")
        }
    }

    mutating func finish() throws(SDPError) -> SessionDescription {
        guard hasVersion else { throw .missing("v= line") }
        guard let origin else { throw .missing("o= line") }
        session.origin = origin
        return session
    }

    private func malformed(_ reason: String) -> SDPError {
        .malformed(line: line, reason: reason)
    }

    private func words(_ value: Substring) -> [Substring] {
        value.split(separator: " ", maxSplits: Self.maximumFormats + 8)
    }

    private func family(_ network: Substring, _ type: Substring) throws(SDPError) -> IPAddress.Family {
        guard network.uppercased() == "IN" else { throw malformed("the network type is not IN") }
        switch type.uppercased() {
        case "IP4": return .v4
        case "IP6": return .v6
        default: throw malformed("the address type is neither IP4 nor IP6")
        }
    }

    private mutating func readOrigin(_ value: Substring) throws(SDPError) {
        let fields = words(value)
        guard fields.count == 6 else { throw malformed("an origin has six fields") }
        guard origin == nil else { throw malformed("a second origin") }
        for number in fields[1...2] {
            guard number.utf8.count <= 32, number.utf8.allSatisfy({ 48...57 ~= $0 }) else {
                throw malformed("session and version are decimal numbers")
            }
        }
        origin = SDPOrigin(
            username: String(fields[0]), sessionID: String(fields[1]), version: String(fields[2]),
            address: String(fields[5]), family: try family(fields[3], fields[4]))
    }

    private mutating func readConnection(_ value: Substring) throws(SDPError) {
        let fields = words(value)
        guard fields.count == 3 else { throw malformed("a connection has three fields") }
        let host = fields[2].split(separator: "/", omittingEmptySubsequences: false)[0]
        guard !host.isEmpty, host.utf8.count <= 255 else { throw malformed("the connection's address is empty") }
        let connection = SDPConnection(host: String(host), family: try family(fields[0], fields[1]))
        if session.media.isEmpty {
            session.connection = connection
        } else if session.media[session.media.count - 1].connection == nil {
            // Several c= lines describe layered multicast; the first stands for all.
            session.media[session.media.count - 1].connection = connection
        }
    }

    private mutating func readBandwidth(_ value: Substring) throws(SDPError) {
        guard let colon = value.firstIndex(of: ":"), let number = Self.number(value[value.index(after: colon)...])
        else {
            throw malformed("a bandwidth is a modifier, a colon and a number")
        }
        let bandwidth = SDPBandwidth(modifier: String(value[..<colon]), value: number)
        if session.media.isEmpty {
            guard session.bandwidths.count < Self.maximumBandwidths else { throw .tooMany("bandwidths") }
            session.bandwidths.append(bandwidth)
        } else {
            let index = session.media.count - 1
            guard session.media[index].bandwidths.count < Self.maximumBandwidths else { throw .tooMany("bandwidths") }
            session.media[index].bandwidths.append(bandwidth)
        }
    }

    private mutating func readAttribute(_ value: Substring) throws(SDPError) {
        let colon = value.firstIndex(of: ":")
        let name = value[..<(colon ?? value.endIndex)]
        guard !name.isEmpty else { throw malformed("an attribute without a name") }
        let attribute = SDPAttribute(String(name), colon.map { String(value[value.index(after: $0)...]) })
        if session.media.isEmpty {
            guard session.attributes.count < Self.maximumAttributes else { throw .tooMany("attributes") }
            session.attributes.append(attribute)
        } else {
            let index = session.media.count - 1
            guard session.media[index].attributes.count < Self.maximumAttributes else { throw .tooMany("attributes") }
            session.media[index].attributes.append(attribute)
        }
    }

    private mutating func readMedia(_ value: Substring) throws(SDPError) {
        guard session.media.count < Self.maximumMedia else { throw .tooMany("media sections") }
        let fields = words(value)
        guard fields.count >= 4 else { throw malformed("a media section has a kind, a port, a profile and formats") }
        guard fields.count - 3 <= Self.maximumFormats else { throw .tooMany("formats") }
        let ports = fields[1].split(separator: "/", omittingEmptySubsequences: false)
        guard ports.count <= 2, let port = Self.number(ports[0]), port <= 65535 else {
            throw malformed("the port is not a number up to 65535")
        }
        var media = MediaDescription(
            kind: MediaKind(String(fields[0])), port: port, profile: String(fields[2]),
            formats: fields[3...].map(String.init))
        if ports.count == 2 {
            guard let count = Self.number(ports[1]), 1...32768 ~= count else { throw malformed("the number of ports") }
            media.portCount = count
        }
        session.media.append(media)
    }

    /// A decimal number without sign, up to ten digits.
    private static func number(_ text: Substring) -> Int? {
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ 48...57 ~= $0 }) else { return nil }
        return Int(text)
    }
}

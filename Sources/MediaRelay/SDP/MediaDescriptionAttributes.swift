extension SessionDescription {
    /// The value of the session's first attribute called `name`: nil when it is missing, empty for a property.
    public func attribute(_ name: String) -> String? { attributes.first(name) }

    /// The direction for sections that give none.
    public var direction: MediaDirection? { attributes.direction }
}

/// Typed readings of a section's attributes. What breaks its own syntax reads as missing.
extension MediaDescription {
    /// The value of the first attribute called `name`: nil when it is missing, empty for a property.
    public func attribute(_ name: String) -> String? { attributes.first(name) }

    /// The section's direction; nil where the session's, or else `sendrecv`, holds.
    public var direction: MediaDirection? { attributes.direction }

    /// The section's identification (a=mid; RFC 5888).
    public var mid: String? { attribute("mid") }

    /// The milliseconds of audio wanted in a packet (a=ptime).
    public var packetTime: Int? { milliseconds("ptime") }

    /// The most milliseconds of audio in a packet (a=maxptime).
    public var maximumPacketTime: Int? { milliseconds("maxptime") }

    /// Whether RTP and RTCP share a port (a=rtcp-mux; RFC 5761).
    public var multiplexesRTCP: Bool { attribute("rtcp-mux") != nil }

    /// Where RTCP goes if not to the next port (a=rtcp; RFC 3605); the address only where it is given.
    public var rtcp: (port: Int, connection: SDPConnection?)? {
        guard let words = attribute("rtcp")?.split(separator: " "), let first = words.first, let port = Int(first),
            1...65535 ~= port
        else { return nil }
        guard words.count == 4, words[1] == "IN" else { return (port, nil) }
        return (port, SDPConnection(host: String(words[3]), family: words[2] == "IP6" ? .v6 : .v4))
    }

    /// All payload type mappings (a=rtpmap).
    public var rtpMaps: [RTPMap] { values("rtpmap").compactMap { RTPMap($0) } }

    /// All header extensions (a=extmap).
    public var extensionMaps: [ExtensionMap] { values("extmap").compactMap { ExtensionMap($0) } }

    /// The sources that the section names, each once, in their order (a=ssrc; RFC 5576).
    public var sources: [UInt32] {
        var found: [UInt32] = []
        for value in values("ssrc") {
            guard let word = value.split(separator: " ", maxSplits: 1).first, let ssrc = UInt32(word),
                !found.contains(ssrc)
            else { continue }
            found.append(ssrc)
        }
        return found
    }

    /// The mapping of a payload type: its own, or the one that RFC 3551 gives it for good.
    public func rtpMap(of payloadType: UInt8) -> RTPMap? {
        rtpMaps.first { $0.payloadType == payloadType } ?? RTPMap.assigned(payloadType)
    }

    /// The parameters of a payload type (a=fmtp); none where there is no line.
    public func parameters(of payloadType: UInt8) -> FormatParameters {
        for value in values("fmtp") {
            let words = value.split(separator: " ", maxSplits: 1)
            if words.count == 2, UInt8(words[0]) == payloadType { return FormatParameters(words[1]) }
        }
        return FormatParameters()
    }

    /// The feedback understood for a payload type (a=rtcp-fb), lines for all types (`*`) included.
    public func feedback(of payloadType: UInt8) -> RTCPFeedback {
        var feedback: RTCPFeedback = []
        for value in values("rtcp-fb") {
            let words = value.split(separator: " ", maxSplits: 1)
            guard words.count == 2, words[0] == "*" || UInt8(words[0]) == payloadType else { continue }
            feedback.formUnion(RTCPFeedback(words[1]))
        }
        return feedback
    }

    private func values(_ name: String) -> [String] {
        attributes.compactMap { $0.name == name ? $0.value : nil }
    }

    private func milliseconds(_ name: String) -> Int? {
        // Some write "20.0".
        guard let text = attribute(name)?.split(separator: ".").first, let number = Int(text), 1...1000 ~= number else {
            return nil
        }
        return number
    }
}

extension [SDPAttribute] {
    fileprivate func first(_ name: String) -> String? {
        first { $0.name == name }.map { $0.value ?? "" }
    }

    fileprivate var direction: MediaDirection? {
        for attribute in self where attribute.value == nil {
            if let direction = MediaDirection(rawValue: attribute.name) { return direction }
        }
        return nil
    }
}

extension RTPMap {
    /// The encodings with a payload type of their own (RFC 3551, 6) that endpoints still offer without a mapping.
    fileprivate static func assigned(_ payloadType: UInt8) -> RTPMap? {
        switch payloadType {
        case 0: RTPMap(payloadType: 0, encoding: "PCMU", clockRate: 8000)
        case 8: RTPMap(payloadType: 8, encoding: "PCMA", clockRate: 8000)
        case 9: RTPMap(payloadType: 9, encoding: "G722", clockRate: 8000)
        case 13: RTPMap(payloadType: 13, encoding: "CN", clockRate: 8000)
        default: nil
        }
    }
}

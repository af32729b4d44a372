internal import Codec

/// What was agreed on for one section, as far as codecs are concerned.
struct SectionMedia: Sendable {
    /// Speex is given at most this for a mix, in bits of payload a second.
    private static let mostSpeexBitrate = 20_000
    /// The least that each codec can do with.
    private static let leastOpusBitrate = 6_000
    private static let leastVideoBitrate = 8_000

    /// The codecs, the first of which is what is sent where it can be chosen.
    var formats: [WireFormat]
    /// The payload type of telephone events.
    var eventType: UInt8?
    /// Payload types that are let in and say nothing.
    var absorbedTypes: [UInt8] = []
    /// How the endpoint hears the mix; nil for pictures, and for who hears nothing.
    var mix: MixConfiguration?
    /// The most that the endpoint itself and the settings allow of a mix; nil where there is none.
    var mostMixBitrate: Int?
    /// What the offer said that is taken at most of pictures, in bits a second with RTP headers.
    var offeredBitrate: Int?
    /// The most that is sent, in bits of payload a second.
    var maximumBitrate: Int

    /// What an accepted section says.
    init(_ section: AcceptedSection, limits: MediaLimits, configuration: MediaConfiguration) {
        formats = section.codecs.map { codec in
            guard codec.codec == .theora else { return WireFormat(payloadType: codec.payloadType, codec: codec.codec) }
            return WireFormat(
                payloadType: codec.payloadType, codec: .theora,
                theora: TheoraParameters(codec.parameters).configuration,
                takesInBand: codec.parameters["delivery-method"]?.lowercased().contains("in_band") == true)
        }
        for map in section.auxiliary {
            if map.encoding.lowercased() == "telephone-event" {
                eventType = eventType ?? map.payloadType
            } else {
                absorbedTypes.append(map.payloadType)
            }
        }
        guard section.kind == .audio else {
            offeredBitrate = Self.videoBitrate(section)
            maximumBitrate = max(Self.leastVideoBitrate, min(limits.videoBitrate, Self.payloadBitrate(section)))
            return
        }
        maximumBitrate = Self.audioPayload(limits, section)
        guard section.direction.sends else { return }
        takeMix(
            section.sendCodec.codec, section.sendCodec.parameters, ticks: section.packetTime / 20,
            most: min(Self.payloadBitrate(section), configuration.mixBitrate))
    }

    /// What is sent to a player that only listens.
    init(_ stream: ListenDescription.Stream, limits: MediaLimits, configuration: MediaConfiguration) {
        formats = [WireFormat(payloadType: stream.payloadType, codec: stream.codec)]
        guard stream.codec.kind == .audio else {
            maximumBitrate = max(Self.leastVideoBitrate, limits.videoBitrate)
            return
        }
        maximumBitrate = limits.audioBitrate
        takeMix(stream.codec, FormatParameters(), ticks: 1, most: configuration.mixBitrate)
    }

    /// The least bitrate that sound can do with, in bits of payload a second.
    static func leastBitrate(_ format: AudioFormat) -> Int {
        switch format {
        case .opus: leastOpusBitrate
        case .speex(let band): SpeexParameters.leastBitrate(at: band.sampleRate)
        }
    }

    /// Decides how the mix is encoded; `most` is what the endpoint and the settings allow.
    private mutating func takeMix(_ codec: RTPCodec, _ parameters: FormatParameters, ticks: Int, most: Int) {
        guard let format = AudioFormat(codec) else { return }
        var most = most
        var isVariable = true
        switch format {
        case .opus:
            most = min(most, OpusParameters(parameters).maximumAverageBitrate ?? .max)
        case .speex(let band):
            let speex = SpeexParameters(parameters)
            most = min(most, Self.mostSpeexBitrate, speex.maximumBitrate(at: band.sampleRate) ?? .max)
            isVariable = speex.variableBitrate == .on
        }
        mostMixBitrate = most
        mix = MixConfiguration(
            format: format, bitrate: max(Self.leastBitrate(format), min(most, maximumBitrate)), ticks: ticks,
            variableBitrate: isVariable)
    }

    /// The payload that a limit on sound leaves: what it says, or less the headers where those are counted.
    private static func audioPayload(_ limits: MediaLimits, _ section: AcceptedSection) -> Int {
        guard limits.countsHeaders else { return limits.audioBitrate }
        let headers = WireBitrate.applicationSpecific(
            kind: .audio, payload: 0, packetTime: section.packetTime, family: section.remoteRTP.address.family)
        return limits.audioBitrate - headers * 1_000
    }

    /// What the offer's `b=` of a video section leaves, with RTP headers.
    private static func videoBitrate(_ section: AcceptedSection) -> Int? {
        if let total = section.bandwidth.transportIndependent { return total }
        guard let total = section.bandwidth.applicationSpecific else { return nil }
        // Of packets of the usual size, the headers of IP and UDP are so much.
        let header = WireBitrate.networkHeader(section.remoteRTP.address.family)
        return total * 1_100 / (1_100 + header)
    }

    /// What the offer's `b=` leaves for payload, headers taken off.
    private static func payloadBitrate(_ section: AcceptedSection) -> Int {
        var least = Int.max
        let time = section.packetTime
        let kind = section.kind
        if let total = section.bandwidth.transportIndependent {
            least = min(least, total - WireBitrate.transportIndependent(kind: kind, payload: 0, packetTime: time))
        }
        if let total = section.bandwidth.applicationSpecific {
            let headers = WireBitrate.applicationSpecific(
                kind: kind, payload: 0, packetTime: time, family: section.remoteRTP.address.family)
            least = min(least, total - headers * 1_000)
        }
        return least
    }
}

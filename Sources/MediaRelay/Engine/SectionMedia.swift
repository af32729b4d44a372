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
        let offered = Self.payloadBitrate(section)
        guard section.kind == .audio else {
            maximumBitrate = max(Self.leastVideoBitrate, min(limits.videoBitrate, offered))
            return
        }
        maximumBitrate = min(limits.audioBitrate, offered)
        guard section.direction.sends else { return }
        mix = Self.mix(
            section.sendCodec.codec, section.sendCodec.parameters, ticks: section.packetTime / 20,
            limit: min(maximumBitrate, configuration.mixBitrate))
    }

    /// What is sent to a player that only listens.
    init(_ stream: ListenDescription.Stream, limits: MediaLimits, configuration: MediaConfiguration) {
        formats = [WireFormat(payloadType: stream.payloadType, codec: stream.codec)]
        guard stream.codec.kind == .audio else {
            maximumBitrate = max(Self.leastVideoBitrate, limits.videoBitrate)
            return
        }
        maximumBitrate = limits.audioBitrate
        mix = Self.mix(
            stream.codec, FormatParameters(), ticks: 1, limit: min(maximumBitrate, configuration.mixBitrate))
    }

    private static func mix(
        _ codec: RTPCodec, _ parameters: FormatParameters, ticks: Int, limit: Int
    ) -> MixConfiguration? {
        guard let format = AudioFormat(codec) else { return nil }
        switch format {
        case .opus:
            let opus = OpusParameters(parameters)
            let bitrate = max(leastOpusBitrate, min(limit, opus.maximumAverageBitrate ?? .max))
            return MixConfiguration(bitrate: bitrate, ticks: ticks)
        case .speex(let band):
            let speex = SpeexParameters(parameters)
            let most = min(limit, mostSpeexBitrate, speex.maximumBitrate(at: band.sampleRate) ?? .max)
            return MixConfiguration(
                format: format, bitrate: max(SpeexParameters.leastBitrate(at: band.sampleRate), most), ticks: ticks,
                variableBitrate: speex.variableBitrate == .on)
        }
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

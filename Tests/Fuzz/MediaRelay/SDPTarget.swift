@testable import MediaRelay

/// A description that somebody posted. What parses must be the same after writing and parsing, and so must the answer.
func fuzzSDP(_ input: [UInt8]) {
    guard let session = try? SessionDescription(parsing: input) else { return }
    precondition((try? SessionDescription(parsing: session.description)) == session)
    let rules = NegotiationPolicy.Rules(
        codecs: [.opus, .speex(clockRate: 8000), .speex(clockRate: 16000), .speex(clockRate: 32000), .vp8, .theora],
        maximumBitrate: 64_000, maximumSections: 8)
    var policy = NegotiationPolicy(
        audio: rules, video: rules, plainRTP: .any, profiles: Set(TransportProfile.allCases), requester: .loopbackV4)
    policy.retransmits = true
    guard let plan = try? Negotiation.plan(session, policy: policy) else { return }
    precondition(plan.sections.count == session.media.count && !plan.accepted.isEmpty)
    var local: [Int: LocalMedia] = [:]
    for (index, section) in plan.accepted {
        local[index] = LocalMedia(
            port: UInt16(10_000 + 2 * index), ssrc: UInt32(index), masterKey: section.crypto?.key)
        let parameters = section.sendCodec.parameters
        precondition(OpusParameters(OpusParameters(parameters).formatParameters) == OpusParameters(parameters))
        precondition(SpeexParameters(SpeexParameters(parameters).formatParameters) == SpeexParameters(parameters))
        let theora = TheoraParameters(parameters)
        precondition(TheoraParameters(theora.formatParameters) == theora)
        precondition(!section.remoteRTP.address.isUnspecified && !section.remoteRTP.address.isMulticast)
        precondition(IPAddress(section.remoteRTP.address.description) == section.remoteRTP.address)
    }
    let answer = plan.answer(
        origin: SDPOrigin(sessionID: 1, version: 1, address: .loopbackV4), address: .loopbackV4, local: local)
    precondition((try? SessionDescription(parsing: answer.description)) == answer)
}

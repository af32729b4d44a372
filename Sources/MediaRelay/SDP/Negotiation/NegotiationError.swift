/// Why a media section is refused.
public enum RefusalReason: Hashable, Sendable {
    /// The offer itself gives port 0.
    case disabledByOffer
    /// A kind of media that this server does not carry, or that the room does not have.
    case wrongKind
    /// The endpoint may neither send nor receive what it offers to.
    case notPermitted
    /// The transport profile is not one that this server has.
    case profile
    /// Plain RTP may not be used between these addresses.
    case plainRTP
    /// None of the codecs can be had.
    case codec
    /// The profile wants SRTP, but the section has no key that can be used.
    case key
    /// Over TCP the endpoint wants to be connected to; this server only waits for connections.
    case connection
    /// More sections of the kind than are accepted.
    case tooMany

    /// One clause for a user.
    public var explanation: String {
        switch self {
        case .disabledByOffer: "the offer itself switches the section off"
        case .wrongKind: "the room does not carry this kind of media"
        case .notPermitted: "you may neither send nor receive it here"
        case .profile: "the transport profile is not supported"
        case .plainRTP: "RTP without encryption is not allowed between these addresses"
        case .codec: "none of the codecs is supported"
        case .key: "there is no SRTP key of a supported suite"
        case .connection: "over TCP the endpoint must be the one who connects"
        case .tooMany: "there are more sections than are accepted"
        }
    }
}

/// Why an offer gets no answer.
public enum NegotiationError: Error, Equatable, Sendable {
    /// The offer cannot be understood, or contradicts itself; the text says how. HTTP 422, `invalid`.
    case malformed(String)
    /// Nothing of what is offered is supported. HTTP 415, `unsupported`.
    case unsupported(RefusalReason)
    /// Nothing of what is offered is allowed. HTTP 403.
    case forbidden(RefusalReason)
}

extension NegotiationError: CustomStringConvertible {
    /// One sentence for a user.
    public var description: String {
        switch self {
        case .malformed(let reason): "The offer cannot be used: \(reason)."
        case .unsupported(let reason), .forbidden(let reason): "Nothing of the offer can be had: \(reason.explanation)."
        }
    }
}

public import Signaling

/// An event as a document: encoded once, then shared by all the connections that hear it.
public struct XMLEvent: Sendable {
    /// The document; with a `to` that depends on the receiver it is put together for each.
    enum Body: Sendable {
        /// The same for everyone who hears it.
        case shared([UInt8])
        /// An invitation of somebody.
        case invitation(from: Name)
        /// The user was signed out.
        case signedOut
    }

    let body: Body
    /// Whose own connections are not told: nobody is sent their own messages back.
    let isFrom: Name?

    /// Nil where the protocol has no words for the event.
    public init?(_ event: Event) {
        switch event {
        case .message(let message):
            guard case .user(let from, let to) = message.place else { return nil }
            var writer = XMLWriter()
            writer.literal("<MESSAGE")
            writer.attribute("from", message.from.text)
            writer.attribute("to", to.text)
            writer.literal(">")
            writer.text(message.text)
            writer.literal("</MESSAGE>")
            body = .shared(writer.bytes)
            isFrom = from == to ? nil : message.from
        case .contactRequest(let from):
            body = .invitation(from: from)
            isFrom = nil
        case .signedOut:
            body = .signedOut
            isFrom = nil
        default: return nil
        }
    }
}

import Signaling

extension EventCommand {
    /// Private calls.
    static let calls: [EventCommand] = [
        EventCommand("call:invite") { fields throws(Refusal) in
            .call(.invite(try fields.name("to"), media: try fields.media(default: .audio).subtracting(.text)))
        },
        EventCommand("call:accept") { fields throws(Refusal) in .call(.accept(CallID(try fields.text("call")))) },
        EventCommand("call:decline") { fields throws(Refusal) in .call(.decline(CallID(try fields.text("call")))) },
        EventCommand("call:hangup") { fields throws(Refusal) in .call(.hangUp(CallID(try fields.text("call")))) },
    ]

    /// Media sessions of rooms and calls.
    static let media: [EventCommand] = [
        EventCommand("media:offer") { fields throws(Refusal) in
            let place: MediaPlace =
                if fields.has("call") {
                    .call(CallID(try fields.text("call")))
                } else {
                    .room(try fields.name("room"), password: try fields.password())
                }
            let speakers = try fields.optionalInteger("speakers")
            guard speakers.map({ (1...64).contains($0) }) ?? true else {
                throw Refusal(.invalid, "\"speakers\" must be from 1 to 64.")
            }
            return .media(
                .open(
                    place,
                    MediaOpening(
                        request: .offer(sdp: try fields.text("sdp")), requester: nil,
                        audio: try audio(fields), speakers: speakers.map { Int($0) })))
        },
        EventCommand("media:update") { _ throws(Refusal) in
            throw Refusal(.unsupported, "An open media session cannot be changed: close it and offer anew.")
        },
        EventCommand("media:close") { fields throws(Refusal) in
            .media(.close(MediaSessionID(try fields.text("session"))))
        },
    ]

    private static func audio(_ fields: EventFields) throws(Refusal) -> AudioDelivery {
        guard let text = try fields.optionalText("audio") else { return .mix }
        guard let delivery = AudioDelivery(rawValue: text) else {
            throw Refusal(.invalid, "\"audio\" must be mix or tracks.")
        }
        return delivery
    }
}

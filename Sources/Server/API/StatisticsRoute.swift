import MediaRelay
import NIOCore
import NIOHTTP1
import Signaling

/// `GET /api/v1/rooms/{room}/statistics`: what is known of a room's media, for those who moderate it.
extension API {
    func statistics(_ request: HTTPRequest, room: String) throws -> Answer {
        let token = try authenticate(request)
        guard let name = Name(room) else { throw Problem(.notFound, "notFound", "There is no room of this name.") }
        let session = RequestSession(signaling, origin: origin(of: request))
        let media = media
        let eventLoop = signaling.eventLoop
        return session.perform(.session(.signIn(.token(token.claims)))).flatMap { _ in
            session.perform(.media(.inspect(name))).nonisolated()
        }.flatMap { reply in
            guard case .mediaRoom(let number, let users) = reply, let media else {
                return eventLoop.makeSucceededFuture(RoomStatisticsDocument(MediaRoomStatistics(), users: [:]))
            }
            let promise = eventLoop.makePromise(of: RoomStatisticsDocument.self)
            media.statistics(room: number) { promise.succeed(RoomStatisticsDocument($0, users: users)) }
            return promise.futureResult
        }.map { document in
            APICommand.document(document)
        }.always { _ in session.close() }
    }
}

/// A room's statistics as JSON.
struct RoomStatisticsDocument: Encodable, Sendable {
    struct Session: Encodable, Sendable {
        let session: String
        let user: String
        /// In milliseconds.
        let age: Int64
        let received: [Stream]
        let sent: [Stream]
        let dropped: [String: Int]
    }

    struct Stream: Encodable, Sendable {
        let kind: String
        let packets: UInt64
        /// In bits of payload a second.
        let bitrate: Int
        let lost: Int
        /// In milliseconds.
        let jitter: Double
        let roundTrip: Double?
        /// In bits a second.
        let limit: Int?
        let estimate: Int?
        /// Packets asked for or sent again.
        let repairs: UInt64
        let framesSent: UInt64
        let framesDelayed: UInt64
        let framesLeftOut: UInt64

        init(_ stream: MediaStreamStatistics) {
            kind = stream.kind == .audio ? "audio" : "video"
            packets = stream.packets
            bitrate = stream.bitrate
            lost = stream.lost
            jitter = stream.jitter
            roundTrip = stream.roundTrip
            limit = stream.limit
            estimate = stream.estimate
            repairs = stream.repairs
            framesSent = stream.interventions.framesSent
            framesDelayed = stream.interventions.framesDelayed
            framesLeftOut = stream.interventions.framesLeftOut
        }
    }

    let sessions: [Session]
    let speaking: [String]

    init(_ statistics: MediaRoomStatistics, users: [Int64: Name]) {
        func name(_ participant: String) -> String {
            Int64(participant).flatMap { users[$0] }?.text ?? ""
        }
        sessions = statistics.sessions.map { session in
            Session(
                session: String(session.session.rawValue.prefix(8)), user: name(session.participant), age: session.age,
                received: session.received.map { Stream($0) }, sent: session.sent.map { Stream($0) },
                dropped: Dictionary(
                    session.drops.occurred.map { ($0.reason, $0.count) }, uniquingKeysWith: { first, _ in first }))
        }
        speaking = statistics.speaking.map(name)
    }
}

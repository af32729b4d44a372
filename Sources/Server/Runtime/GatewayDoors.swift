import Gateways
import Logging
import Signaling

/// The doors of the protocols that live on the signaling's loop, with what they share. Confined to that loop.
final class GatewayDoors {
    let xml: XMLDoor
    let mim: MIMDoor
    let engines: EngineDoors
    private let tokenKey: TokenKey

    init(
        _ values: Configuration, signaling: SignalingLoop, connections: ConnectionCount, tokenKey: TokenKey, log: Logger
    ) {
        self.tokenKey = tokenKey
        let queue = values.limits.messageQueue
        xml = XMLDoor(
            signaling: signaling, connections: connections, log: log, messageQueue: queue,
            timeout: Int64(values.xml.timeout) * 1000)
        let bridge = values.mim.port == 0 ? nil : values.mim.bridgePorts
        mim = MIMDoor(
            signaling: signaling, connections: connections, log: log, messageQueue: queue,
            guestsCanEnter: values.signaling.guests.canEnter,
            bridgePorts: bridge.map { UInt16($0.first)...UInt16($0.last) }, addresses: values.listen)
        engines = EngineDoors(Self.engines(values, signaling, tokenKey, log))
    }

    /// The event API, or in its place what the conformance suites ask for.
    private static func engines(
        _ values: Configuration, _ signaling: SignalingLoop, _ tokenKey: TokenKey, _ log: Logger
    ) -> [EngineDoor] {
        func door(
            _ path: String, _ settings: EngineSettings, _ application: EngineDoor.Application, connectTimeout: Int64
        ) -> EngineDoor {
            EngineDoor(
                path: path, signaling: signaling, settings: settings, application: application, log: log,
                connectTimeout: connectTimeout, messageQueue: values.limits.messageQueue,
                origins: Set(values.http.origins))
        }
        if values.socketIO.protocolTest {
            let settings = EngineSettings(pingInterval: 300, pingTimeout: 200, maxPayload: 1_000_000)
            return [
                door("engine.io", settings, .echo, connectTimeout: .max),
                door("socket.io", settings, .conformance, connectTimeout: 1000),
            ]
        }
        let settings = EngineSettings(
            pingInterval: Int64(values.socketIO.pingInterval), pingTimeout: Int64(values.socketIO.pingTimeout),
            maxPayload: values.socketIO.maxPayload)
        let surroundings = surroundings(values, tokenKey)
        return [door("socket.io", settings, .events(surroundings), connectTimeout: 45_000)]
    }

    private static func surroundings(_ values: Configuration, _ tokenKey: TokenKey) -> EventConnection.Surroundings {
        EventConnection.Surroundings(
            verify: { try? Token.verify($0, with: tokenKey, now: SignalingLoop.now().seconds).claims },
            makeSID: { EngineDoor.makeSID() }, urls: Self.json(Welcome(values).urls))
    }

    /// The addresses that are set, as a JSON object.
    private static func json(_ urls: [String: String]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            for (name, url) in urls.sorted(by: { $0.key < $1.key }) { writer.member(named: name, url) }
        }
        return writer.bytes
    }

    /// Takes what may change while the server runs.
    func replaceSettings(_ values: Configuration) {
        xml.messageQueue = values.limits.messageQueue
        xml.timeout = Int64(values.xml.timeout) * 1000
        mim.messageQueue = values.limits.messageQueue
        mim.guestsCanEnter = values.signaling.guests.canEnter
        for door in engines.byPath.values {
            door.messageQueue = values.limits.messageQueue
            door.origins = Set(values.http.origins)
            if case .events = door.application { door.application = .events(Self.surroundings(values, tokenKey)) }
        }
    }
}

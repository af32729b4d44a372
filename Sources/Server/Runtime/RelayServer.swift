import Logging
import NIOCore
import NIOHTTP1
import Signaling

/// The running server: the core, the doors that are set, and what reloading and draining do.
actor RelayServer {
    private let core: Core
    private let control: ControlServer
    private let api: NIOLoopBound<API>
    private let lineDoor: NIOLoopBound<LineDoor>
    private let gateways: NIOLoopBound<GatewayDoors>
    private let connections: NIOLoopBound<ConnectionCount>
    private let certificate: NIOLoopBound<TLSCertificate>?
    private let listeners: [Listener]
    private let log: Logger
    private var configuration: LoadedConfiguration

    /// What the ready line says.
    nonisolated let readyLine: String

    /// How long draining may take before what is left is cut off.
    private static let drainTime = TimeAmount.seconds(10)

    /// Opens everything; when it returns, the server serves.
    ///
    /// - Parameter end: called when a command wants the server to end; draining it is the caller's.
    static func start(
        _ configuration: LoadedConfiguration, log: Logger, end: @escaping @Sendable (ServerEnd) -> Void
    ) async throws -> RelayServer {
        let program = ProgramControl(started: SignalingLoop.now(), end: end)
        let core = try await Core.open(configuration, withMedia: true, log: log)
        do {
            return try await RelayServer(core, configuration, program, log: log)
        } catch {
            try? await core.close()
            throw error
        }
    }

    private init(
        _ core: Core, _ configuration: LoadedConfiguration, _ program: ProgramControl, log: Logger
    ) async throws {
        let values = configuration.values
        let loop = core.eventLoop
        let tokenKey: TokenKey
        do {
            tokenKey = try DataFolder(path: values.data).tokenKey()
        } catch {
            throw configuration.error("data", error.description)
        }
        let count = ConnectionCount(limit: values.limits.connectionsPerAddress)
        let connections = try await core.onLoop { signaling in
            NIOLoopBound(count, eventLoop: signaling.eventLoop)
        }
        let gateways = try await core.onLoop { signaling in
            NIOLoopBound(
                GatewayDoors(
                    values, signaling: signaling, connections: connections.value, tokenKey: tokenKey, log: log),
                eventLoop: signaling.eventLoop)
        }
        let api = try await core.onLoop { signaling in
            NIOLoopBound(
                API(
                    signaling: signaling, engines: gateways.value.engines, program: program, tokenKey: tokenKey,
                    tokenSeconds: values.http.tokenSeconds, welcome: Welcome(values)),
                eventLoop: signaling.eventLoop)
        }
        try await core.onLoop { [media = core.media] _ in api.value.media = media }
        let lineDoor = try await core.onLoop { signaling in
            NIOLoopBound(
                LineDoor(
                    signaling: signaling, connections: connections.value, messageQueue: values.limits.messageQueue),
                eventLoop: signaling.eventLoop)
        }
        let tls = try TLSCertificate.load(configuration)
        for warning in TLSCertificate.warnings(configuration) { log.warning("\(warning)") }
        let certificate = try await core.onLoop { signaling in
            tls.map { NIOLoopBound(TLSCertificate($0), eventLoop: signaling.eventLoop) }
        }

        var listeners: [Listener] = []
        do {
            // Under TLS they are NIO's, plain ones the hub's own.
            for port in Self.ports("line", 0, values.line.tlsPort, certificate) {
                listeners.append(try await LineDoor.open(lineDoor, at: port, configuration, on: loop))
            }
            if values.line.port != 0 {
                try await LinePlainDoor.open(core.hub, count, configuration)
            }
            let engines = try await core.onLoop { signaling in
                NIOLoopBound(gateways.value.engines, eventLoop: signaling.eventLoop)
            }
            for port in Self.ports("http", values.http.port, values.http.tlsPort, certificate) {
                listeners.append(try await API.open(api, engines, connections, at: port, configuration, on: loop))
            }
            if values.xml.port != 0 {
                let door = try await core.onLoop { NIOLoopBound(gateways.value.xml, eventLoop: $0.eventLoop) }
                listeners.append(try await XMLDoor.open(door, configuration, on: loop))
            }
            if values.mim.port != 0 {
                let door = try await core.onLoop { NIOLoopBound(gateways.value.mim, eventLoop: $0.eventLoop) }
                listeners.append(try await MIMDoor.open(door, configuration, on: loop))
            }
            let signaling = core.signaling
            control = try await ControlServer.start(dataFolder: values.data, on: loop) { request in
                ControlService(signaling: signaling.value, program: program).perform(request).nonisolated()
            }
        } catch {
            for listener in listeners { await listener.close() }
            throw error
        }
        self.core = core
        self.api = api
        self.lineDoor = lineDoor
        self.gateways = gateways
        self.connections = connections
        self.certificate = certificate
        self.listeners = listeners
        self.log = log
        self.configuration = configuration
        readyLine = Self.readyLine(values)
        try await core.onLoop { _ in api.value.isReady = true }
    }

    /// Takes new settings; those that need a restart keep their value, which is logged. Throws, and changes nothing, where the
    /// certificate cannot be used.
    func reload(_ new: LoadedConfiguration) async throws {
        let tls = try TLSCertificate.load(new)
        for warning in TLSCertificate.warnings(new) { log.warning("\(warning)") }
        var next = configuration
        next.origins = new.origins
        for setting in Setting.all where setting.show(configuration.values) != setting.show(new.values) {
            guard setting.reloadable else {
                log.warning(
                    "\(setting.key) takes effect at the next start", metadata: ["at": "\(new.origin(of: setting.key))"])
                continue
            }
            setting.copy(new.values, &next.values)
            log.info("changed", metadata: ["key": "\(setting.key)", "value": "\(setting.show(new.values))"])
        }
        configuration = next
        let values = next.values
        let (core, api, lineDoor, gateways) = (core, api, lineDoor, gateways)
        let (connections, certificate) = (connections, certificate)
        try await core.onLoop { signaling in
            signaling.replaceSettings(values.signaling)
            api.value.tokenSeconds = values.http.tokenSeconds
            api.value.welcome = Welcome(values)
            lineDoor.value.messageQueue = values.limits.messageQueue
            gateways.value.replaceSettings(values)
            core.hub.run { $0.line.messageQueue = values.limits.messageQueue }
            connections.value.limit = values.limits.connectionsPerAddress
            if let tls { certificate?.value.context = tls }
        }
        StandardErrorLog.level = values.log.level.level
    }

    /// Tells everyone, finishes what was begun, and closes.
    func drain() async throws {
        let api = api
        try await core.onLoop { _ in api.value.isReady = false }
        core.hub.run { $0.sockets.closeListeners() }
        for listener in listeners { await listener.close() }
        await control.stop()
        let drained = try await core.onLoop { signaling in
            let loop = signaling.eventLoop
            let end = loop.makePromise(of: Bool.self)
            signaling.shutDown(reason: "the server is shutting down").whenComplete { _ in end.succeed(true) }
            loop.scheduleTask(in: Self.drainTime) { end.succeed(false) }
            return end.futureResult
        }
        if try await !drained.get() { log.warning("not everything has ended in time") }
        try await core.close()
    }

    /// The ports of a protocol that are switched on, plain and under TLS.
    private static func ports(
        _ name: String, _ plain: Int, _ secure: Int, _ certificate: NIOLoopBound<TLSCertificate>?
    ) -> [Listener.Port] {
        var ports: [Listener.Port] = []
        if plain != 0 { ports.append(Listener.Port(key: "\(name).port", number: plain)) }
        if secure != 0 {
            ports.append(Listener.Port(key: "\(name).tlsPort", number: secure, certificate: certificate))
        }
        return ports
    }

    private static func readyLine(_ values: Configuration) -> String {
        var doors: [String] = []
        func door(_ name: String, _ port: Int) {
            guard port != 0 else { return }
            let places = values.listen.map { $0.contains(":") ? "[\($0)]:\(port)" : "\($0):\(port)" }
            doors.append("\(name) \(places.joined(separator: " "))")
        }
        door("http", values.http.port)
        door("https", values.http.tlsPort)
        door("line", values.line.port)
        door("line+tls", values.line.tlsPort)
        door("xml", values.xml.port)
        door("mim", values.mim.port)
        doors.append("rtp \(values.media.rtpPorts)")
        return "media-relay is ready: \(doors.joined(separator: ", ")), data in \(values.data)"
    }
}

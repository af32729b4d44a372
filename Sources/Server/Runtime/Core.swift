import Logging
import NIOCore
import NIOPosix
import Signaling
import Storage

/// The hub over a data folder, with its store, its pool for passwords and its loop: what the server and a command without a
/// server have in common.
struct Core: Sendable {
    let group: MultiThreadedEventLoopGroup
    let eventLoop: any EventLoop
    let store: SQLiteStore
    let hashes: HashPool
    let hub: HubLoop
    let signaling: NIOLoopBound<SignalingLoop>
    /// Nil for a command without a server, which has no media.
    let media: MediaBridge?

    /// Opens the data folder, reads what is in it, and makes the hub.
    static func open(_ configuration: LoadedConfiguration, withMedia: Bool, log: Logger) async throws -> Core {
        let folder = configuration.values.data
        let store: SQLiteStore
        let snapshot: Snapshot
        do throws(StoreError) {
            store = try SQLiteStore(folder: folder, options: StoreOptions(configuration.values))
            snapshot = try store.load()
        } catch {
            throw configuration.error("data", error.kind == .locked ? Self.inUse(folder) : error.message)
        }
        let values = configuration.values
        let hashes = HashPool(threads: values.threadCount, capacity: Self.waitingHashes, sealer: store.sealer)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let hub: HubLoop
        do {
            let domain = Hub(
                settings: values.signaling, snapshot: snapshot, random: SystemRandom(), now: SignalingLoop.now())
            hub = try HubLoop(hub: domain, store: store, hashes: hashes, log: log)
        } catch {
            throw configuration.error("data", "the server cannot wait for connections: \(error)")
        }
        let media = withMedia ? try openMedia(configuration, hub, log: log) : nil
        hub.media = media
        hub.start()
        let signaling = try await eventLoop.submit {
            NIOLoopBound(SignalingLoop(eventLoop: eventLoop, hub: hub), eventLoop: eventLoop)
        }.get()
        return Core(
            group: group, eventLoop: eventLoop, store: store, hashes: hashes, hub: hub, signaling: signaling,
            media: media)
    }

    private static func openMedia(
        _ configuration: LoadedConfiguration, _ hub: HubLoop, log: Logger
    ) throws(ConfigurationError) -> MediaBridge {
        do {
            return try MediaBridge(configuration.values, log: log) { hub.post(.media($0)) }
        } catch {
            throw configuration.error("media.rtpPorts", "media cannot be started: \(error)")
        }
    }

    /// Passwords that may wait to be hashed; more sign-ins at once are refused as `unavailable`.
    private static let waitingHashes = 256

    /// What is said where another process has the folder.
    static func inUse(_ folder: String) -> String {
        "\(folder) is in use by another media-relay; one data folder serves one server"
    }

    /// Runs something on the loop of HTTP and the control socket.
    func onLoop<Value: Sendable>(_ body: @escaping @Sendable (SignalingLoop) throws -> Value) async throws -> Value {
        let signaling = signaling
        return try await eventLoop.submit { try body(signaling.value) }.get()
    }

    /// Ends what was opened; everything that was accepted is stored before.
    func close() async throws {
        await media?.shutDown()
        await hub.stop()
        try await group.shutdownGracefully()
        hashes.close()
        store.close()
    }
}

extension StoreOptions {
    /// How the store is used under some settings.
    init(_ configuration: Configuration) {
        self.init()
        sync =
            switch configuration.storage.sync {
            case .commit: .commit
            case .interval(let milliseconds): .interval(milliseconds: milliseconds)
            }
        keepsHistory = configuration.signaling.keepsHistory
        roomHistoryBytes = configuration.signaling.limits.roomHistoryBytes
    }
}

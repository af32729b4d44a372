import Glibc
import NIOCore
import NIOPosix

/// The control socket: `control.sock` in the data folder, mode 0600.
struct ControlServer: Sendable {
    private let channel: any Channel
    private let path: String

    /// Listens. The data folder's lock must be held, so a socket that is already there is a dead server's.
    static func start(
        dataFolder: String, on loop: any EventLoop, perform: @escaping ControlConnection.Perform
    ) async throws -> ControlServer {
        let path = DataFolder.controlSocket(in: dataFolder)
        unlink(path)
        guard let socketPath = UnixSocketPath(folder: dataFolder, name: "control.sock") else {
            throw IOError(errnoCode: errno, reason: "cannot open \(dataFolder)")
        }
        let channel = try await ServerBootstrap(group: loop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ControlConnection(perform: perform))
                }
            }
            .bind(unixDomainSocketPath: socketPath.path).get()
        // Between these two the peer's user is checked all the same.
        chmod(path, 0o600)
        return ControlServer(channel: channel, path: path)
    }

    /// Closes the socket and removes it.
    func stop() async {
        try? await channel.close()
        unlink(path)
    }
}

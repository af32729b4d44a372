import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import Server

@Suite struct ControlConnectionTests {
    private func withServer(
        folder: String, perform: @escaping @Sendable (ControlRequest) -> ControlResponse,
        _ body: @Sendable (String) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let server = try await ControlServer.start(dataFolder: folder, on: loop) { request in
            loop.makeSucceededFuture(perform(request))
        }
        do { try await body(folder) } catch { Issue.record(error) }
        await server.stop()
        try await group.shutdownGracefully()
    }

    @Test func requestsAreAnsweredOverASocketThatIsOnlyOurs() async throws {
        let folder = try TemporaryFolder()
        try await withServer(
            folder: folder.path, perform: { .refused("invalid", "\($0)") },
            { folder in
                var status = stat()
                #expect(stat(folder + "/control.sock", &status) == 0)
                #expect(status.st_mode & 0o777 == 0o600)
                let response = try ControlClient(dataFolder: folder).perform(.accountRemove(name: "x"))
                #expect(response == .refused("invalid", "\(ControlRequest.accountRemove(name: "x"))"))
            })
        // The socket goes with the server.
        #expect(access(folder.path + "/control.sock", F_OK) != 0)
    }

    @Test func aFolderWithALongNameHasASocketToo() async throws {
        let folder = try TemporaryFolder()
        let deep = folder.path + "/" + String(repeating: "d", count: 120)
        #expect(mkdir(deep, 0o700) == 0)
        try await withServer(
            folder: deep, perform: { _ in ControlResponse() },
            { folder in
                let response = try ControlClient(dataFolder: folder).perform(.roomList)
                #expect(response == ControlResponse())
            })
    }

    @Test func aDeadServersSocketIsNoServer() async throws {
        let folder = try TemporaryFolder()
        #expect(throws: ControlClient.Failure.notRunning) {
            try ControlClient(dataFolder: folder.path).perform(.roomList)
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: (folder.path + "/control.sock").utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(descriptor)
        #expect(throws: ControlClient.Failure.notRunning) {
            try ControlClient(dataFolder: folder.path).perform(.roomList)
        }
        // And the next server takes its place.
        try await withServer(
            folder: folder.path, perform: { _ in ControlResponse() },
            { folder in _ = try ControlClient(dataFolder: folder).perform(.roomList) })
    }
}

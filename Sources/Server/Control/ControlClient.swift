import Glibc

/// The command line's side of the control socket: blocking, one request.
struct ControlClient: ~Copyable {
    /// Why a request was not answered.
    enum Failure: Error, Equatable, CustomStringConvertible {
        /// No server listens there.
        case notRunning
        /// Something else, as the end of a sentence.
        case broken(String)

        var description: String {
            switch self {
            case .notRunning: "no server runs on this data folder"
            case .broken(let reason): reason
            }
        }
    }

    private let descriptor: Int32

    /// Connects to the server that has this data folder.
    init(dataFolder: String) throws(Failure) {
        guard let socketPath = UnixSocketPath(folder: dataFolder, name: "control.sock") else { throw .notRunning }
        descriptor = try Self.connect(to: socketPath.path)
    }

    deinit {
        close(descriptor)
    }

    private static func connect(to path: String) throws(Failure) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw .broken("no socket: \(String(cString: strerror(errno)))") }

        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) }
        }
        guard connected == 0 else {
            let reason = errno
            close(descriptor)
            if reason == ENOENT || reason == ECONNREFUSED || reason == ENOTDIR { throw .notRunning }
            throw .broken("the server's control socket cannot be used: \(String(cString: strerror(reason)))")
        }
        return descriptor
    }

    /// The process of the server, whether it answers or not.
    func serverProcess() throws(Failure) -> pid_t {
        var credentials = PeerCredentials()
        var size = socklen_t(MemoryLayout<PeerCredentials>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0, credentials.process > 0 else {
            throw .broken("the server's process cannot be found")
        }
        return credentials.process
    }

    /// Asks, and waits for the answer.
    func perform(_ request: ControlRequest) throws(Failure) -> ControlResponse {
        var limit = timeval(tv_sec: request.patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let line = JSON.encode(request) + [UInt8(ascii: "\n")]
        var sent = 0
        while sent < line.count {
            let count = line.withUnsafeBytes {
                send(descriptor, $0.baseAddress?.advanced(by: sent), line.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw .broken("the server does not take the command") }
            sent += count
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while answer.last != UInt8(ascii: "\n") {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else {
                throw .broken(count == 0 ? "the server closed the connection" : "the server does not answer")
            }
            answer += chunk.prefix(count)
        }
        guard let response = JSON.decode(ControlResponse.self, from: answer) else {
            throw .broken("the server's answer is not understood; is it of another version?")
        }
        return response
    }
}

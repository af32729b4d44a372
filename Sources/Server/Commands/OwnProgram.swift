import Glibc

/// This program, run once more beside this one.
struct OwnProgram: Sendable {
    /// What came of it.
    struct Result: Sendable {
        /// The exit status; 128 and the signal where one ended it.
        let status: Int32
        let output: [UInt8]
        /// What it said on standard error, without the end of the line.
        let error: String
    }

    private let process: pid_t
    private let output: Int32
    private let error: Int32

    /// Starts it with these arguments and a line of standard input.
    init(_ arguments: [String], input: String) throws(CommandFailure) {
        var pipes: [[Int32]] = []
        for _ in 0..<3 {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else {
                for end in pipes.joined() { close(end) }
                throw CommandFailure(unavailable: "No pipe can be had: \(String(cString: strerror(errno))).")
            }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            pipes.append(ends)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipes[0][0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipes[1][1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipes[2][1], STDERR_FILENO)
        var texts: [UnsafeMutablePointer<CChar>?] = (["media-relay"] + arguments).map { strdup($0) }
        texts.append(nil)
        defer { for text in texts { free(text) } }
        var number = pid_t()
        let code = posix_spawn(&number, "/proc/self/exe", &actions, nil, texts, environ)
        for end in [pipes[0][0], pipes[1][1], pipes[2][1]] { close(end) }
        let line = Array((input + "\n").utf8)
        _ = write(pipes[0][1], line, line.count)
        close(pipes[0][1])
        guard code == 0 else {
            close(pipes[1][0])
            close(pipes[2][0])
            throw CommandFailure(unavailable: "The program cannot be started: \(String(cString: strerror(code))).")
        }
        (process, output, error) = (number, pipes[1][0], pipes[2][0])
    }

    /// Waits for its end. To be called once.
    func finish() async -> Result {
        // Its output is less than a pipe holds, so one after the other does not block it.
        async let text = Self.readAll(output)
        async let complaint = Self.readAll(error)
        let (bytes, said) = await (text, complaint)
        var code: Int32 = 0
        while waitpid(process, &code, 0) < 0, errno == EINTR {}
        let status = code & 0x7F == 0 ? code >> 8 & 0xFF : 128 + code & 0x7F
        return Result(
            status: status, output: bytes, error: String(decoding: said.split(separator: 10).joined(), as: UTF8.self))
    }

    private static func readAll(_ descriptor: Int32) async -> [UInt8] {
        defer { close(descriptor) }
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count > 0 { all += chunk.prefix(count) } else if count == 0 || errno != EINTR { return all }
        }
    }
}

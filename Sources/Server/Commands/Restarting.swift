import Glibc

/// Begins the program anew in the same process, so that whoever supervises it keeps its number.
enum Restarting {
    /// Where the program was when it was started; another version may stand there by now.
    private static let program: String = {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? 0
            }
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : "/proc/self/exe"
    }()

    /// Notes where the program is; to be called at its start.
    static func prepare() {
        _ = program
    }

    /// Comes back only where it fails.
    static func begin() throws(CommandFailure) -> Never {
        fflush(nil)
        // A thread of a pool may have signals blocked, which the new program would inherit.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        execv(program, arguments)
        // The file may have been replaced by one that does not run.
        execv("/proc/self/exe", arguments)
        throw CommandFailure(unavailable: "The program cannot be started again: \(String(cString: strerror(errno)))")
    }
}

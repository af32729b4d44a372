import Glibc

/// A file that is read from its beginning.
struct InputFile: ~Copyable {
    private let descriptor: CInt
    private let path: String

    /// Opens the file.
    init(path: String) throws(CommandFailure) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure(refused: "\(path): \(systemMessage())") }
    }

    deinit { close(descriptor) }

    /// The next bytes, at most `count`; none at the end.
    func read(_ count: Int) throws(CommandFailure) -> [UInt8] {
        var result = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            repeat { result = Glibc.read(descriptor, buffer.baseAddress, count) } while result < 0 && errno == EINTR
            filled = max(0, result)
        }
        guard result >= 0 else { throw CommandFailure(refused: "\(path): \(systemMessage())") }
        return bytes
    }
}

/// A file that is written from its beginning; what it held before is gone.
struct OutputFile: ~Copyable {
    private let descriptor: CInt
    private let path: String

    /// Creates the file.
    init(path: String) throws(CommandFailure) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw CommandFailure(refused: "\(path): \(systemMessage())") }
    }

    deinit { close(descriptor) }

    /// Writes all of `bytes`.
    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                throw CommandFailure(refused: "\(path): \(systemMessage())")
            }
            rest = rest.dropFirst(count)
        }
    }
}

/// What the last system call says went wrong.
private func systemMessage() -> String { String(cString: strerror(errno)) }

import Glibc

/// A file that a codec command reads or writes, a piece at a time.
struct CodecFile: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// Opens a file for reading.
    init(reading path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
    }

    /// Creates a file, or empties it.
    init(writing path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure("write", path) }
    }

    deinit {
        close(descriptor)
    }

    /// Its length in bytes, 0 where it has none, as a pipe.
    var size: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    }

    /// Whether both are the same file.
    func isSame(as other: borrowing CodecFile) -> Bool {
        var (mine, theirs) = (stat(), stat())
        return fstat(descriptor, &mine) == 0 && fstat(other.descriptor, &theirs) == 0
            && mine.st_dev == theirs.st_dev && mine.st_ino == theirs.st_ino
    }

    /// Reads into the buffer; how many bytes, 0 at the end.
    func read(into buffer: inout [UInt8]) throws -> Int {
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw Self.failure("read", path) }
        }
    }

    /// Writes all bytes at the present place.
    func write(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { raw -> Int in
                guard let base = raw.baseAddress else { return 0 }
                return Glibc.write(descriptor, base + offset, raw.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("write", path) }
            offset += count
        }
    }

    /// Writes over the file's first bytes, where it can be done.
    func writeOverStart(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { raw in pwrite(descriptor, raw.baseAddress, raw.count, 0) }
    }

    private static func failure(_ verb: String, _ path: String) -> CommandFailure {
        CommandFailure(refused: "Cannot \(verb) \(path): \(String(cString: strerror(errno))).")
    }
}

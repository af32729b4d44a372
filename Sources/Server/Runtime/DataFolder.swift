import COpenSSL
import Glibc

/// The folder that holds everything the server keeps. Whoever has one open is the only one who may touch the store.
struct DataFolder: ~Copyable {
    /// Why the folder cannot be used.
    enum Failure: Error, Equatable, CustomStringConvertible {
        /// It, or a file in it, cannot be made, read or written: the sentence's end.
        case unusable(String)
        /// Another process holds it.
        case inUse

        var description: String {
            switch self {
            case .unusable(let reason): reason
            case .inUse: "is in use by another media-relay; one data folder serves one server"
            }
        }
    }

    /// Where it is.
    let path: String
    private let lock: Int32

    /// Makes the folder where it is missing (mode 0700), and takes it for this process alone until it ends.
    init(path: String) throws(Failure) {
        try Self.makeFolders(path)
        let lock = try Self.takeLock(path + "/lock")
        self.path = path
        self.lock = lock
    }

    deinit {
        close(lock)
    }

    private static func takeLock(_ lockPath: String) throws(Failure) -> Int32 {
        let lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw .unusable("is not writable: \(lockPath): \(errorText())") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(lock)
            guard reason == EWOULDBLOCK else { throw .unusable("cannot be locked: \(errorText(reason))") }
            throw .inUse
        }
        return lock
    }

    /// Where the control socket of a data folder is.
    static func controlSocket(in path: String) -> String { path + "/control.sock" }

    /// Reads a secret of so many bytes from a file of mode 0600, or makes it at the first start from OpenSSL's random
    /// numbers; it is on the disk before it is used.
    func secret(_ name: String, size: Int) throws(Failure) -> [UInt8] {
        let file = path + "/" + name
        if let found = try Self.readSecret(file, size: size) { return found }

        var bytes = [UInt8](repeating: 0, count: size)
        guard RAND_bytes(&bytes, Int32(size)) == 1 else { throw .unusable("no random numbers for \(file)") }
        // Under another name first: a crash on the way leaves no half of a key.
        let draft = file + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unusable("is not writable: \(draft): \(Self.errorText())") }
        let written = write(descriptor, bytes, size) == size && fchmod(descriptor, 0o600) == 0 && fsync(descriptor) == 0
        let failure = written ? "" : Self.errorText()
        close(descriptor)
        guard written, rename(draft, file) == 0 else {
            throw .unusable("is not writable: \(file): \(failure.isEmpty ? Self.errorText() : failure)")
        }
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
        return bytes
    }

    private static func readSecret(_ file: String, size: Int) throws(Failure) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .unusable("cannot be read: \(file): \(errorText())") }
            return nil
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & 0o077 == 0 else {
            throw .unusable("holds \(file), which others may read: make it mode 0600, or delete it for a new one")
        }
        var bytes = [UInt8](repeating: 0, count: size + 1)
        guard read(descriptor, &bytes, size + 1) == size else {
            throw .unusable("holds \(file), which is not \(size) bytes long: delete it for a new one")
        }
        return Array(bytes.prefix(size))
    }

    private static func makeFolders(_ path: String) throws(Failure) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw .unusable("\(path) is not a folder") }
            guard access(path, W_OK | X_OK) == 0 else { throw .unusable("\(path) is not writable: \(errorText())") }
            return
        }
        if let slash = path.dropLast().lastIndex(of: "/"), slash > path.startIndex {
            try makeFolders(String(path[..<slash]))
        }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .unusable("\(path) cannot be made: \(errorText())")
        }
    }

    private static func errorText(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }
}

import Glibc
import Signaling

/// Small files that must be whole or not there.
enum FileWriting {
    /// The most bytes that are read of a small file.
    private static let maximumSize = 4096

    /// Writes a file of mode 0600 under another name first and moves it into place when it is on the disk.
    static func replace(_ path: String, with bytes: [UInt8]) throws(StoreError) {
        let draft = path + ".draft"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreError(errno: errno, "\(draft) cannot be written") }
        let isWritten =
            write(descriptor, bytes, bytes.count) == bytes.count && fchmod(descriptor, 0o600) == 0
            && fsync(descriptor) == 0
        let number = errno
        close(descriptor)
        guard isWritten else { throw StoreError(errno: number, "\(draft) cannot be written") }
        try move(draft, to: path)
    }

    /// Gives a file its final name, on the disk too.
    static func move(_ draft: String, to path: String) throws(StoreError) {
        guard rename(draft, path) == 0 else { throw StoreError(errno: errno, "\(path) cannot be written") }
        try synchronizeFolder(of: path)
    }

    /// Brings a folder's entries to the disk.
    static func synchronizeFolder(of path: String) throws(StoreError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreError(errno: errno, "\(folder) cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreError(errno: errno, "\(folder) cannot be written") }
    }

    /// Reads a small file; nil where there is none.
    static func read(_ path: String) throws(StoreError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StoreError(errno: errno, "\(path) cannot be read")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: maximumSize)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw StoreError(errno: errno, "\(path) cannot be read") }
        return Array(bytes.prefix(count))
    }

    /// Whether others than the owner may read or write a file.
    static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & 0o077 != 0
    }
}

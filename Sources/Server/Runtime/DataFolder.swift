import COpenSSL
import Glibc
import Signaling
import Storage

/// The files of the data folder that are neither the store's nor the control socket: secrets.
///
/// The folder belongs to whoever has the store open, which must come first.
struct DataFolder: Sendable {
    /// Why the folder cannot be used: the end of a sentence.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let description: String

        static func unusable(_ reason: String) -> Failure { Failure(description: reason) }
    }

    /// Where it is.
    let path: String

    /// Where the control socket of a data folder is.
    static func controlSocket(in path: String) -> String { path + "/control.sock" }

    /// The key that tokens are signed with.
    func tokenKey() throws(Failure) -> TokenKey {
        guard let key = TokenKey(bytes: try secret("token.key", size: TokenKey.size)) else {
            throw .unusable("holds a token.key of another size")
        }
        return key
    }

    /// Deletes everything but the sealing key, without which old backups are worth nothing. No server may have the folder.
    func erase() throws(CommandFailure) {
        do throws(StoreError) {
            try SQLiteStore.erase(folder: path)
        } catch {
            throw CommandFailure(unavailable: error.kind == .locked ? Core.inUse(path) : error.message)
        }
        endTokens()
    }

    /// Deletes the key that tokens are signed with. Numbers of accounts are given anew in another database, so a token of before
    /// could stand for somebody else.
    func endTokens() {
        unlink(path + "/token.key")
    }

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

    private static func errorText(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }
}

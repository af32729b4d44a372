import Glibc
import Signaling

/// A data folder, held for one process for as long as the value lives: a lock of the kernel's on the file `lock`, gone with the
/// process however it ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    init(folder: String) throws(StoreError) {
        let path = folder + "/lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreError(errno: errno, "\(path) cannot be written") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            guard number == EWOULDBLOCK else { throw StoreError(errno: number, "\(path) cannot be locked") }
            throw StoreError(.locked, "\(folder) is in use by another media-relay; one data folder serves one server")
        }
    }

    deinit {
        close(descriptor)
    }
}

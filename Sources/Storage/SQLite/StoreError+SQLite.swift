import CSQLite
import Glibc
import Signaling

extension StoreError {
    /// What a result of the library means to an operator, with the library's own words.
    init(sqlite code: Int32, _ handle: OpaquePointer, _ path: String) {
        let words = String(cString: sqlite3_errmsg(handle))
        switch code & 0xFF {
        case SQLITE_FULL:
            self.init(.diskFull, "\(path) cannot grow: no space is left (\(words))")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            self.init(.readOnly, "\(path) cannot be written (\(words))")
        case SQLITE_CORRUPT:
            self.init(.corrupt, "\(path) is damaged (\(words)); restore it from a backup")
        case SQLITE_NOTADB:
            self.init(.corrupt, "\(path) is not a database (\(words))")
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(.locked, "\(path) is in use by another program (\(words))")
        case SQLITE_CANTOPEN, SQLITE_IOERR:
            let number = sqlite3_system_errno(handle)
            let kind: Kind = code & 0xFF == SQLITE_CANTOPEN ? .cannotOpen : .failed
            self.init(
                number == 0 ? kind : Kind(errno: number, otherwise: kind),
                "\(path) cannot be used: \(words)\(number == 0 ? "" : ": " + String(cString: strerror(number)))")
        default:
            self.init(.failed, "\(path): \(words)")
        }
    }

    /// What an error of the system means to an operator.
    init(errno number: Int32, _ what: String) {
        self.init(Kind(errno: number, otherwise: .cannotOpen), "\(what): \(String(cString: strerror(number)))")
    }
}

extension StoreError.Kind {
    /// The kind of a system's error.
    fileprivate init(errno number: Int32, otherwise: StoreError.Kind) {
        switch number {
        case EACCES, EPERM, EROFS: self = .readOnly
        case ENOSPC, EDQUOT: self = .diskFull
        default: self = otherwise
        }
    }
}

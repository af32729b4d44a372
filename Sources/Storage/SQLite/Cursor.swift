import CSQLite
import Signaling

/// The rows of a statement. The columns of a row are read from left to right.
struct Cursor: ~Copyable {
    private let statement: OpaquePointer
    private let connection: Connection
    private var column: Int32 = 0

    init(_ statement: OpaquePointer, connection: Connection) {
        self.statement = statement
        self.connection = connection
    }

    deinit {
        sqlite3_reset(statement)
    }

    /// Goes to the next row; false after the last.
    mutating func next() throws(StoreError) -> Bool {
        column = 0
        let code = sqlite3_step(statement)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw StoreError(sqlite: code, connection.handle, connection.path)
        }
    }

    /// A number; 0 for NULL.
    mutating func integer() -> Int64 {
        defer { column += 1 }
        return sqlite3_column_int64(statement, column)
    }

    /// A number, or nil for NULL.
    mutating func optionalInteger() -> Int64? {
        guard sqlite3_column_type(statement, column) != SQLITE_NULL else {
            column += 1
            return nil
        }
        return integer()
    }

    /// 64 bits.
    mutating func bits() -> UInt64 { UInt64(bitPattern: integer()) }

    /// A truth.
    mutating func truth() -> Bool { integer() != 0 }

    /// A text; empty for NULL.
    mutating func text() -> String {
        defer { column += 1 }
        guard let bytes = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// A text, or nil for NULL.
    mutating func optionalText() -> String? {
        guard sqlite3_column_type(statement, column) != SQLITE_NULL else {
            column += 1
            return nil
        }
        return text()
    }

    /// Bytes; none for NULL.
    mutating func blob() -> [UInt8] {
        defer { column += 1 }
        guard let bytes = sqlite3_column_blob(statement, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column))))
    }

    /// What cannot be in a file that this program wrote.
    func damaged(_ what: String) -> StoreError {
        StoreError(.corrupt, "\(connection.path) is damaged: \(what)")
    }
}

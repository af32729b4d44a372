import CSQLite
import Signaling

/// A connection to one SQLite file, used by one thread at a time. Statements are prepared once and kept.
final class Connection {
    /// How a file is opened.
    enum Access {
        /// For reading and writing; it is made where it is missing.
        case readWrite
        /// For reading only.
        case readOnly
    }

    /// The file.
    let path: String
    /// The library's connection, for the backup and for rows.
    let handle: OpaquePointer
    /// Statements by the address of their text, which is a constant of the program.
    private var statements: [UnsafePointer<UInt8>: OpaquePointer] = [:]

    /// Settings of the library, made once before it is used.
    private static let library: Void = {
        _ = csqlite_count_no_memory()
    }()

    /// Opens a file. SQLite reads it only when it is first asked for something.
    init(path: String, access: Access) throws(StoreError) {
        _ = Self.library
        self.path = path
        var opened: OpaquePointer?
        let flags =
            switch access {
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readOnly: SQLITE_OPEN_READONLY
            }
        // One thread at a time: no lock of the library's is needed.
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let opened else { throw StoreError(.failed, "\(path) cannot be opened: no memory is left") }
        guard code == SQLITE_OK else {
            let error = StoreError(sqlite: code, opened, path)
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Runs statements without values or rows.
    func execute(_ sql: String) throws(StoreError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw StoreError(sqlite: code, handle, path) }
    }

    /// Runs a statement that gives no rows.
    func run(_ sql: StaticString, _ bind: (inout Bindings) -> Void = { _ in }) throws(StoreError) {
        let statement = try bound(sql, bind)
        let code = sqlite3_step(statement)
        // The message is the connection's: it is taken before the reset.
        let error = code == SQLITE_DONE || code == SQLITE_ROW ? nil : StoreError(sqlite: code, handle, path)
        sqlite3_reset(statement)
        if let error { throw error }
    }

    /// Runs a statement that gives rows. One statement has one cursor at a time.
    func query(_ sql: StaticString, _ bind: (inout Bindings) -> Void = { _ in }) throws(StoreError) -> Cursor {
        Cursor(try bound(sql, bind), connection: self)
    }

    /// A statement's first column of its first row; nil without a row.
    func number(_ sql: StaticString, _ bind: (inout Bindings) -> Void = { _ in }) throws(StoreError) -> Int64? {
        var cursor = try query(sql, bind)
        return try cursor.next() ? cursor.optionalInteger() : nil
    }

    /// Whether a transaction is open. The library ends one by itself on some errors.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows that the last statement changed.
    var changes: Int { Int(sqlite3_changes(handle)) }

    private func bound(_ sql: StaticString, _ bind: (inout Bindings) -> Void) throws(StoreError) -> OpaquePointer {
        let statement = try prepared(sql)
        var bindings = Bindings(statement)
        bind(&bindings)
        guard bindings.code == SQLITE_OK else { throw StoreError(sqlite: bindings.code, handle, path) }
        return statement
    }

    private func prepared(_ sql: StaticString) throws(StoreError) -> OpaquePointer {
        if let statement = statements[sql.utf8Start] { return statement }
        var statement: OpaquePointer?
        let code = sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: sql.utf8CodeUnitCount) { text in
            sqlite3_prepare_v3(
                handle, text, Int32(sql.utf8CodeUnitCount), UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        }
        guard code == SQLITE_OK, let statement else { throw StoreError(sqlite: code, handle, path) }
        statements[sql.utf8Start] = statement
        return statement
    }
}

import CSQLite

/// Gives a statement its values, from left to right.
struct Bindings {
    private let statement: OpaquePointer
    private var index: Int32 = 0
    /// The library's first refusal; `SQLITE_OK` for none.
    private(set) var code = SQLITE_OK

    init(_ statement: OpaquePointer) {
        self.statement = statement
    }

    /// A number; nil for NULL.
    mutating func integer(_ value: Int64?) {
        index += 1
        note(value.map { sqlite3_bind_int64(statement, index, $0) } ?? sqlite3_bind_null(statement, index))
    }

    /// A number.
    mutating func integer(_ value: Int) { integer(Int64(value)) }

    /// 64 bits, kept as the signed number of the same bits.
    mutating func bits(_ value: UInt64) { integer(Int64(bitPattern: value)) }

    /// A truth, as 0 or 1.
    mutating func truth(_ value: Bool) { integer(value ? 1 : 0) }

    /// A text, copied; nil for NULL.
    mutating func text(_ value: String?) {
        index += 1
        guard var value else { return note(sqlite3_bind_null(statement, index)) }
        note(
            value.withUTF8 { bytes in
                // An empty buffer may have no address, which the library would take for NULL.
                guard let base = bytes.baseAddress, !bytes.isEmpty else {
                    return csqlite_bind_text_copy(statement, index, "", 0)
                }
                return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    csqlite_bind_text_copy(statement, index, $0, Int32(bytes.count))
                }
            })
    }

    /// Bytes, copied; nil for NULL.
    mutating func blob(_ value: [UInt8]?) {
        index += 1
        guard let value else { return note(sqlite3_bind_null(statement, index)) }
        guard !value.isEmpty else { return note(sqlite3_bind_zeroblob(statement, index, 0)) }
        note(value.withUnsafeBytes { csqlite_bind_blob_copy(statement, index, $0.baseAddress, Int32($0.count)) })
    }

    private mutating func note(_ result: Int32) {
        if code == SQLITE_OK { code = result }
    }
}

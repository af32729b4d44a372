import Signaling

/// Seals everything in a database under another key, in one transaction.
struct KeyChange {
    /// Rows that are read before they are written.
    private static let portion: Int64 = 500

    let connection: Connection
    let old: Sealer
    let new: Sealer

    /// A column that holds sealed texts.
    private struct Column {
        let purpose: Sealer.Purpose
        let read: StaticString
        let write: StaticString
    }

    private static let columns = [
        Column(
            purpose: .email,
            read: "SELECT id, email FROM accounts WHERE id > ? AND email IS NOT NULL ORDER BY id LIMIT ?",
            write: "UPDATE accounts SET email = ? WHERE id = ?"),
        Column(
            purpose: .message,
            read: """
                SELECT sequence, body FROM messages WHERE sequence > ? AND kind = 1 AND body IS NOT NULL
                ORDER BY sequence LIMIT ?
                """,
            write: "UPDATE messages SET body = ? WHERE sequence = ?"),
        Column(
            purpose: .post, read: "SELECT id, body FROM posts WHERE id > ? ORDER BY id LIMIT ?",
            write: "UPDATE posts SET body = ? WHERE id = ?"),
    ]

    /// Must run in a transaction.
    func run() throws(StoreError) {
        for column in Self.columns {
            var last: Int64 = 0
            while let next = try reseal(column, after: last) { last = next }
        }
        try resealPasswords()
    }

    /// Reseals some rows; the number of the last one, nil where there were none.
    private func reseal(_ column: Column, after last: Int64) throws(StoreError) -> Int64? {
        var found: [(number: Int64, sealed: [UInt8])] = []
        var rows = try connection.query(column.read) {
            $0.integer(last)
            $0.integer(Self.portion)
        }
        while try rows.next() { found.append((rows.integer(), rows.blob())) }
        let (from, into) = (columns(old), columns(new))
        for (number, sealed) in found {
            let text = try from.open(sealed, column.purpose, number)
            let resealed = try into.seal(text, column.purpose, number)
            try connection.run(column.write) {
                $0.blob(resealed)
                $0.integer(number)
            }
        }
        return found.last?.number
    }

    private func resealPasswords() throws(StoreError) {
        var found: [(account: Int64, verifier: PasswordVerifier)] = []
        var rows = try connection.query("SELECT id, sealed_password FROM accounts WHERE sealed_password IS NOT NULL")
        while try rows.next() { found.append((rows.integer(), PasswordVerifier(rows.text()))) }
        for (account, verifier) in found {
            guard let secret = old.openPassword(verifier), let resealed = new.sealPassword(secret) else {
                throw StoreError(.corrupt, "\(connection.path) is damaged: a sealed password does not open")
            }
            try connection.run("UPDATE accounts SET sealed_password = ? WHERE id = ?") {
                $0.verifier(resealed)
                $0.integer(account)
            }
        }
    }

    private func columns(_ sealer: Sealer) -> SealedColumns { SealedColumns(sealer: sealer, path: connection.path) }
}

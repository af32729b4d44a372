import Signaling

/// Texts that are sealed on the disk.
struct SealedColumns {
    let sealer: Sealer
    /// The database, for what is said of an error.
    let path: String

    /// Seals a text for a row.
    func seal(_ text: String, _ purpose: Sealer.Purpose, _ number: Int64) throws(StoreError) -> [UInt8] {
        guard let sealed = sealer.seal(Array(text.utf8), purpose, number) else {
            throw StoreError(.failed, "\(path): OpenSSL cannot encrypt")
        }
        return sealed
    }

    /// Opens a row's text.
    func open(_ sealed: [UInt8], _ purpose: Sealer.Purpose, _ number: Int64) throws(StoreError) -> String {
        guard let plain = sealer.open(sealed, purpose, number) else {
            let isOtherKey = sealed.first.map { $0 != sealer.id } ?? false
            throw StoreError(
                isOtherKey ? .wrongKey : .corrupt,
                isOtherKey
                    ? "\(path) holds a text that is sealed under another key"
                    : "\(path) is damaged: a sealed text does not open")
        }
        return String(decoding: plain, as: UTF8.self)
    }
}

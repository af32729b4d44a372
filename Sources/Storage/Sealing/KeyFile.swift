import Glibc
import Signaling

/// Where the sealing key of a data folder is: `sealing.key`, 64 hexadecimal digits, mode 0600.
struct KeyFile {
    /// The environment variable that takes the file's place.
    static let variable = "MEDIA_RELAY_SEALING_KEY"

    /// The file.
    let path: String
    /// The next key, from before everything is sealed under it until after.
    var nextPath: String { path + ".next" }

    init(folder: String) {
        path = folder + "/sealing.key"
    }

    /// The key of the file; nil where there is none.
    func read() throws(StoreError) -> SealingKey? { try read(path) }

    /// The next key, where somebody was about to change keys.
    func readNext() throws(StoreError) -> SealingKey? { try read(nextPath) }

    /// Writes the first key.
    func write(_ key: SealingKey) throws(StoreError) {
        try FileWriting.replace(path, with: Self.text(key))
    }

    /// Writes the key that everything will be sealed under.
    func writeNext(_ key: SealingKey) throws(StoreError) {
        try FileWriting.replace(nextPath, with: Self.text(key))
    }

    /// Everything is sealed under the next key: it is the key now.
    func adoptNext() throws(StoreError) {
        try FileWriting.move(nextPath, to: path)
    }

    /// Nothing is sealed under the next key.
    func discardNext() {
        unlink(nextPath)
    }

    /// The key of the environment; nil where it is not set.
    static func fromEnvironment() throws(StoreError) -> SealingKey? {
        guard let value = getenv(variable) else { return nil }
        guard let key = SealingKey(hexadecimal: String(cString: value)) else {
            throw StoreError(.wrongKey, "\(variable) is not a key: it has 64 hexadecimal digits")
        }
        return key
    }

    private func read(_ path: String) throws(StoreError) -> SealingKey? {
        guard let bytes = try FileWriting.read(path) else { return nil }
        guard !FileWriting.isOpenToOthers(path) else {
            throw StoreError(.wrongKey, "\(path) can be read by others: give it mode 0600")
        }
        let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first ?? ""
        guard let key = SealingKey(hexadecimal: String(text)) else {
            throw StoreError(.wrongKey, "\(path) does not hold a key: it has 64 hexadecimal digits")
        }
        return key
    }

    private static func text(_ key: SealingKey) -> [UInt8] { Array((Hexadecimal.text(key.bytes) + "\n").utf8) }
}

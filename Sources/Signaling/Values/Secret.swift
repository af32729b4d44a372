/// A password in the clear, on its way to be hashed. It never shows in logs or descriptions.
public struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
    /// The most bytes that a password may have.
    public static let maximumBytes = 256

    /// The password's UTF-8.
    public let bytes: [UInt8]

    /// The password of a text.
    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// Whether it is empty, which for rooms and groups means "none".
    public var isEmpty: Bool { bytes.isEmpty }

    /// Nothing of the password.
    public var description: String { "(secret)" }

    /// Nothing of the password.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What is kept of a password: the text that a password hashing function made, with its algorithm, cost and salt. Opaque to
/// the domain.
public struct PasswordVerifier: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The text as stored.
    public let text: String

    /// A verifier as stored.
    public init(_ text: String) {
        self.text = text
    }

    /// Nothing of the verifier.
    public var description: String { "(verifier)" }

    /// Nothing of the verifier.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

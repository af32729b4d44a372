/// Commands that concern the session itself.
public enum SessionCommand: Sendable {
    /// Signs in; `Reply.signedIn`. A second sign-in on a session: `invalid`, cause `alreadySignedIn`.
    indirect case signIn(Credentials)
    /// Who and where the session is; `Reply.whoAmI`.
    case whoAmI
    /// Signs out: leaves all rooms; the session can sign in again. `Reply.done`.
    case signOut
    /// A number for `Credentials.response`; `Reply.challenge`. `unsupported` while the setting is off.
    case challenge

    /// The act it needs.
    public var act: Act { self.isWhoAmI ? .look : .connect }

    private var isWhoAmI: Bool {
        if case .whoAmI = self { true } else { false }
    }
}

/// What a session signs in with.
public enum Credentials: Sendable {
    /// An account's name and password.
    case password(Name, Secret)
    /// An account's name and the hexadecimal MD5 of its password (lower case), where `auth.acceptMD5` is on.
    case md5(Name, Secret)
    /// An account's name and the hexadecimal MD5 of the challenge's text followed by the password.
    case response(Name, String)
    /// A guest of this name; nil makes one up with the guests' prefix.
    case guest(Name?)
    /// The claims of a token whose signature and age the server has checked.
    case token(TokenClaims)
}

/// What a token says of its holder. The server signs it; the hub judges whether it still holds.
public struct TokenClaims: Hashable, Sendable {
    /// Whom it stands for: an account or a guest.
    public var identity: Identity
    /// Their name when it was made.
    public var name: Name
    /// The account's token stamp when it was made: it changes with the password and with a ban. 0 for guests.
    public var stamp: Int64

    /// The claims of a token.
    public init(identity: Identity, name: Name, stamp: Int64) {
        self.identity = identity
        self.name = name
        self.stamp = stamp
    }
}

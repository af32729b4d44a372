/// Commands about accounts.
public enum AccountCommand: Sendable {
    /// Makes an account; `Reply.done`. Anyone signed in may (`registration` in the settings); a name of `admins` can be made
    /// by the control door only.
    indirect case create(NewAccount)
    /// Changes the caller's own password; `Reply.done`.
    indirect case changePassword(old: Secret, new: Secret)
    /// Deletes the caller's own account; its other sessions are told and closed, this one must sign in again. `Reply.done`.
    case removeOwn
    /// Sets an account's password (the control door; an admin, of those below them). `Reply.done`.
    case setPassword(Name, Secret)
    /// Deletes another's account; `Reply.done`.
    case remove(Name)
    /// Makes an account an `admin` or a plain `user`; `Reply.done`.
    case setRole(Name, Role)
    /// All accounts, by name; `Reply.accounts`.
    case list
    /// All that is kept of a person; `Reply.document` with JSON. Nil is the caller's own.
    case export(Name?)

    /// The act it needs.
    public var act: Act {
        switch self {
        case .create: .register
        case .changePassword, .removeOwn: .ownAccount
        case .setPassword, .remove, .list: .manageOthers
        case .setRole: .grantAdmin
        case .export(let name): name == nil ? .ownAccount : .manageOthers
        }
    }
}

/// An account to be made.
public struct NewAccount: Sendable {
    /// Its name.
    public var name: Name
    /// Its password.
    public var password: Secret
    /// The person's name, at most 200 bytes.
    public var realName: String
    /// The e-mail address, at most 254 bytes; it is sealed on disk.
    public var email: String

    /// An account to be made.
    public init(name: Name, password: Secret, realName: String = "", email: String = "") {
        self.name = name
        self.password = password
        self.realName = realName
        self.email = email
    }
}

/// Commands against or for a person. Each is answered once its effects are complete, media included.
public enum ModerationCommand: Sendable {
    /// Puts a user out of a room, or off the server. `Reply.done`.
    indirect case kick(Scope, Name, reason: String)
    /// Silences a user's media of these kinds, for so many seconds or until lifted. `Reply.done`.
    indirect case mute(Scope, Name, MediaKinds, seconds: Int64?, reason: String)
    /// Lifts a mute of these kinds. `Reply.done`.
    indirect case unmute(Scope, Name, MediaKinds)
    /// Bans, for so many seconds or until lifted. `Reply.done`.
    indirect case ban(Scope, BanTarget, seconds: Int64?, reason: String)
    /// Lifts a ban. `Reply.done`.
    indirect case unban(Scope, BanTarget)
    /// Makes somebody a room's admin (a room's scope) or a server's admin (everywhere). `Reply.done`.
    indirect case grant(Scope, Name)
    /// Takes that role away. `Reply.done`.
    indirect case revoke(Scope, Name)
    /// The restrictions in force; `Reply.restrictions`.
    indirect case restrictions(Scope)
    /// The newest entries of the audit log, or those before one, at most 200; `Reply.audit`.
    case audit(before: Int64?, limit: Int)

    /// The act it needs.
    public var act: Act {
        switch self {
        case .kick(let scope, _, _), .mute(let scope, _, _, _, _), .unmute(let scope, _, _), .ban(let scope, _, _, _),
            .unban(let scope, _), .restrictions(let scope):
            scope == .everywhere ? .moderateServer : .moderateRoom
        case .grant(let scope, _), .revoke(let scope, _): scope == .everywhere ? .grantAdmin : .grantRoomAdmin
        case .audit: .readAudit
        }
    }
}

/// Whom a ban keeps out.
public enum BanTarget: Hashable, Sendable {
    /// A user by name: the account, or the guest who is online.
    case user(Name)
    /// An address or network.
    case network(IPNetwork)
    /// A user by name and the addresses that they are connected from.
    case userAndAddress(Name)
}

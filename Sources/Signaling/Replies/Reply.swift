/// The answer to a command: exactly one for each, in the order of the session's commands.
public enum Reply: Sendable {
    /// It was done; nothing more to say.
    case done
    /// It was not done.
    indirect case refused(Refusal)
    /// Signed in.
    indirect case signedIn(SignedIn)
    /// A text for `Credentials.response`.
    case challenge(String)
    /// Who and where the session is.
    indirect case whoAmI(WhoAmI)
    /// Accounts, by name.
    case accounts([AccountSummary])
    /// Rooms, by name.
    case rooms([RoomSummary])
    /// In the room now.
    indirect case entered(Entered)
    /// The users of a room, each once, by name.
    case members([Member])
    /// A message went out.
    case sent(Sent)
    /// Messages, newest last.
    case history([Message])
    /// Restrictions in force.
    case restrictions([RestrictionSummary])
    /// Entries of the audit log, newest last.
    case audit([AuditEntry])
    /// Names, in order.
    case names([Name])
    /// The caller's contacts, in the caller's order.
    case contacts([ContactGroup])
    /// A profile.
    indirect case profile(PublicProfile)
    /// Profiles found.
    case profiles([PublicProfile])
    /// A user's presence.
    indirect case presence(PresenceChange)
    /// Message groups, by name.
    case groups([GroupSummary])
    /// Board messages without their text, by id.
    case posts([PostSummary])
    /// One board message with its text.
    indirect case post(PostSummary, parts: [String])
    /// The id of the message posted.
    case posted(Int64)
    /// A call rings.
    case call(CallID)
    /// A media session is open.
    indirect case mediaOpened(MediaOpened)
    /// The media side's name for a room, and the users of its sessions by the key that they have there.
    case mediaRoom(Int64, users: [Int64: Name])
    /// Counters.
    indirect case status(StatusNumbers)
    /// Users as an operator sees them, by name.
    case users([UserStatus])
    /// Counts.
    indirect case statistics(Statistics)
    /// A JSON document.
    case document(String)
}

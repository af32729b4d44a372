/// The answer to a command: exactly one for each, in the order of the session's commands.
public enum Reply: Sendable {
    /// It was done; nothing more to say.
    case done
    /// It was not done.
    case refused(Refusal)
    /// Signed in.
    case signedIn(SignedIn)
    /// A text for `Credentials.response`.
    case challenge(String)
    /// Who and where the session is.
    case whoAmI(WhoAmI)
    /// Accounts, by name.
    case accounts([AccountSummary])
    /// Rooms, by name.
    case rooms([RoomSummary])
    /// In the room now.
    case entered(Entered)
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
    case profile(PublicProfile)
    /// Profiles found.
    case profiles([PublicProfile])
    /// A user's presence.
    case presence(PresenceChange)
    /// Message groups, by name.
    case groups([GroupSummary])
    /// Board messages without their text, by id.
    case posts([PostSummary])
    /// One board message with its text.
    case post(PostSummary, parts: [String])
    /// The id of the message posted.
    case posted(Int64)
    /// A call rings.
    case call(CallID)
    /// A media session is open.
    case mediaOpened(MediaOpened)
    /// Counters.
    case status(StatusNumbers)
    /// Counts.
    case statistics(Statistics)
    /// A JSON document.
    case document(String)
}

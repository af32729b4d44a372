/// Commands about people and what somebody keeps of them.
public enum PeopleCommand: Sendable {
    /// Sets the caller's presence; `Reply.done`.
    case setPresence(Presence)
    /// The caller's contacts with their presence; `Reply.contacts`.
    case contacts
    /// Adds a contact in a group; `Reply.contacts`.
    case addContact(Name, group: String?)
    /// Removes a contact; `Reply.contacts`.
    case removeContact(Name)
    /// Moves a contact to a group, to a place in it; `Reply.contacts`.
    indirect case moveContact(Name, group: String, position: Int?)
    /// Watches a contact (a sound when they come), or no longer; `Reply.contacts`.
    case watchContact(Name, Bool)
    /// Adds, renames, removes or orders contact groups; `Reply.contacts`.
    indirect case contactGroup(ContactGroupChange)
    /// Asks somebody to be a friend; `Reply.done`.
    case requestFriend(Name)
    /// Accepts, or denies, a request; `Reply.done`.
    case answerFriend(Name, accept: Bool)
    /// Ends a friendship and takes the friend out of the caller's contacts; `Reply.done`.
    case endFriendship(Name)
    /// Ignores a user: nothing of theirs arrives any more; `Reply.done`.
    case ignore(Name)
    /// Ignores them no longer; `Reply.done`.
    case unignore(Name)
    /// Who is ignored, by name; `Reply.names`.
    case ignored
    /// A user's profile; `Reply.profile`.
    case profile(Name)
    /// Changes the caller's profile; `Reply.done`.
    indirect case setProfile(ProfileChanges)
    /// Searches users; `Reply.profiles`, at most `limits.searchResults`.
    indirect case search(ProfileSearch)
    /// A user's presence; `Reply.presence`.
    case presence(Name)

    /// The act it needs.
    public var act: Act {
        switch self {
        case .profile, .search, .presence: .look
        case .ignore, .unignore, .ignored, .setPresence: .look
        default: .ownAccount
        }
    }
}

/// How reachable somebody is.
public enum Presence: String, Hashable, CaseIterable, Sendable {
    /// Nobody of that name is connected.
    case offline
    /// Connected.
    case online
    /// Connected, but away.
    case away
    /// Connected, but busy.
    case busy
    /// Connected, shown as offline to all but admins.
    case hidden
}

/// A change to the caller's contact groups.
public enum ContactGroupChange: Hashable, Sendable {
    /// Adds a group at the end.
    case add(String)
    /// Renames a group.
    case rename(String, to: String)
    /// Removes a group; its contacts go to the default one.
    case remove(String)
    /// Puts the groups in this order.
    case order([String])
}

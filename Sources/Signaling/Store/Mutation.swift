/// One durable change.
public enum Mutation: Hashable, Sendable {
    /// Makes an account, or replaces what is stored of it.
    case putAccount(AccountRecord)
    /// Deletes an account with its contacts, roles, friendships, ignore lists and the messages kept for it. Its rooms and groups
    /// belong to nobody from then on.
    case removeAccount(AccountID)
    /// When an account was last online.
    case seen(AccountID, Timestamp)
    /// Makes a room, or replaces what is stored of it.
    case putRoom(RoomRecord)
    /// Deletes a room with its roles, restrictions, invitations and messages.
    case removeRoom(RoomID)
    /// Sets an account's role in a room; `none` removes it. Ownership is in the room's record.
    case setRoomRole(RoomID, AccountID, RoomRole)
    /// Makes a ban or mute, or replaces it.
    case putRestriction(RestrictionRecord)
    /// Lifts a ban or mute.
    case removeRestriction(Int64)
    /// Adds an entry to the audit log.
    case audit(AuditEntry)
    /// Makes an invitation, or replaces it.
    case putInvitation(InvitationRecord)
    /// Removes an invitation.
    case removeInvitation(RoomID, Identity)
    /// Adds a message, kept for these accounts until they are told of it.
    case addMessage(MessageRecord, keptFor: [AccountID])
    /// Replaces a message's text.
    case editMessage(MessageID, text: String, at: Timestamp)
    /// Deletes a message's text.
    case deleteMessage(MessageID)
    /// An account was told of the messages kept for it up to this sequence.
    case told(AccountID, upTo: UInt64)
    /// An account has read a conversation up to a message.
    case setReadMark(AccountID, ConversationKey, MessageID)
    /// Makes a message group, or replaces what is stored of it.
    case putGroup(GroupRecord)
    /// Deletes a message group with its messages.
    case removeGroup(Int64)
    /// Adds a board message with its text.
    case addPost(PostRecord, parts: [String])
    /// Deletes board messages.
    case removePosts([Int64])
    /// Makes a contact, or replaces what is stored of it.
    case putContact(ContactRecord)
    /// Removes a contact.
    case removeContact(owner: AccountID, contact: AccountID)
    /// Sets the order of an account's contact groups.
    case setContactGroups(AccountID, [String])
    /// Makes a friendship or request, or replaces it.
    case putFriend(FriendRecord)
    /// Removes a friendship or request.
    case removeFriend(from: AccountID, to: AccountID)
    /// Ignores somebody.
    case ignore(by: AccountID, AccountID)
    /// Ignores them no longer.
    case unignore(by: AccountID, AccountID)
}

/// Something that a person does and that needs a permission. Each command names the acts it may need.
public enum Act: String, Hashable, CaseIterable, Sendable {
    // Without a room.
    /// Signing in, asking who one is, leaving: nothing is needed but the connection.
    case connect
    /// Looking at public lists; one's own state.
    case look
    /// Changing one's own account, contacts, profile.
    case ownAccount
    /// Making an account for oneself.
    case register
    /// A private message to a user.
    case privateMessage
    /// A private call to a user.
    case privateCall
    /// A file to a user.
    case sendFile

    // In a room.
    /// Entering a room.
    case enterRoom
    /// Text in a room.
    case speakText
    /// Audio in a room.
    case speakAudio
    /// Video in a room.
    case speakVideo
    /// Making a text room.
    case createTextRoom
    /// Making an audio room.
    case createAudioRoom
    /// Making an audio/video room.
    case createVideoRoom
    /// Making a room that does not expire when empty.
    case createNonExpiring
    /// Changing a room's topic, limits, access.
    case changeRoom
    /// Changing a room's password, kind or expiry.
    case changeRoomKeys
    /// Deleting a room.
    case deleteRoom
    /// Handing a room over to another owner.
    case handOver
    /// Making or unmaking a room's admin.
    case grantRoomAdmin
    /// Inviting somebody into a room.
    case invite
    /// Kicking, muting, banning in a room, and lifting it.
    case moderateRoom
    /// Starting and stopping a recording in a room.
    case record
    /// Setting a room's banners.
    case controlAds
    /// Editing banners from a client.
    case editAds
    /// Setting a room's bitrates within the server's.
    case setBitrates
    /// Setting a room's bitrates beyond the server's.
    case exceedBitrates

    // Boards.
    /// Making a message group.
    case createGroup
    /// Posting into or replying in a message group.
    case post
    /// Deleting a board message.
    case deletePost
    /// Deleting a message group.
    case deleteGroup

    // The whole server.
    /// Kicking, muting, banning everywhere, and lifting it.
    case moderateServer
    /// Seeing those who are hidden.
    case seeHidden
    /// Reading the audit log.
    case readAudit
    /// Managing banners, files, groups, accounts of others.
    case manageOthers
    /// Announcing to everyone.
    case announce
    /// Making or unmaking an admin.
    case grantAdmin
    /// Changing the configuration; reset, stop, restart, backup.
    case configure
}

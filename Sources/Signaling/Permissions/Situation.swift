/// All that a decision depends on, as plain values.
struct Situation: Sendable {
    /// Who acts.
    var actor: Standing
    /// What they want to do.
    var act: Act
    /// Whom it is against, for acts against a person.
    var target: Standing?
    /// The room that it is done in or to.
    var room: RoomRules?
    /// The thing that it is done to, where that is not a room.
    var thing = Thing.none
    /// Bans and mutes that concern the actor, on the whole server or in the room.
    var restrictions: [Restriction] = []
    /// Whether the actor has used up what the flood limits grant.
    var isOverRate = false

    /// What somebody is.
    struct Standing: Hashable, Sendable {
        /// On the server.
        var role: Role
        /// In the room in question; without a room it counts for nothing.
        var roomRole = RoomRole.none
    }

    /// A room's own rules, as they meet the actor.
    struct RoomRules: Hashable, Sendable {
        var access = RoomAccess.anyone
        var kind = RoomKind.text
        var password = Password.none
        var isInvited = false
        var isMember = false
        var isFull = false
        var membersInvite = false
    }

    /// Where the actor stands with the room's password.
    enum Password: Hashable, CaseIterable, Sendable {
        /// The room has none.
        case none
        /// It has one, and none was given.
        case missing
        /// One was given that has not been checked yet.
        case unchecked
        /// The right one was given.
        case right
        /// Another was given.
        case wrong
    }

    /// Something that belongs to somebody: a message group, a board message.
    enum Thing: Hashable, CaseIterable, Sendable {
        /// Nothing of the kind.
        case none
        /// The actor's own.
        case own
        /// Another's, open to guests.
        case openToGuests
        /// Another's, for those with an account.
        case registeredOnly
    }

    /// A ban or mute that concerns the actor.
    struct Restriction: Hashable, Sendable {
        /// Nil for a ban, the media for a mute.
        var media: MediaKinds?
        /// Whether it holds in the room only.
        var inRoom: Bool
        /// Why.
        var reason = ""
        /// Until when; nil until lifted.
        var until: Timestamp?
    }
}

/// What a decision comes to.
enum Decision: Hashable, Sendable {
    /// It may be done.
    case allowed
    /// It may not.
    case refused(Refusal)
    /// It may be done if the password that was given is the room's: check it, and decide again.
    case needsPasswordCheck
}

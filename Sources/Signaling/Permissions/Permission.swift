/// What of the settings decides permissions: small and without references, so that a decision costs no copying.
struct Policy: Hashable, Sendable {
    var guestsEnter: Bool
    var guestsSpeak: Bool
    var permissions: Settings.Permissions

    init(_ settings: Settings) {
        guestsEnter = settings.guests.canEnter
        guestsSpeak = settings.guests.canSpeak
        permissions = settings.permissions
    }
}

/// The permission model: one decision for every protocol, a pure function of values. The first rule that refuses gives the
/// reason; what no rule grants is refused.
enum Permission {
    /// Decides whether the actor may act, at this time under these settings.
    static func decide(_ situation: Situation, _ policy: Policy, now: Timestamp) -> Decision {
        if let refusal = banned(situation, now)
            ?? guests(situation, policy)
            ?? role(situation, policy.permissions)
        {
            return .refused(refusal)
        }
        switch roomRules(situation) {
        case .allowed: break
        case let other: return other
        }
        if let refusal = muted(situation, now) { return .refused(refusal) }
        if situation.isOverRate, situation.actor.role < .admin, isLimitedInRate(situation.act) {
            return .refused(Refusal(.rateLimited, "You are sending too fast; wait a moment.", retryAfter: 1000))
        }
        return .allowed
    }

    /// The rank that counts: the higher of the server's and, in a room, the room's.
    static func rank(_ standing: Situation.Standing, countsRoom: Bool) -> Requirement.Rank {
        let global = Requirement.Rank(standing.role)
        return countsRoom ? max(global, Requirement.Rank(standing.roomRole)) : global
    }

    // 1. Bans: everywhere, then in the room.
    private static func banned(_ situation: Situation, _ now: Timestamp) -> Refusal? {
        if situation.restrictions.isEmpty { return nil }
        for inRoom in [false, true] {
            for ban in situation.restrictions where ban.media == nil && ban.inRoom == inRoom && holds(ban, now) {
                return Refusal(
                    .banned, "You are banned\(inRoom ? " from this room" : "")\(because(ban.reason)).",
                    retryAfter: ban.until.map { $0.milliseconds - now.milliseconds })
            }
        }
        return nil
    }

    // 2. The guests' policy beats every role and exception below it.
    private static func guests(_ situation: Situation, _ policy: Policy) -> Refusal? {
        guard situation.actor.role == .guest else { return nil }
        if !policy.guestsEnter, situation.act == .connect || situation.act == .enterRoom {
            return Refusal(.guestsNotAllowed, "Guests may not enter here; please register.", cause: .guest)
        }
        if !policy.guestsSpeak, isSpeech(situation.act) {
            return Refusal(.guestsNotAllowed, "Guests may only read here; please register.", cause: .guest)
        }
        return nil
    }

    // 3. The role that the act needs, and a rank above the target's.
    private static func role(_ situation: Situation, _ permissions: Settings.Permissions) -> Refusal? {
        let requirement = Requirement.of(situation.act, permissions)
        let countsRoom = situation.room != nil
        let rank = rank(situation.actor, countsRoom: requirement.countsRoom && countsRoom)
        if rank < requirement.rank, !isGrantedToMember(situation) { return missing(requirement.rank, situation.actor) }
        if let refusal = thing(situation) { return refusal }
        if let target = situation.target, isAgainst(situation.act),
            Permission.rank(situation.actor, countsRoom: countsRoom) <= Permission.rank(target, countsRoom: countsRoom)
        {
            return Refusal(.outranked, "They have a rank that is not below yours.")
        }
        return nil
    }

    private static func isGrantedToMember(_ situation: Situation) -> Bool {
        guard situation.act == .invite, let room = situation.room else { return false }
        return room.isMember && room.membersInvite
    }

    private static func thing(_ situation: Situation) -> Refusal? {
        let isAdmin = situation.actor.role >= .admin
        switch (situation.act, situation.thing) {
        case (.createGroup, .registeredOnly), (.post, .registeredOnly):
            return situation.actor.role == .guest ? missing(.user, situation.actor) : nil
        case (.deletePost, .own), (.deleteGroup, .own): return nil
        case (.deletePost, _), (.deleteGroup, _): return isAdmin ? nil : missing(.owner, situation.actor)
        default: return nil
        }
    }

    // 4. The room's own rules.
    private static func roomRules(_ situation: Situation) -> Decision {
        guard let room = situation.room else { return .allowed }
        if situation.act == .enterRoom { return entry(situation, room) }
        let needed: MediaKinds
        switch situation.act {
        case .speakText: needed = .text
        case .speakAudio: needed = .audio
        case .speakVideo: needed = .video
        default: return .allowed
        }
        guard room.isMember else {
            return .refused(Refusal(.forbidden, "You are not in this room."))
        }
        guard needed == .text || room.kind.media.contains(needed) else {
            return .refused(Refusal(.wrongKind, "This room is for \(room.kind.rawValue) only."))
        }
        return .allowed
    }

    private static func entry(_ situation: Situation, _ room: Situation.RoomRules) -> Decision {
        let isExempt = rank(situation.actor, countsRoom: true) >= .roomAdmin || room.isInvited
        if !isExempt {
            switch room.password {
            case .none, .right: break
            case .unchecked: return .needsPasswordCheck
            case .missing: return .refused(Refusal(.wrongPassword, "This room needs a password."))
            case .wrong: return .refused(Refusal(.wrongPassword, "The room's password is another."))
            }
            if room.access == .invited {
                return .refused(Refusal(.invitationOnly, "This room is open to those who were invited."))
            }
        }
        if room.access == .registered, situation.actor.role == .guest {
            return .refused(Refusal(.registeredOnly, "This room is for registered users.", cause: .guest))
        }
        if room.isFull, !room.isMember, situation.actor.role < .admin {
            return .refused(Refusal(.roomFull, "The room is full."))
        }
        return .allowed
    }

    // 5. Mutes, each medium by itself.
    private static func muted(_ situation: Situation, _ now: Timestamp) -> Refusal? {
        if situation.restrictions.isEmpty { return nil }
        let needed: MediaKinds
        switch situation.act {
        case .speakText, .privateMessage, .post: needed = .text
        case .speakAudio: needed = .audio
        case .speakVideo: needed = .video
        default: return nil
        }
        for mute in situation.restrictions where holds(mute, now) {
            guard let media = mute.media, media.contains(needed) else { continue }
            return Refusal(
                .muted, "You are muted\(because(mute.reason)).",
                retryAfter: mute.until.map { $0.milliseconds - now.milliseconds })
        }
        return nil
    }

    private static func holds(_ restriction: Situation.Restriction, _ now: Timestamp) -> Bool {
        restriction.until.map { now < $0 } ?? true
    }

    private static func isSpeech(_ act: Act) -> Bool {
        switch act {
        case .speakText, .speakAudio, .speakVideo, .privateMessage, .privateCall, .sendFile, .post, .createGroup: true
        default: false
        }
    }

    /// What the flood limits count.
    static func isLimitedInRate(_ act: Act) -> Bool {
        switch act {
        case .speakText, .privateMessage, .post: true
        default: false
        }
    }

    private static func isAgainst(_ act: Act) -> Bool {
        switch act {
        case .moderateRoom, .moderateServer, .grantRoomAdmin, .grantAdmin, .manageOthers: true
        default: false
        }
    }

    private static func missing(_ rank: Requirement.Rank, _ actor: Situation.Standing) -> Refusal {
        let cause: Refusal.Cause = actor.role == .guest && rank == .user ? .guest : rank == .owner ? .notOwner : .none
        let who =
            switch rank {
            case .guest, .user: "registered users"
            case .roomAdmin: "the room's admins"
            case .owner: "the owner"
            case .admin: "administrators"
            case .superAdmin: "super administrators"
            }
        return Refusal(.forbidden, "Only \(who) may do that.", cause: cause)
    }

    private static func because(_ reason: String) -> String {
        reason.isEmpty ? "" : ": \(reason)"
    }
}

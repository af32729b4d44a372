@testable import Signaling

/// The acts' table of the specification, by hand and in another form than the code: for each act the letters of those who may.
/// g guest, u user, R roomAdmin, O owner, A admin, S superAdmin; a person has the letter of their role on the server and, in a
/// room, that of their role there, and may act if one of their letters is in the row.
enum PermissionTable {
    static let rows: [Act: String] = [
        .connect: "guROAS", .look: "guROAS", .register: "guROAS",
        .ownAccount: "uAS",
        .privateMessage: "guROAS", .privateCall: "guROAS", .sendFile: "guROAS",
        .enterRoom: "guROAS", .speakText: "guROAS", .speakAudio: "guROAS", .speakVideo: "guROAS",
        .createTextRoom: "guAS", .createAudioRoom: "uAS", .createVideoRoom: "uAS", .createNonExpiring: "AS",
        .changeRoom: "ROAS", .changeRoomKeys: "OAS", .deleteRoom: "OAS", .handOver: "OAS", .grantRoomAdmin: "OAS",
        .invite: "ROAS", .moderateRoom: "ROAS", .record: "OAS",
        .controlAds: "AS", .editAds: "AS",
        .setBitrates: "OAS", .exceedBitrates: "AS",
        .createGroup: "guAS", .post: "guAS", .deletePost: "guAS", .deleteGroup: "guAS",
        .moderateServer: "AS", .seeHidden: "AS", .readAudit: "AS", .manageOthers: "AS", .announce: "AS",
        .grantAdmin: "S", .configure: "S",
    ]

    /// Acts that are done against a person.
    static let against: Set<Act> = [.moderateRoom, .moderateServer, .grantRoomAdmin, .grantAdmin, .manageOthers]
    /// Acts that count as speaking.
    static let speech: Set<Act> = [
        .speakText, .speakAudio, .speakVideo, .privateMessage, .privateCall, .sendFile, .post, .createGroup,
    ]
    /// Which mute silences an act.
    static let silencedBy: [Act: MediaKinds] = [
        .speakText: .text, .privateMessage: .text, .post: .text, .speakAudio: .audio, .speakVideo: .video,
    ]

    static func letters(_ standing: Situation.Standing, inRoom: Bool) -> String {
        var letters = ""
        switch standing.role {
        case .guest: letters += "g"
        case .user: letters += "u"
        case .admin: letters += "A"
        case .superAdmin: letters += "S"
        }
        if inRoom, standing.roomRole == .roomAdmin { letters += "R" }
        if inRoom, standing.roomRole == .owner { letters += "O" }
        return letters
    }

    /// Ranks by the specification's numbers.
    static func rank(_ letters: String) -> Int {
        letters.map { ["g": 0, "u": 1, "R": 2, "O": 3, "A": 4, "S": 5][$0] ?? 0 }.max() ?? 0
    }

    /// The code of the first rule that refuses, "ask" where the password is to be checked, nil where all allow. Each rule is a line
    /// by itself, in the specification's order.
    static func verdict(_ s: Situation, _ settings: Settings, _ now: Timestamp) -> String? {
        let inRoom = s.room != nil
        let own = letters(s.actor, inRoom: inRoom)
        let isGuest = s.actor.role == .guest
        let isAdmin = s.actor.role == .admin || s.actor.role == .superAdmin
        let live = s.restrictions.filter { $0.until == nil || now.milliseconds < $0.until?.milliseconds ?? 0 }
        let mayByRow = (rows[s.act] ?? "").contains { own.contains($0) }
        let mayAsMember = s.act == .invite && s.room?.isMember == true && s.room?.membersInvite == true
        let isStaff = rank(own) >= 2
        let passes = isStaff || s.room?.isInvited == true
        let enters = s.act == .enterRoom && inRoom
        let speaks = inRoom && [.speakText, .speakAudio, .speakVideo].contains(s.act)
        let rules: [(String, Bool)] = [
            ("banned", live.contains { $0.media == nil && !$0.inRoom }),
            ("banned", live.contains { $0.media == nil && $0.inRoom }),
            ("guestsNotAllowed", isGuest && !settings.guests.canEnter && (s.act == .connect || s.act == .enterRoom)),
            ("guestsNotAllowed", isGuest && !settings.guests.canSpeak && speech.contains(s.act)),
            ("forbidden", !mayByRow && !mayAsMember),
            ("forbidden", isGuest && s.thing == .registeredOnly && (s.act == .post || s.act == .createGroup)),
            ("forbidden", !isAdmin && s.thing != .own && (s.act == .deletePost || s.act == .deleteGroup)),
            (
                "outranked",
                against.contains(s.act) && s.target.map { rank(letters($0, inRoom: inRoom)) >= rank(own) } ?? false
            ),
            ("ask", enters && !passes && s.room?.password == .unchecked),
            ("wrongPassword", enters && !passes && (s.room?.password == .missing || s.room?.password == .wrong)),
            ("invitationOnly", enters && !passes && s.room?.access == .invited),
            ("registeredOnly", enters && isGuest && s.room?.access == .registered),
            ("roomFull", enters && !isAdmin && s.room?.isFull == true && s.room?.isMember == false),
            ("forbidden", speaks && s.room?.isMember == false),
            ("wrongKind", speaks && s.act == .speakAudio && s.room?.kind == .text),
            ("wrongKind", speaks && s.act == .speakVideo && s.room?.kind != .video),
            ("muted", silencedBy[s.act].map { kind in live.contains { $0.media?.contains(kind) == true } } ?? false),
            ("rateLimited", s.isOverRate && !isAdmin && [.speakText, .privateMessage, .post].contains(s.act)),
        ]
        return rules.first { $0.1 }?.0
    }
}

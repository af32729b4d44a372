/// The rank that an act needs, by the table of acts.
struct Requirement: Hashable, Sendable {
    /// Ranks, in a room and out of it.
    enum Rank: Int, Comparable, Sendable {
        case guest = 0
        case user, roomAdmin, owner, admin, superAdmin

        static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }

        init(_ role: Role) {
            self = Rank(rawValue: role.rawValue) ?? .guest
        }

        init(_ role: RoomRole) {
            self = Rank(rawValue: role.rawValue) ?? .guest
        }
    }

    /// The least rank.
    var rank: Rank
    /// Whether ranks of the room count.
    var countsRoom: Bool

    /// What an act needs under these settings.
    static func of(_ act: Act, _ settings: Settings.Permissions) -> Requirement {
        switch act {
        case .connect, .look, .register, .privateMessage, .privateCall, .sendFile:
            Requirement(rank: .guest, countsRoom: false)
        case .ownAccount: Requirement(rank: .user, countsRoom: false)
        case .enterRoom, .speakText, .speakAudio, .speakVideo: Requirement(rank: .guest, countsRoom: true)
        case .createTextRoom: Requirement(rank: Rank(settings.createRooms), countsRoom: false)
        case .createAudioRoom: Requirement(rank: Rank(settings.createAudioRooms), countsRoom: false)
        case .createVideoRoom: Requirement(rank: Rank(settings.createVideoRooms), countsRoom: false)
        case .createNonExpiring: Requirement(rank: Rank(settings.createNonExpiring), countsRoom: false)
        case .changeRoom, .moderateRoom, .invite: Requirement(rank: .roomAdmin, countsRoom: true)
        case .changeRoomKeys, .deleteRoom, .handOver, .grantRoomAdmin, .record, .setBitrates:
            Requirement(rank: .owner, countsRoom: true)
        case .controlAds: Requirement(rank: settings.ownerControlsAds ? .owner : .admin, countsRoom: true)
        case .editAds: Requirement(rank: settings.ownerEditsAds ? .owner : .admin, countsRoom: true)
        case .exceedBitrates: Requirement(rank: .admin, countsRoom: false)
        // Whose the thing is decides these beyond the role: see `Permission.decide`.
        case .createGroup, .post, .deletePost, .deleteGroup: Requirement(rank: .guest, countsRoom: false)
        case .moderateServer, .seeHidden, .readAudit, .manageOthers, .announce:
            Requirement(rank: .admin, countsRoom: false)
        case .grantAdmin, .configure: Requirement(rank: .superAdmin, countsRoom: false)
        }
    }
}

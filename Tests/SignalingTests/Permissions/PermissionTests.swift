import Testing

@testable import Signaling

@Suite struct PermissionTests {
    private let now = Timestamp(seconds: 1000)

    private func verdict(_ situation: Situation, _ settings: Settings) -> String? {
        switch Permission.decide(situation, Policy(settings), now: now) {
        case .allowed: nil
        case .refused(let refusal): refusal.code.rawValue
        case .needsPasswordCheck: "ask"
        }
    }

    private var standings: [Situation.Standing] {
        Role.allCases.flatMap { role in RoomRole.allCases.map { Situation.Standing(role: role, roomRole: $0) } }
    }

    private var restrictionSets: [[Situation.Restriction]] {
        let past = Timestamp(seconds: 1000)
        let future = Timestamp(seconds: 1001)
        return [
            [], [.init(media: nil, inRoom: false)], [.init(media: nil, inRoom: true, until: future)],
            [.init(media: nil, inRoom: false, until: past)], [.init(media: .text, inRoom: true)],
            [.init(media: [.audio, .video], inRoom: false, until: future)],
            [.init(media: .all, inRoom: true, until: past)],
            [.init(media: .video, inRoom: true), .init(media: nil, inRoom: true)],
        ]
    }

    /// Rooms as they meet the actor; all combinations for entering, those that matter for the rest.
    private func rooms(for act: Act) -> [Situation.RoomRules?] {
        var rooms: [Situation.RoomRules?] = [nil]
        let flags = [false, true]
        if act == .enterRoom {
            for access in RoomAccess.allCases {
                for password in Situation.Password.allCases {
                    for bits in 0..<8 {
                        rooms.append(
                            .init(
                                access: access, password: password, isInvited: bits & 1 > 0, isMember: bits & 2 > 0,
                                isFull: bits & 4 > 0))
                    }
                }
            }
        } else {
            for kind in RoomKind.allCases {
                for isMember in flags {
                    for membersInvite in flags {
                        rooms.append(.init(kind: kind, isMember: isMember, membersInvite: membersInvite))
                    }
                }
            }
        }
        return rooms
    }

    @Test(arguments: Act.allCases) func everyCombinationIsAsTheTableSays(_ act: Act) {
        var count = 0
        var wrong = 0
        for enter in [true, false] {
            for speak in [true, false] {
                var settings = Settings()
                settings.guests.canEnter = enter
                settings.guests.canSpeak = speak
                for situation in situations(act) {
                    count += 1
                    let expected = PermissionTable.verdict(situation, settings, now)
                    let actual = verdict(situation, settings)
                    if expected != actual {
                        wrong += 1
                        if wrong < 4 {
                            Issue.record("\(situation): \(actual ?? "allowed"), the table: \(expected ?? "allowed")")
                        }
                    }
                }
            }
        }
        #expect(wrong == 0)
        #expect(count > 3_000)
        #expect(PermissionTable.rows[act] != nil)
    }

    private func situations(_ act: Act) -> [Situation] {
        var situations: [Situation] = []
        let targets: [Situation.Standing?] = PermissionTable.against.contains(act) ? [nil] + standings : [nil]
        let things: [Situation.Thing] =
            [.createGroup, .post, .deletePost, .deleteGroup].contains(act) ? Situation.Thing.allCases : [.none]
        for actor in standings {
            for room in rooms(for: act) {
                for restrictions in restrictionSets {
                    for target in targets {
                        for thing in things {
                            for isOverRate in [false, true] {
                                situations.append(
                                    Situation(
                                        actor: actor, act: act, target: target, room: room, thing: thing,
                                        restrictions: restrictions, isOverRate: isOverRate))
                            }
                        }
                    }
                }
            }
        }
        return situations
    }

    @Test func creatingRoomsFollowsItsSettings() {
        for role in [Role.guest, .user, .admin] {
            var settings = Settings()
            settings.permissions.createRooms = role
            settings.permissions.createAudioRooms = role
            settings.permissions.createVideoRooms = role
            settings.permissions.createNonExpiring = role
            for actor in Role.allCases {
                for act in [Act.createTextRoom, .createAudioRoom, .createVideoRoom, .createNonExpiring] {
                    let situation = Situation(actor: .init(role: actor), act: act)
                    #expect((verdict(situation, settings) == nil) == (actor >= role), "\(actor) \(act) \(role)")
                }
            }
        }
    }

    @Test func bannersMayBeTheOwners() {
        var settings = Settings()
        settings.permissions.ownerControlsAds = true
        settings.permissions.ownerEditsAds = true
        for act in [Act.controlAds, .editAds] {
            for (role, isAllowed) in [(RoomRole.owner, true), (.roomAdmin, false), (.none, false)] {
                let situation = Situation(actor: .init(role: .user, roomRole: role), act: act, room: .init())
                #expect((verdict(situation, settings) == nil) == isAllowed)
            }
        }
    }

    @Test func nobodyActsAgainstAnEqualOrThemselves() {
        for act in PermissionTable.against {
            for standing in standings {
                for room in [nil, Situation.RoomRules(isMember: true)] {
                    let situation = Situation(actor: standing, act: act, target: standing, room: room)
                    #expect(verdict(situation, Settings()) != nil, "\(standing) \(act)")
                }
            }
        }
    }

    @Test func liftingARestrictionRestoresTheDecisionOfBefore() {
        var random = SeededRandom(7)
        for _ in 0..<2_000 {
            guard let act = Act.allCases.randomElement(using: &random),
                let actor = standings.randomElement(using: &random),
                let room = rooms(for: act).randomElement(using: &random),
                let added = restrictionSets.randomElement(using: &random)
            else { continue }
            let before = Situation(actor: actor, act: act, room: room)
            var restricted = before
            restricted.restrictions += added
            var lifted = restricted
            lifted.restrictions.removeLast(added.count)
            #expect(verdict(lifted, Settings()) == verdict(before, Settings()))
            if verdict(before, Settings()) != nil { #expect(verdict(restricted, Settings()) != nil) }
        }
    }

    @Test func aNoForGuestsIsNeverOverturned() {
        var settings = Settings()
        settings.guests.canEnter = false
        settings.guests.canSpeak = false
        for roomRole in RoomRole.allCases {
            for isInvited in [false, true] {
                for act in Array(PermissionTable.speech) + [.enterRoom, .connect] {
                    let situation = Situation(
                        actor: .init(role: .guest, roomRole: roomRole), act: act,
                        room: .init(kind: .video, isInvited: isInvited, isMember: true))
                    #expect(verdict(situation, settings) == "guestsNotAllowed")
                }
            }
        }
    }

    @Test func aHigherRoleIsNeverRefusedWhatALowerMay() {
        for act in Act.allCases {
            for room in rooms(for: act) {
                for roomRole in RoomRole.allCases {
                    let allowed = Role.allCases.map {
                        verdict(Situation(actor: .init(role: $0, roomRole: roomRole), act: act, room: room), Settings())
                            == nil
                    }
                    #expect(allowed == allowed.sorted { !$0 && $1 }, "\(act)")
                }
            }
        }
    }

    /// Every command names its act, and no act is nobody's.
    @Test func commandsNameTheirActs() {
        let named = Set(CommandSamples.all.map(\.act))
        let elsewhere: Set<Act> = [
            // Decided beside a command's first act: media, room settings, role of another.
            .speakAudio, .speakVideo, .changeRoomKeys, .setBitrates, .exceedBitrates, .createNonExpiring, .seeHidden,
            // Of subsystems that ask the model themselves: files, recordings, banners.
            .sendFile, .record, .controlAds, .editAds,
        ]
        #expect(named.union(elsewhere) == Set(Act.allCases))
        #expect(named.isDisjoint(with: elsewhere))
    }
}

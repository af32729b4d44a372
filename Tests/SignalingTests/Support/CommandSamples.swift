import Signaling

/// One command of every kind.
enum CommandSamples {
    static let name = Name.of("x")
    static let id = MessageID(sequence: 1, server: 1)
    static let room = RoomTarget.named(.of("den"))

    static var all: [Command] {
        session + account + rooms + messages + moderation + people + boards + others
    }

    static var session: [Command] {
        [.session(.signIn(.guest(nil))), .session(.whoAmI), .session(.signOut), .session(.challenge)]
    }

    static var account: [Command] {
        [
            .account(.create(NewAccount(name: name, password: Secret("p")))),
            .account(.changePassword(old: Secret("a"), new: Secret("b"))), .account(.removeOwn),
            .account(.setPassword(name, Secret("p"))), .account(.remove(name)), .account(.setRole(name, .admin)),
            .account(.list), .account(.export(nil)), .account(.export(name)),
        ]
    }

    static var rooms: [Command] {
        RoomKind.allCases.map { .room(.create(NewRoom(name: name, kind: $0))) } + [
            .room(.list), .room(.update(room, RoomChanges())), .room(.delete(name, password: nil)),
            .room(.enter(name, password: nil)), .room(.leave(room)), .room(.members(room)), .room(.invite(room, name)),
            .room(.handOver(room, name)),
        ]
    }

    static var messages: [Command] {
        [
            .message(.toRoom(room, Outgoing("t"))), .message(.toMember(name, Outgoing("t"))),
            .message(.toUsers([name], Outgoing("t"))),
            .message(.peerToPeer(name, port: 1, address: IPAddress(v4: 1))), .message(.edit(id, text: "t")),
            .message(.delete(id)), .message(.read(.room(room), upTo: id)), .message(.typing(.room(room), true)),
            .message(.typing(.user(name), true)), .message(.history(.room(room), before: nil, limit: 1)),
        ]
    }

    static var moderation: [Command] {
        [Scope.everywhere, .room(room)].flatMap { scope -> [Command] in
            [
                .moderation(.kick(scope, name, reason: "")),
                .moderation(.mute(scope, name, .text, seconds: nil, reason: "")),
                .moderation(.unmute(scope, name, .text)),
                .moderation(.ban(scope, .user(name), seconds: nil, reason: "")),
                .moderation(.unban(scope, .user(name))), .moderation(.grant(scope, name)),
                .moderation(.revoke(scope, name)), .moderation(.restrictions(scope)),
            ]
        } + [.moderation(.audit(before: nil, limit: 1))]
    }

    static var people: [Command] {
        [
            .people(.setPresence(.busy)), .people(.contacts), .people(.addContact(name, group: nil)),
            .people(.removeContact(name)), .people(.moveContact(name, group: "g", position: nil)),
            .people(.watchContact(name, true)), .people(.contactGroup(.add("g"))), .people(.requestFriend(name)),
            .people(.answerFriend(name, accept: true)), .people(.ignore(name)), .people(.unignore(name)),
            .people(.endFriendship(name)),
            .people(.ignored), .people(.profile(name)), .people(.setProfile(ProfileChanges())),
            .people(.search(ProfileSearch())), .people(.presence(name)),
        ]
    }

    static var boards: [Command] {
        [
            .board(.groups), .board(.createGroup(name, password: nil, openToGuests: true, seconds: nil)),
            .board(.deleteGroup(name)), .board(.join(name, password: nil)), .board(.leave),
            .board(.posts(.joined, parent: nil)), .board(.post(.joined, 1)),
            .board(.create(.joined, NewPost(name: name, parts: ["t"]))), .board(.delete(.joined, 1)),
        ]
    }

    static var others: [Command] {
        let call = CallID("c")
        let opening = MediaOpening(request: .offer(sdp: "offer"), requester: nil)
        return [
            .call(.invite(name, media: .audio)), .call(.accept(call)), .call(.decline(call)), .call(.hangUp(call)),
            .media(.open(.room(name, password: nil), opening)), .media(.open(.call(call), opening)),
            .media(.close(MediaSessionID("m"))), .media(.inspect(name)), .server(.status), .server(.statistics),
            .server(.announce("t")),
            .server(.backup(path: "/x")), .server(.users(nil)), .server(.users(name)),
            .server(.end(.stop)),
        ]
    }
}

import Testing

@testable import Gateways
@testable import Signaling

@Suite struct EventPacketTests {
    private static let ann = EventHarness.name("ann")
    private static let bob = EventHarness.name("bob")
    private static let room = EventHarness.name("Ro\"om")
    private static let id = MessageID(sequence: 1, server: 2)

    private func text(_ event: Event) throws -> String {
        String(decoding: try #require(EventPacket(event)).bytes, as: UTF8.self)
    }

    @Test func messages() throws {
        let message = Message(
            id: Self.id, number: 4, from: Self.ann, place: .room(Self.room), text: "a\nb \"c\"",
            at: Timestamp(milliseconds: 5))
        #expect(
            try text(.message(message))
                == #"42["message",{"id":"\#(Self.id)","number":4,"from":"ann","room":"Ro\"om","#
                + #""text":"a\nb \"c\"","at":5}]"#)
        let kept = Message(
            id: Self.id, number: 4, from: Self.ann, place: .user(from: Self.ann, to: Self.bob), text: "x",
            at: Timestamp(milliseconds: 5), wasOffline: true)
        #expect(
            try text(.message(kept))
                == #"42["message",{"id":"\#(Self.id)","number":4,"from":"ann","to":"bob","text":"x","at":5,"#
                + #""offline":true}]"#)
    }

    @Test func whatHappensInRooms() throws {
        let room = #""room":"Ro\"om""#
        #expect(try text(.entered(room: Self.room, user: Self.ann)) == #"42["room:entered",{\#(room),"user":"ann"}]"#)
        #expect(try text(.left(room: Self.room, user: Self.ann)) == #"42["room:left",{\#(room),"user":"ann"}]"#)
        #expect(try text(.roomCount(room: Self.room, users: 3)) == #"42["room:count",{\#(room),"users":3}]"#)
        #expect(try text(.roomDeleted(room: Self.room)) == #"42["room:deleted",{\#(room)}]"#)
        #expect(try text(.invited(room: Self.room, by: Self.ann)) == #"42["room:invited",{\#(room),"by":"ann"}]"#)
        let sanction = Sanction(user: Self.bob, room: Self.room, by: Self.ann, reason: "why", seconds: 9)
        let told = #"{\#(room),"user":"bob","by":"ann","reason":"why","seconds":9"#
        #expect(try text(.kicked(sanction)) == #"42["room:kicked",\#(told)}]"#)
        #expect(try text(.banned(sanction)) == #"42["room:banned",\#(told)}]"#)
        #expect(try text(.muted(sanction, [.text, .video])) == #"42["room:muted",\#(told),"media":["text","video"]}]"#)
        #expect(
            try text(.roleChanged(user: Self.bob, room: nil, role: "admin"))
                == #"42["role:changed",{"user":"bob","room":null,"role":"admin"}]"#)
        #expect(
            try text(.speaking(room: Self.room, users: [Self.ann, Self.bob]))
                == #"42["media:speaking",{\#(room),"users":["ann","bob"]}]"#)
    }

    @Test func whatHappensBetweenPeople() throws {
        let change = PresenceChange(user: Self.ann, presence: .offline, lastSeen: Timestamp(milliseconds: 7))
        #expect(try text(.presence(change)) == #"42["presence",{"user":"ann","status":"offline","lastSeen":7}]"#)
        #expect(
            try text(.typing(Self.ann, .user(from: Self.ann, to: Self.bob), true))
                == #"42["typing",{"user":"ann","to":"bob","typing":true}]"#)
        #expect(try text(.contactRequest(from: Self.ann)) == #"42["contact:request",{"user":"ann","from":"ann"}]"#)
        #expect(try text(.notice("x")) == #"42["notice",{"text":"x"}]"#)
        #expect(try text(.signedOut(reason: "x")) == #"42["signedOut",{"reason":"x"}]"#)
        let call = CallID("c")
        #expect(
            try text(.call(.incoming(call, from: Self.ann, media: [.audio])))
                == #"42["call:incoming",{"call":"c","from":"ann","media":["audio"]}]"#)
        #expect(try text(.call(.ended(call, reason: "x"))) == #"42["call:ended",{"call":"c","reason":"x"}]"#)
    }

    @Test func onlyWhatGoesStaleMayBeDropped() throws {
        #expect(try #require(EventPacket(.roomCount(room: Self.room, users: 1))).isTransient)
        #expect(try #require(EventPacket(.notice("x"))).isTransient == false)
        #expect(EventPacket(.listed(user: Self.ann, isListed: true)) == nil)
    }
}

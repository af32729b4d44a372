import Foundation
import Testing

@testable import Gateways
@testable import Signaling

/// `docs/events.md` describes every event that there is, and none besides.
@Suite struct EventDescriptionTests {
    private let described: [String: Described]

    private struct Described {
        var fields: Set<String> = []
        var required: Set<String> = []
        var answer: Set<String> = []
    }

    init() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/events.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let lines = try #require(text.components(separatedBy: "```yaml\n").last).components(separatedBy: "\n")
        var found: [String: Described] = [:]
        var (name, isAnswer, isInMessages, isProperties) = ("", false, false, false)
        for line in lines {
            if line == "  messages:" { isInMessages = true }
            guard isInMessages else { continue }
            if line.hasPrefix("    send_") || line.hasPrefix("    hear_") {
                name = String(line.dropFirst(4).dropLast())
                found[name] = Described()
            }
            if line == "      payload:" { isAnswer = false }
            if line == "      x-answer:" { isAnswer = true }
            if line.hasPrefix("        required: ["), !isAnswer {
                found[name]?.required = Set(line.dropFirst(19).dropLast().components(separatedBy: ", "))
            }
            isProperties = line.hasPrefix("        properties: {") || (isProperties && line.hasPrefix("          "))
            guard isProperties else { continue }
            let names = line.replacing("properties: {", with: "").matches(of: /(\w+): \{/).map { String($0.1) }
            if isAnswer { found[name]?.answer.formUnion(names) } else { found[name]?.fields.formUnion(names) }
        }
        described = found
    }

    private func events(_ prefix: String) -> Set<String> {
        Set(
            described.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(5)).replacing("_", with: ":") })
    }

    @Test func clientsEvents() {
        #expect(events("send_") == Set(EventCommand.all.keys))
    }

    @Test(arguments: EventCommandTests.samples.sorted { $0.key < $1.key })
    func clientsFields(_ name: String, _ sample: String) throws {
        let described = try #require(described["send_" + name.replacing(":", with: "_")])
        let given = try Self.members(try JSONDocument(Array(sample.utf8)).root)
        #expect(given.isSubset(of: described.fields), "\(name)")
        #expect(described.required.isSubset(of: described.fields), "\(name)")
        // What is required cannot be left out.
        let command = try #require(EventCommand.all[name])
        if !described.required.isEmpty {
            #expect(throws: Refusal.self) { try command.build(try EventFields(try JSONDocument([0x7B, 0x7D]).root)) }
        }
    }

    @Test func serversEvents() throws {
        var encoded: Set<String> = ["welcome"]
        for event in Self.events {
            guard let packet = EventPacket(event) else { continue }
            let root = try JSONDocument(Array(packet.bytes.dropFirst(2))).root
            let name = try #require(root.elements.first?.string)
            encoded.insert(name)
            let described = try #require(described["hear_" + name.replacing(":", with: "_")], "\(name)")
            let members = try Self.members(root.elements[1])
            #expect(members.isSubset(of: described.fields), "\(name)")
            #expect(described.required.isSubset(of: members), "\(name)")
        }
        #expect(events("hear_") == encoded)
    }

    private static func members(_ object: JSONValue) throws -> Set<String> {
        let nodes = object.document.nodes
        var names: Set<String> = []
        var child = object.index + 1
        while child < Int(nodes[object.index].next) {
            names.insert(try #require(JSONValue(document: object.document, index: child).string))
            child = Int(nodes[child + 1].next)
        }
        return names
    }

    /// One of each kind. A new kind does not compile until it has a place here.
    private static let events: [Event] = {
        let (ann, bob) = (EventHarness.name("ann"), EventHarness.name("bob"))
        let id = MessageID(sequence: 1, server: 1)
        let place = Place.user(from: ann, to: bob)
        let now = Timestamp(milliseconds: 1)
        let sanction = Sanction(user: bob, room: ann, by: ann, reason: "x", seconds: 1)
        let room = RoomSummary(
            name: ann, kind: .text, owner: ann, users: 1, capacity: 1, expires: now, hasPassword: true, access: .anyone,
            expiry: .empty, topic: "x")
        var events: [Event] = [
            .message(Message(id: id, number: 1, from: ann, place: place, text: "x", at: now)),
            .messageEdited(id, place, text: "x"), .messageDeleted(id, place), .messageRead(id, place, by: ann),
            .typing(ann, place, true), .presence(PresenceChange(user: ann, presence: .online)),
            .listed(user: ann, isListed: true), .contactRequest(from: ann), .entered(room: ann, user: ann),
            .left(room: ann, user: ann), .roomCount(room: ann, users: 1), .roomUpdated(room),
            .roomDeleted(room: ann), .invited(room: ann, by: ann), .kicked(sanction), .muted(sanction, .text),
            .unmuted(sanction, .text), .banned(sanction), .roleChanged(user: ann, room: nil, role: "x"),
            .call(.incoming(CallID("c"), from: ann, media: .audio)), .call(.accepted(CallID("c"), by: ann)),
            .call(.declined(CallID("c"), by: ann, reason: "x")), .call(.ended(CallID("c"), reason: "x")),
            .speaking(room: ann, users: [ann]), .track(room: ann, user: ann, media: .audio),
            .mediaEnded(MediaSessionID("m"), reason: "x"), .notice("x"), .signedOut(reason: "x"),
        ]
        if let address = IPAddress("10.0.0.1") { events.append(.peerToPeer(from: ann, port: 1, address: address)) }
        for event in events { cover(event) }
        return events
    }()

    private static func cover(_ event: Event) {
        switch event {
        case .message, .messageEdited, .messageDeleted, .messageRead, .typing, .peerToPeer, .presence, .listed,
            .contactRequest, .entered, .left, .roomCount, .roomUpdated, .roomDeleted, .invited, .kicked, .muted,
            .unmuted,
            .banned, .roleChanged, .call, .speaking, .track, .mediaEnded, .notice, .signedOut:
            break
        }
    }
}

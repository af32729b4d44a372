import Testing

@testable import Gateways
@testable import Signaling

@Suite struct EventCommandTests {
    /// Every event that the interface names, with fields that it takes.
    static let samples: [String: String] = [
        "message:send": #"{"to":["bob","eve"],"text":"hi","id":"1"}"#,
        "message:edit": #"{"id":"01a1fef43b9d000013320639af1ba64c","text":"x"}"#,
        "message:delete": #"{"id":"01a1fef43b9d000013320639af1ba64c"}"#,
        "message:read": #"{"with":"bob","upTo":"01a1fef43b9d000013320639af1ba64c"}"#,
        "typing": #"{"room":"r","typing":true}"#,
        "history": #"{"room":"r","limit":200,"before":"01a1fef43b9d000013320639af1ba64c"}"#,
        "presence:set": #"{"status":"busy"}"#,
        "contacts:list": "{}", "contacts:add": #"{"user":"bob","group":"g"}"#, "contacts:remove": #"{"user":"bob"}"#,
        "contacts:move": #"{"user":"bob","group":"g","position":1}"#,
        "contacts:watch": #"{"user":"bob","watch":false}"#,
        "contacts:groups": #"{"rename":"a","to":"b"}"#,
        "friend:request": #"{"user":"bob"}"#, "friend:accept": #"{"user":"bob"}"#, "friend:deny": #"{"user":"bob"}"#,
        "friend:remove": #"{"user":"bob"}"#,
        "ignore:add": #"{"user":"bob"}"#, "ignore:remove": #"{"user":"bob"}"#, "ignore:list": "{}",
        "profile:get": #"{"user":"bob"}"#,
        "profile:set":
            #"{"name":"B","gender":"x","birthday":"1990-02-03","country":"c","city":"d","about":"e","avatar":"f","settings":{"a":1},"contactsOnly":true}"#,
        "users:search": #"{"gender":"x","age":[18,30],"country":"c","city":"d","onlineSince":1}"#,
        "room:list": "{}",
        "room:create":
            #"{"room":"r","kind":"video","password":"p","access":"registered","expiry":60,"topic":"t","audioBitrate":24000}"#,
        "room:update": #"{"room":"r","topic":"t","capacity":5,"membersInvite":true,"expiry":"sticky"}"#,
        "room:delete": #"{"room":"r"}"#, "room:enter": #"{"room":"r","password":"p"}"#, "room:leave": #"{"room":"r"}"#,
        "room:members": #"{"room":"r"}"#, "room:invite": #"{"room":"r","user":"bob"}"#,
        "room:kick": #"{"room":"r","user":"bob","reason":"x"}"#,
        "room:mute": #"{"room":"r","user":"bob","media":["text","audio"],"seconds":5}"#,
        "room:unmute": #"{"room":"r","user":"bob","media":"video"}"#,
        "room:ban": #"{"room":"r","user":"bob","seconds":5,"reason":"x"}"#, "room:unban": #"{"room":"r","user":"bob"}"#,
        "room:restrictions": #"{"room":"r"}"#, "room:grant": #"{"room":"r","user":"bob","role":"roomAdmin"}"#,
        "room:revoke": #"{"room":"r","user":"bob"}"#,
        "admin:kick": #"{"user":"bob"}"#, "admin:mute": #"{"user":"bob"}"#, "admin:unmute": #"{"user":"bob"}"#,
        "admin:ban": #"{"user":"bob"}"#, "admin:unban": #"{"user":"bob"}"#, "admin:restrictions": "{}",
        "admin:grant": #"{"user":"bob"}"#, "admin:revoke": #"{"user":"bob"}"#, "admin:announce": #"{"text":"x"}"#,
        "admin:statistics": "{}", "admin:audit": #"{"limit":10}"#,
        "call:invite": #"{"to":"bob","media":["audio","video"]}"#, "call:accept": #"{"call":"1"}"#,
        "call:decline": #"{"call":"1"}"#, "call:hangup": #"{"call":"1"}"#,
        "board:groups": "{}", "board:create": #"{"group":"g","password":"p","openToGuests":true,"seconds":60}"#,
        "board:delete": #"{"group":"g"}"#, "board:join": #"{"group":"g"}"#, "board:leave": "{}",
        "board:messages": #"{"group":"g"}"#, "board:message": #"{"group":"g","id":"1"}"#,
        "board:post": #"{"name":"n","text":"a\nb","parent":0}"#, "board:remove": #"{"id":1}"#,
        "media:offer": #"{"room":"r","sdp":"v=0","audio":"mix"}"#, "media:close": #"{"session":"1"}"#,
    ]

    private func fields(_ text: String) throws -> EventFields {
        try EventFields(try JSONDocument(Array(text.utf8)).root)
    }

    @Test func everyEventIsTriedHere() {
        #expect(Set(EventCommand.all.keys) == Set(Self.samples.keys).union(["media:update"]))
    }

    @Test(arguments: samples.sorted { $0.key < $1.key })
    func becomesACommand(_ name: String, _ text: String) throws {
        let command = try #require(EventCommand.all[name])
        _ = try command.build(try fields(text))
    }

    @Test(arguments: samples.keys.sorted())
    func fieldsOfAnotherTypeAreRefusedAndNotGuessed(_ name: String) throws {
        let command = try #require(EventCommand.all[name])
        let object = try JSONDocument(Array(try #require(Self.samples[name]).utf8)).root
        let nodes = object.document.nodes
        var child = 1
        while child < nodes.count {
            let (key, value) = (nodes[child], nodes[child + 1])
            let member = String(decoding: object.document.bytes[Int(key.start)..<Int(key.end)], as: UTF8.self)
            child = Int(value.next)
            // `settings` is any JSON, and flags, numbers and texts are all told apart from an object.
            guard member != "\"settings\"" else { continue }
            var bytes = Array(object.document.bytes[..<Int(value.start)])
            bytes += Array(#"{"no":1}"#.utf8) + object.document.bytes[Int(value.end)...]
            #expect(throws: Refusal.self, "\(name) \(member)") {
                try command.build(try EventFields(try JSONDocument(bytes).root))
            }
        }
    }

    @Test(arguments: [
        ("message:send", #"{"text":"x"}"#), ("message:send", #"{"to":"bob"}"#), ("message:send", #"{"to":[],"x":1}"#),
        ("message:send", #"{"to":["bob",1],"text":"x"}"#), ("history", #"{"room":"r","limit":201}"#),
        ("history", #"{"room":"r","limit":0}"#), ("history", "{}"), ("presence:set", #"{"status":"offline2"}"#),
        ("room:create", #"{"room":""}"#), ("room:create", #"{"room":"0123456789012345678901234567890"}"#),
        ("room:create", #"{"room":"r","expiry":"soon"}"#), ("room:create", #"{"room":"r","kind":"smell"}"#),
        ("room:mute", #"{"room":"r","user":"bob","media":["smell"]}"#),
        ("room:mute", #"{"room":"r","user":"bob","seconds":-1}"#), ("profile:set", #"{"birthday":"1990-13-01"}"#),
        ("profile:set", #"{"birthday":"yesterday"}"#), ("users:search", #"{"age":[30,18]}"#),
        ("contacts:groups", "{}"), ("media:offer", #"{"room":"r","sdp":"v=0","speakers":65}"#), ("media:update", "{}"),
        ("room:grant", #"{"room":"r","user":"bob","role":"king"}"#), ("board:remove", #"{"id":"x"}"#),
    ])
    func refuses(_ name: String, _ text: String) throws {
        let command = try #require(EventCommand.all[name])
        #expect(throws: Refusal.self) { try command.build(try fields(text)) }
    }

    @Test func anEventTakesOneObject() {
        #expect(throws: Refusal.self) { try fields("[1]") }
        #expect(throws: Refusal.self) { try fields("\"x\"") }
        #expect(throws: Never.self) { try fields("null") }
    }
}

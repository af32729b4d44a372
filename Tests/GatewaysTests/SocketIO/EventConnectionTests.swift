import Testing

@testable import Gateways
@testable import Signaling

@Suite struct EventConnectionTests {
    @Test func signsInAndIsWelcomed() {
        let client = EventHarness(urls: #"{"support":"https://example.org/"}"#)
        client.send(#"0{"user":"ann","password":"secret"}"#)
        guard case .session(.signIn(.password(let name, _)))? = client.submitted.first?.command else {
            Issue.record("no sign-in")
            return
        }
        #expect(name.text == "ann")
        #expect(client.sent().isEmpty)
        client.answer(.signedIn(EventHarness.signedIn("ann")))
        #expect(
            client.sent() == [
                #"40{"sid":"abc"}"#,
                #"42["welcome",{"user":"ann","role":"user","session":"abc","now":1767225600000,"#
                    + #""urls":{"support":"https://example.org/"}}]"#,
            ])
        #expect(client.connection.deadline == nil)
    }

    @Test(arguments: [
        (#"{"guest":"bob"}"#, "guest bob"), (#"{"guest":null}"#, "guest"), (#"{"guest":""}"#, "guest"),
        (#"{"guest":true}"#, "guest"), (#"{"token":"good"}"#, "token tom"),
        (#"{"user":"ann","password":"x","more":[1]}"#, "password ann"),
    ])
    func readsCredentials(_ auth: String, _ expected: String) {
        let client = EventHarness()
        client.send("0" + auth)
        let found =
            switch client.submitted.first?.command {
            case .session(.signIn(.guest(let name)))?: name.map { "guest \($0)" } ?? "guest"
            case .session(.signIn(.token(let claims)))?: "token \(claims.name)"
            case .session(.signIn(.password(let name, _)))?: "password \(name)"
            default: "nothing"
            }
        #expect(found == expected)
    }

    @Test(arguments: [
        ("0", "badCredentials"), ("0{}", "badCredentials"), (#"0{"token":"bad"}"#, "badCredentials"),
        (#"0{"token":5}"#, "invalid"), (#"0{"user":""}"#, "badCredentials"), (#"0{"user":["a"]}"#, "invalid"),
        (#"0{"guest":"\u0007"}"#, "invalid"), (#"0{"guest":{}}"#, "invalid"),
        ("0{\"user\":\"ann\",\"password\":\"\(String(repeating: "x", count: 300))\"}", "badCredentials"),
    ])
    func refusesCredentialsByThemselves(_ packet: String, _ code: String) throws {
        let client = EventHarness()
        client.send(packet)
        #expect(client.submitted.isEmpty)
        let text = try #require(client.sent().first)
        #expect(text.hasPrefix("44{\"message\":"))
        #expect(try JSONDocument(Array(text.utf8.dropFirst(2))).root["data"]?["code"]?.string == code)
        // It may be tried again on the same connection.
        #expect(client.requests().isEmpty)
        client.send(#"0{"guest":"bob"}"#)
        #expect(client.submitted.count == 1)
    }

    @Test func aRefusedSignInClosesTheSessionOfTheDomain() {
        let client = EventHarness()
        client.send(#"0{"user":"ann","password":"x"}"#)
        client.answer(.refused(Refusal(.banned, "You are banned.")))
        #expect(client.sent() == [#"44{"message":"You are banned.","data":{"code":"banned"}}"#])
        #expect(client.requests() == [.closeSession])
    }

    @Test func anUnknownNamespace() {
        let client = EventHarness()
        client.send("0/admin,{}")
        #expect(client.sent() == [#"44/admin,{"message":"Invalid namespace"}"#])
        #expect(client.requests().isEmpty)
    }

    @Test func whoDoesNotConnectIsClosed() {
        let client = EventHarness()
        client.connection.advance(to: client.now.adding(milliseconds: 999))
        #expect(client.requests().isEmpty)
        client.connection.advance(to: client.now.adding(milliseconds: 1000))
        #expect(client.requests() == [.close(reason: "nothing was connected to")])
    }

    @Test(arguments: ["abc", "2{}", "2[\"typing\"", "4{}", "0", "51000000-[\"a\"]", "2/admin,[\"a\"]"])
    func whatIsMalformedCloses(_ packet: String) {
        let client = EventHarness.connected()
        client.send(packet)
        #expect(client.requests() == [.close(reason: "parse error")])
        #expect(client.submitted.isEmpty)
    }

    @Test func anEventBeforeTheConnectCloses() {
        let client = EventHarness()
        client.send("2[\"room:list\"]")
        #expect(client.requests() == [.close(reason: "parse error")])
    }

    @Test func answersLeaveInTheOrderOfTheEvents() {
        let client = EventHarness.connected()
        client.send(#"21["room:leave",{"room":"a"}]"#)
        client.send(#"22["nonsense",{}]"#)
        client.send(#"23["room:leave",{}]"#)
        client.send(#"24["room:leave",{"room":"b"}]"#)
        #expect(client.submitted.count == 2)
        #expect(client.sent().isEmpty)
        client.answer(.done)
        let first = client.sent()
        #expect(first.map { $0.prefix(3) } == ["431", "432", "433"])
        #expect(first[0] == #"431[{"ok":true}]"#)
        #expect(first[1].contains(#""ok":false,"code":"invalid""#))
        client.answer(.refused(Refusal(.rateLimited, "Slower.", retryAfter: 3)))
        #expect(client.sent() == [#"434[{"ok":false,"code":"rateLimited","message":"Slower.","retryAfter":3}]"#])
    }

    @Test func whoWantsNoAnswerGetsNone() {
        let client = EventHarness.connected()
        client.send(#"2["room:leave",{"room":"a"}]"#)
        client.answer(.done)
        client.send(#"2["nonsense"]"#)
        client.send(#"2["room:leave",{"room":"a"}]"#)
        client.answer(.refused(Refusal(.notFound, "No.")))
        #expect(client.sent().isEmpty)
    }

    @Test func aBinaryArgumentIsAFieldThatNobodyKnows() {
        let client = EventHarness.connected()
        client.send(#"51-5["room:leave",{"room":"a","extra":{"_placeholder":true,"num":0}}]"#)
        client.take(.binary([1, 2, 3]))
        client.answer(.done)
        #expect(client.sent() == [#"435[{"ok":true}]"#])
    }

    @Test func leavingTheNamespaceSignsOut() {
        let client = EventHarness.connected()
        client.send("1")
        #expect(client.requests() == [.closeSession])
        client.deliver(.notice("late"))
        #expect(client.sent().isEmpty)
        // And in again.
        client.send(#"0{"guest":"bob"}"#)
        client.answer(.signedIn(EventHarness.signedIn("bob")))
        #expect(client.sent().count == 2)
    }

    @Test func theDomainClosesTheSession() {
        let client = EventHarness.connected()
        client.deliver(.signedOut(reason: "kicked"))
        client.connection.close(reason: "kicked")
        #expect(client.sent() == [#"42["signedOut",{"reason":"kicked"}]"#, "41"])
        #expect(client.requests() == [.close(reason: "kicked")])
    }

    @Test func readingStopsWhereTooMuchIsUnanswered() {
        let client = EventHarness.connected()
        for _ in 0..<256 { client.send(#"2["room:leave",{"room":"a"}]"#) }
        #expect(!client.connection.wantsInput)
        client.answer(.done)
        #expect(client.connection.wantsInput)
        for _ in 0..<9000 { client.send(#"2["room:leave",{"room":"a"}]"#) }
        #expect(client.requests().first == .close(reason: "too many unanswered events"))
        #expect(client.submitted.count <= EventConnection.tooManyPending)
    }
}

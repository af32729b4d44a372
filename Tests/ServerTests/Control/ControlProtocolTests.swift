import Signaling
import Testing

@testable import Server

@Suite struct ControlProtocolTests {
    @Test(arguments: [
        ControlRequest.accountAdd(name: "ann", password: "p\"\\\n"), .accountList, .accountRemove(name: "ann"),
        .accountPassword(name: "ann", password: "é"), .accountRole(name: "ann", role: "admin"), .roomList,
        .roomCreate(
            RoomRequest(name: "r", kind: "video", password: "x", access: "registered", expiry: "60", videoBitrate: 1)),
        .roomDelete(name: "r"),
    ])
    func requestsAreOneLineThatComesBack(request: ControlRequest) {
        let line = JSON.encode(request)
        #expect(!line.contains(UInt8(ascii: "\n")))
        #expect(JSON.decode(ControlRequest.self, from: line) == request)
    }

    @Test func aRoomBecomesTheCommandThatMakesIt() throws {
        let request = RoomRequest(
            name: "den", kind: "audio", password: "x", access: "registered", expiry: "sticky", audioBitrate: 20_000)
        guard case .room(.create(let room)) = try ControlService.command(.roomCreate(request)) else {
            Issue.record("another command")
            return
        }
        #expect(room.name.text == "den")
        #expect(room.kind == .audio)
        #expect(room.password?.bytes == [UInt8(ascii: "x")])
        #expect(room.access == .registered)
        #expect(room.expiry == .sticky)
        #expect(room.limits == MediaLimits(audioBitrate: 20_000))
    }

    @Test(arguments: [
        ControlRequest.accountRemove(name: ""), .accountRole(name: "ann", role: "king"),
        .roomCreate(RoomRequest(name: "r", kind: "smell")), .roomCreate(RoomRequest(name: "r", access: "me")),
        .roomCreate(RoomRequest(name: "r", expiry: "0")), .roomDelete(name: "a\u{7}"),
    ])
    func whatCannotBeIsInvalid(request: ControlRequest) {
        #expect(throws: Refusal.self) { try ControlService.command(request) }
    }
}

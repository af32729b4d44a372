@testable import Gateways
@testable import Signaling

/// Commands of several users in the order that the input says, with commits that fail, crashes and time that passes. Whatever they
/// do: a connection that is signed in is in exactly one room, counts equal members, threads have no orphans, what is in memory is what is
/// stored, and every command is answered once.
func fuzzLineSequence(_ input: [UInt8]) {
    var server = LineServer(clients: 5)
    for (index, name) in ["ann", "bob", "root"].enumerated() {
        guard let name = Name(name) else { return }
        server.operate(.account(.create(NewAccount(name: name, password: Secret("pw")))))
        server.run()
        server.send("#login regd \(name) pw", from: index)
    }
    server.send("#login anon gus", from: 3)
    server.run()

    var bytes = input.prefix(400)[...]
    while let byte = bytes.popFirst() {
        let client = Int(byte & 7) % 5
        switch byte >> 3 {
        case 0: server.disconnect(client)
        case 1: server.pass(Int64(bytes.popFirst() ?? 1))
        case 2: server.failures = Int((bytes.popFirst() ?? 0) & 3)
        case 3: server.crash()
        case 4: server.operate(operation(bytes.popFirst() ?? 0))
        default:
            let line = LineScript.lines[Int(bytes.popFirst() ?? 0) % LineScript.lines.count]
            server.send(line, from: client)
        }
        // Several things may happen in one turn.
        if byte & 0x80 == 0 { server.run() }
    }
    server.run()
    let faults = server.faults()
    precondition(faults.isEmpty, "\(faults)")
}

private func operation(_ byte: UInt8) -> Command {
    let names = ["ann", "bob", "gus"].compactMap { Name($0) }
    let name = names[Int(byte & 3) % names.count]
    let scope: Scope = byte & 4 == 0 ? .everywhere : .room(.named(Name("den") ?? .home))
    return switch byte >> 3 & 7 {
    case 0: .moderation(.kick(scope, name, reason: ""))
    case 1: .moderation(.ban(scope, .user(name), seconds: 30, reason: ""))
    case 2: .moderation(.unban(scope, .user(name)))
    case 3: .moderation(.mute(scope, name, .text, seconds: 30, reason: ""))
    case 4: .moderation(.grant(scope, name))
    case 5: .moderation(.revoke(scope, name))
    case 6: .room(.delete(Name("den") ?? .home, password: nil))
    default: .account(.remove(name))
    }
}

/// What users say.
private enum LineScript {
    static let lines: [String] = {
        var lines = [
            "#whoami", "#listrooms", "#listusers", "#listgroups", "#leavegroup", "#listignored", "#quit", "#rmlogin",
        ]
        lines += ["#roomstatus", "#messagestatus", "#history 5", "#listmessages", "#listmessages 1", "#getmessage 1"]
        for user in ["ann", "bob", "gus", "root"] {
            lines += ["#login regd \(user) pw", "#login anon \(user)", "#createlogin \(user) pw \"\" \"\""]
            lines += ["#sendto \(user) hello", "#typing \(user)", "#ignore \(user)", "#unignore \(user)"]
        }
        for room in ["Home", "den", "hall"] {
            lines += ["#createroom \(room)", "#createroom \(room) key regd", "#rmroom \(room)", "#rmroom \(room) key"]
            lines += ["#changeroom \(room)", "#changeroom \(room) key"]
        }
        for group in ["tea", "news"] {
            lines += ["#creategroup \(group) \"\" anon", "#creategroup \(group) key", "#joingroup \(group)"]
            lines += ["#joingroup \(group) key"]
        }
        for parent in 0...3 { lines.append("#postmessage p \(parent) 1 20\nline") }
        return lines + ["#broadcast hello", "#broadcast \"", "#changepass pw pw", "#changepass other pw"]
    }()
}

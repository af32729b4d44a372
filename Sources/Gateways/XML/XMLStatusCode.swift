import Signaling

/// The numbers that the protocol has for presence.
enum XMLStatusCode {
    /// The codes from 0 on, with the names that `STATUSLIST` gives them.
    static let all: [(presence: Presence, name: StaticString)] = [
        (.online, "Online"), (.away, "Away"), (.busy, "Busy"), (.hidden, "Hidden"),
    ]

    /// The code of a presence; -1 for somebody who is not online.
    static func code(of presence: Presence) -> Int {
        all.firstIndex { $0.presence == presence } ?? -1
    }

    /// The presence of a code.
    static func presence(_ text: String) -> Presence? {
        guard let code = Int(text), all.indices.contains(code) else { return nil }
        return all[code].presence
    }
}

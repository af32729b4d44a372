import Signaling
import Testing

@testable import Server

@Suite struct SettingTests {
    @Test func everyKeyAndVariableIsThereOnce() {
        #expect(Set(Setting.all.map(\.key)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.environmentName)).count == Setting.all.count)
    }

    @Test(arguments: Setting.all.map(\.key))
    func theDefaultIsAValueThatCanBeWritten(key: String) throws {
        let setting = try #require(Setting.byKey[key])
        var configuration = Configuration()
        let shown = setting.show(configuration)
        let value =
            shown.hasPrefix("[") ? SettingValue.scalar(String(shown.dropFirst().dropLast())) : .scalar(shown)
        try setting.assign(value, &configuration)
        #expect(configuration == Configuration())
    }

    @Test func copyingTakesOneKeyOnly() throws {
        var changed = Configuration()
        changed.http.tokenSeconds = 60
        changed.signaling.guests.canSpeak = false
        var copy = Configuration()
        try #require(Setting.byKey["guests.canSpeak"]).copy(changed, &copy)
        #expect(!copy.signaling.guests.canSpeak)
        #expect(copy.http.tokenSeconds == Configuration().http.tokenSeconds)
    }

    @Test(arguments: [
        ("http.prot", "http.port"), ("guest.canEnter", "guests.canEnter"), ("media.rtpports", "media.rtpPorts"),
    ])
    func aSlipIsNearItsKey(word: String, key: String) {
        #expect(Spelling.nearest(to: word, among: Setting.byKey.keys) == key)
    }

    @Test(arguments: [
        ("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("", "abc", 3), ("kitten", "sitting", 3),
    ])
    func distances(first: String, second: String, expected: Int) {
        #expect(Spelling.distance(first, second) == expected)
        #expect(Spelling.distance(second, first) == expected)
    }
}

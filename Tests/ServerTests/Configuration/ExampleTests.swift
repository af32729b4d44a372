import FoundationEssentials
import Testing

@testable import Server

/// `relay.example.yaml` is the reference of the settings: it has every key, with its default.
@Suite struct ExampleTests {
    private static let path = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "relay.example.yaml").path

    @Test func itHasEveryKeyWithItsDefault() throws {
        let loaded = try ConfigurationLoader(path: Self.path, environment: [:], assignments: []).load()
        #expect(loaded.values == Configuration())
        #expect(Set(loaded.origins.keys) == Set(Setting.all.map(\.key)))
    }

    @Test func itSaysWhatAReloadTakes() throws {
        let text = try #require(FileManager.default.contents(atPath: Self.path))
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let loaded = try ConfigurationLoader(path: Self.path, environment: [:], assignments: []).load()
        for setting in Setting.all {
            guard case .file(_, let line)? = loaded.origins[setting.key] else { continue }
            #expect(lines[line - 1].contains("(r)") == setting.reloadable, "\(setting.key)")
        }
    }
}

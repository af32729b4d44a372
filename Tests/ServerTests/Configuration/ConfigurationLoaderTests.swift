import Signaling
import Testing

@testable import Server

@Suite struct ConfigurationLoaderTests {
    private func load(
        _ yaml: String, environment: [String: String] = [:], set assignments: [String] = []
    ) throws(ConfigurationError) -> LoadedConfiguration {
        var loaded = LoadedConfiguration()
        let loader = ConfigurationLoader(path: nil, environment: environment, assignments: assignments)
        try loader.apply(file: yaml, path: "relay.yaml", to: &loaded)
        try loader.applyOverrides(to: &loaded)
        return loaded
    }

    /// The one line that a bad file is answered with.
    private func complaint(
        _ yaml: String, environment: [String: String] = [:], set assignments: [String] = []
    ) -> String? {
        do {
            _ = try load(yaml, environment: environment, set: assignments)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func anEmptyFileLeavesTheDefaults() throws {
        for yaml in ["", "# nothing\n", "---\n", "http:\n"] {
            let values = try load(yaml).values
            #expect(values.http.port == 7000)
            #expect(values.line.port == 6500)
            #expect(values.media.rtpPorts == PortRange(first: 10_000, last: 19_999))
            #expect(values.media.plainRTP == .loopback)
            #expect(values.signaling.timeouts.emptyRoom == 600)
            #expect(values.signaling.permissions.createRooms == .guest)
            #expect(values.signaling.permissions.createAudioRooms == .user)
            #expect(values.signaling.permissions.createNonExpiring == .admin)
        }
    }

    @Test func keysMayBeNestedOrDotted() throws {
        let nested = try load("http:\n  port: 7001\nguests:\n  canSpeak: no\n").values
        let dotted = try load("http.port: 7001\nguests.canSpeak: false\n").values
        #expect(nested == dotted)
        #expect(nested.http.port == 7001)
        #expect(!nested.signaling.guests.canSpeak)
    }

    @Test func listsAreTakenInBothForms() throws {
        let values = try load("admins: [ann, bob]\nlisten:\n  - 127.0.0.1\n  - '::1'\n").values
        #expect(values.signaling.admins == Set(["ann", "bob"].compactMap { Name($0) }))
        #expect(values.listen == ["127.0.0.1", "::1"])
    }

    @Test func valuesOfEachKindAreRead() throws {
        let values = try load(
            """
            media.rtpPorts: 20000-20099
            media.plainRTP: any
            log.level: 3
            storage.history: off
            permissions:
              createRooms: admin
            limits:
              messageQueue: 65536
            """
        ).values
        #expect(values.media.rtpPorts == PortRange(first: 20_000, last: 20_099))
        #expect(values.media.plainRTP == .any)
        #expect(values.log.level == .debug)
        #expect(!values.signaling.keepsHistory)
        #expect(values.signaling.permissions.createRooms == .admin)
        #expect(values.limits.messageQueue == 65_536)
    }

    @Test(arguments: [
        ("http:\n  prot: 1\n", "relay.yaml:2: http.prot: unknown key, did you mean http.port?"),
        ("\n\nhtpp.port: 1\n", "relay.yaml:3: htpp.port: unknown key, did you mean http.port?"),
        ("zebra: 1\n", "relay.yaml:1: zebra: unknown key"),
        (
            "log.level: info\nauth.mysql.host: db\n",
            "relay.yaml:2: auth.mysql.host: this version has nothing yet that auth would set"
        ),
        ("files:\n  maximumSize: 1\n", "relay.yaml:1: files: this version has nothing yet that files would set"),
        (
            "urls.support: mail us\n",
            "relay.yaml:1: urls.support: must be an address that begins with http:// or https://, or empty, not \"mail us\""
        ),
        ("permissions.editAds: guest\n", "relay.yaml:1: permissions.editAds: must be owner or admin, not \"guest\""),
        ("http.port: many\n", "relay.yaml:1: http.port: must be a whole number from 0 to 65535, not \"many\""),
        ("http.port: 65536\n", "relay.yaml:1: http.port: must be a whole number from 0 to 65535, not \"65536\""),
        ("http.port: -1\n", "relay.yaml:1: http.port: must be a whole number from 0 to 65535, not \"-1\""),
        ("http.port: [1]\n", "relay.yaml:1: http.port: must be a whole number from 0 to 65535"),
        ("a: 1\n", "relay.yaml:1: a: unknown key"),
        ("http: 7000\n", "relay.yaml:1: http: must be settings, one to a line, as in `http.port: 7000`"),
        ("- 1\n", "relay.yaml:1: must be settings, one to a line, as in `http.port: 7000`"),
        ("guests.canEnter: maybe\n", "relay.yaml:1: guests.canEnter: must be true or false, not \"maybe\""),
        (
            "# doors\nmedia:\n  plainRTP: lan\n",
            "relay.yaml:3: media.plainRTP: must be off, loopback or any, not \"lan\""
        ),
        (
            "media.rtpPorts: 9000\n",
            "relay.yaml:1: media.rtpPorts: must be two ports from 1024 to 65535, as in 10000-19999, not \"9000\""
        ),
        ("listen: [127.0.0.1, here]\n", "relay.yaml:1: listen: must be a list of IP addresses, and \"here\" is none"),
        ("listen: []\n", "relay.yaml:1: listen: must be a list of IP addresses"),
        ("line.port: 1\nline:\n  port: 2\n", "relay.yaml:3: line.port: is set a second time, first in line 1"),
    ])
    func mistakesAreToldWithPlaceAndReason(yaml: String, expected: String) {
        #expect(complaint(yaml) == expected)
    }

    @Test func whatIsNotYAMLIsToldWithItsLine() throws {
        let message = try #require(complaint("http.port: 7000\nline: [1,\n"))
        #expect(message.hasPrefix("relay.yaml:3: is not YAML: "))
    }

    @Test func aKeyWrittenTwiceIsAnError() throws {
        let message = try #require(complaint("http.port: 1\nhttp.port: 2\n"))
        #expect(message.contains("http.port"))
        #expect(message.contains("set twice"))
    }

    @Test func theEnvironmentBeatsTheFileAndFlagsBeatBoth() throws {
        let loaded = try load(
            "http.port: 1\nline.port: 1\nmedia.timeout: 1\n",
            environment: ["MEDIA_RELAY_LINE_PORT": "2", "MEDIA_RELAY_MEDIA_TIMEOUT": "2", "HOME": "/"],
            set: ["media.timeout=3"])
        #expect(loaded.values.http.port == 1)
        #expect(loaded.values.line.port == 2)
        #expect(loaded.values.media.timeout == 3)
        #expect(loaded.origin(of: "http.port") == .file(path: "relay.yaml", line: 1))
        #expect(loaded.origin(of: "line.port") == .environment(name: "MEDIA_RELAY_LINE_PORT"))
        #expect(loaded.origin(of: "media.timeout") == .flag)
        #expect(loaded.origin(of: "data") == .standard)
    }

    @Test func mistakesInTheEnvironmentAndFlagsAreTold() {
        #expect(
            complaint("", environment: ["MEDIA_RELAY_HTTP_PORT": "x"])
                == "environment variable MEDIA_RELAY_HTTP_PORT: http.port: must be a whole number from 0 to 65535, not \"x\""
        )
        #expect(complaint("", set: ["http.port"]) == "--set: http.port: has no value, write it as in http.port=7001")
        #expect(complaint("", set: ["http.prt=1"]) == "--set: http.prt: unknown key, did you mean http.port?")
    }

    @Test func anUnknownVariableIsAWarning() throws {
        let loaded = try load("", environment: ["MEDIA_RELAY_HTTP_PROT": "1"])
        #expect(
            loaded.warnings == [
                "environment variable MEDIA_RELAY_HTTP_PROT: unknown setting, did you mean MEDIA_RELAY_HTTP_PORT?"
            ])
    }

    @Test func listsInTheEnvironmentHaveCommas() throws {
        let loaded = try load("", environment: ["MEDIA_RELAY_ADMINS": "ann, bob"])
        #expect(loaded.values.signaling.admins == Set(["ann", "bob"].compactMap { Name($0) }))
    }

    @Test func aFileThatIsNotThereIsTold() {
        let loader = ConfigurationLoader(path: "/nowhere/relay.yaml", environment: [:], assignments: [])
        #expect(throws: ConfigurationError.self) { try loader.load() }
    }
}

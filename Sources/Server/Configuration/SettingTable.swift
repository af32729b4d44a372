import Signaling

extension Setting {
    private static let ports = 0...65_535
    private static let counts = 0...10_000_000
    private static let seconds: ClosedRange<Int64> = 1...31_536_000
    private static let secondsOrNever: ClosedRange<Int64> = 0...31_536_000

    /// Every key there is, in the order of `relay.example.yaml`.
    static let all: [Setting] = server + doors + media + rules + limits + times + welcome

    /// The settings by their key.
    static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })

    /// Ports of doors that this version does not have: accepted, so that a file can be written for what is to come.
    static let doorsToCome = ["media.port"]

    /// Sections whose subject this version does not have: a key in one is not a slip of the pen.
    static let sectionsToCome = ["auth", "banners", "clients", "files"]

    private static let server: [Setting] = [
        list(
            "listen", \.listen, allowsEmpty: false, form: "a list of IP addresses",
            read: { IPAddress($0) == nil ? nil : $0 }, show: { $0 }),
        text("data", \.data, form: "a folder", isValid: { !$0.isEmpty && !$0.utf8.contains(0) }),
        set("admins", \.signaling.admins, reloadable: true),
        integer("threads", \.threads, 0...1024),
        logLevel("log.level", \.log.level),
        sync("storage.sync", \.storage.sync),
        flag("storage.history", \.signaling.keepsHistory, reloadable: true),
    ]

    private static let doors: [Setting] = [
        file("tls.certificate", \.tls.certificate),
        file("tls.key", \.tls.key),
        integer("http.port", \.http.port, ports),
        integer("http.tlsPort", \.http.tlsPort, ports),
        integer("http.tokenSeconds", \.http.tokenSeconds, 60...31_536_000, reloadable: true),
        flag("auth.acceptMD5", \.signaling.acceptsMD5, reloadable: true),
        integer("line.port", \.line.port, ports),
        integer("line.tlsPort", \.line.tlsPort, ports),
        flag("line.challengeLogin", \.signaling.challengeLogin, reloadable: true),
        integer("xml.port", \.xml.port, ports),
        integer("xml.timeout", \.xml.timeout, 1...86_400, reloadable: true),
        integer("mim.port", \.mim.port, ports),
        optionalPorts("mim.bridgePorts", \.mim.bridgePorts),
        list(
            "http.origins", \.http.origins, reloadable: true, allowsEmpty: true,
            form: "a list of origins such as https://example.org, or *",
            read: { $0 == "*" || $0.contains("://") ? $0 : nil }, show: { $0 }),
        integer("socketIO.pingInterval", \.socketIO.pingInterval, 100...3_600_000),
        integer("socketIO.pingTimeout", \.socketIO.pingTimeout, 100...3_600_000),
        integer("socketIO.maxPayload", \.socketIO.maxPayload, 1_024...100_000_000),
        flag("socketIO.protocolTest", \.socketIO.protocolTest),
    ]

    private static let media: [Setting] = [
        integer("media.port", \.media.port, ports),
        Setting.ports("media.rtpPorts", \.media.rtpPorts),
        text(
            "media.publicAddress", \.media.publicAddress, form: "an IP address, or empty",
            isValid: { $0.isEmpty || IPAddress($0) != nil }),
        choice("media.plainRTP", \.media.plainRTP, among: Configuration.PlainRTPPolicy.allCases, name: \.rawValue),
        integer("media.timeout", \.media.timeout, 1...3600),
        integer("media.maxEgress", \.media.maxEgress, 0...1_000_000_000_000),
        choice("media.limits", \.media.limits, among: Configuration.CountedBits.allCases, name: \.rawValue),
        integer(
            "media.maxAudioBitrate", \.signaling.limits.maxAudioBitrate, 2_000...510_000, reloadable: true),
        integer(
            "media.maxVideoBitrate", \.signaling.limits.maxVideoBitrate, 8_000...100_000_000, reloadable: true),
    ]

    private static let rules: [Setting] = [
        flag("guests.canEnter", \.signaling.guests.canEnter, reloadable: true),
        flag("guests.canSpeak", \.signaling.guests.canSpeak, reloadable: true),
        text(
            "guests.prefix", \.signaling.guests.prefix, reloadable: true,
            form: "at most 20 bytes without control characters",
            isValid: { $0.isEmpty || ($0.utf8.count <= 20 && Name($0) != nil) }),
        leastRole("permissions.createRooms", \.signaling.permissions.createRooms),
        leastRole("permissions.createAudioRooms", \.signaling.permissions.createAudioRooms),
        leastRole("permissions.createVideoRooms", \.signaling.permissions.createVideoRooms),
        leastRole("permissions.createNonExpiring", \.signaling.permissions.createNonExpiring),
        choice(
            "permissions.controlAds", \.signaling.permissions.ownerControlsAds, reloadable: true, among: [true, false],
            name: { $0 ? "owner" : "admin" }),
        choice(
            "permissions.editAds", \.signaling.permissions.ownerEditsAds, reloadable: true, among: [true, false],
            name: { $0 ? "owner" : "admin" }),
        list(
            "defaults.rooms", \.signaling.defaults.rooms, allowsEmpty: true, form: "a list of room names",
            read: { Name($0) }, show: { $0.text }),
        text(
            "defaults.contactGroup", \.signaling.defaults.contactGroup, reloadable: true, form: "1 to 100 bytes",
            isValid: { (1...100).contains($0.utf8.count) }),
    ]

    private static let limits: [Setting] = [
        integer("limits.usersOnline", \.signaling.limits.usersOnline, counts, reloadable: true),
        integer("limits.users", \.signaling.limits.users, counts, reloadable: true),
        integer("limits.rooms", \.signaling.limits.rooms, counts, reloadable: true),
        integer("limits.usersInRoom", \.signaling.limits.usersInRoom, counts, reloadable: true),
        integer("limits.usersInAudioRoom", \.signaling.limits.usersInAudioRoom, counts, reloadable: true),
        integer("limits.usersInVideoRoom", \.signaling.limits.usersInVideoRoom, counts, reloadable: true),
        integer("limits.messageQueue", \.limits.messageQueue, 4_096...1_073_741_824, reloadable: true),
        integer("limits.messageBytes", \.signaling.limits.messageBytes, 1...1_000_000, reloadable: true),
        integer("limits.roomHistory", \.signaling.limits.roomHistoryBytes, 0...10_000_000, reloadable: true),
        integer("limits.searchResults", \.signaling.limits.searchResults, 1...10_000, reloadable: true),
        integer("limits.messagesPerSecond", \.signaling.limits.messagesPerSecond, counts, reloadable: true),
        integer("limits.failedSignIns", \.signaling.limits.failedSignIns, counts, reloadable: true),
        integer("limits.groups", \.signaling.limits.groups, counts, reloadable: true),
        integer("limits.connectionsPerAddress", \.limits.connectionsPerAddress, counts, reloadable: true),
    ]

    private static let times: [Setting] = [
        integer("timeouts.emptyRoom", \.signaling.timeouts.emptyRoom, seconds, reloadable: true),
        integer("timeouts.away", \.signaling.timeouts.away, secondsOrNever, reloadable: true),
        integer("timeouts.ring", \.signaling.timeouts.ring, seconds, reloadable: true),
        integer("timeouts.invitation", \.signaling.timeouts.invitation, seconds, reloadable: true),
        integer("intervals.roomCount", \.signaling.intervals.roomCount, 0...3_600_000, reloadable: true),
        integer("intervals.typing", \.signaling.intervals.typing, 0...3_600_000, reloadable: true),
        integer("boards.groupSeconds", \.signaling.boards.groupSeconds, seconds, reloadable: true),
        integer("boards.messageSeconds", \.signaling.boards.messageSeconds, seconds, reloadable: true),
    ]

    private static let welcome: [Setting] = [
        url("urls.banners", \.urls.banners),
        url("urls.roomBanners", \.urls.roomBanners),
        url("urls.registration", \.urls.registration),
        url("urls.passwordRetrieval", \.urls.passwordRetrieval),
        url("urls.support", \.urls.support),
        url("urls.sendFile", \.urls.sendFile),
        url("urls.update", \.urls.update),
        url("urls.authentication", \.urls.authentication),
        url("urls.profile", \.urls.profile),
        text(
            "branding.title", \.branding.title, reloadable: true, form: "at most 100 bytes without control characters",
            isValid: {
                $0.utf8.count <= 100 && $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            }),
        url("branding.icon", \.branding.icon),
        url("branding.banner", \.branding.banner),
        url("branding.supportLink", \.branding.supportLink),
    ]
}

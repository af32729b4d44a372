// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// What every message passes is confined to one loop; the run-time checks for overlapping accesses cost a quarter of each. Debug
// builds, and with them the tests, keep them.
let hotSettings =
    swiftSettings + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let package = Package(
    name: "media-relay",
    products: [
        .executable(name: "media-relay", targets: ["Server"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // C libraries, one small target each.
        .systemLibrary(
            name: "COpus", path: "Sources/CLibraries/COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
        .systemLibrary(
            name: "COgg", path: "Sources/CLibraries/COgg", pkgConfig: "ogg", providers: [.apt(["libogg-dev"])]),
        .systemLibrary(
            name: "CSpeex", path: "Sources/CLibraries/CSpeex", pkgConfig: "speex", providers: [.apt(["libspeex-dev"])]),
        .systemLibrary(
            name: "CSpeexDSP", path: "Sources/CLibraries/CSpeexDSP", pkgConfig: "speexdsp",
            providers: [.apt(["libspeexdsp-dev"])]),
        .systemLibrary(
            name: "CTheora", path: "Sources/CLibraries/CTheora", pkgConfig: "theoraenc",
            providers: [.apt(["libtheora-dev"])]),
        .systemLibrary(
            name: "CVPX", path: "Sources/CLibraries/CVPX", pkgConfig: "vpx", providers: [.apt(["libvpx-dev"])]),
        .systemLibrary(
            name: "CSQLite", path: "Sources/CLibraries/CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(
            name: "COpenSSL", path: "Sources/CLibraries/COpenSSL", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CZlib", path: "Sources/CLibraries/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CLinux", path: "Sources/CLibraries/CLinux"),

        .target(
            name: "Codec", dependencies: ["COpus", "COgg", "CSpeex", "CSpeexDSP", "CTheora", "CVPX"],
            exclude: ["README.md"],
            swiftSettings: swiftSettings),
        .target(
            name: "MediaRelay",
            dependencies: ["Codec", "CLinux", "COpenSSL", .product(name: "HeapModule", package: "swift-collections")],
            exclude: [
                "Audio/README.md", "Congestion/README.md", "Engine/README.md", "IO/README.md",
                "PayloadFormats/README.md", "Limits/README.md", "RTCP/README.md",
                "RTP/README.md", "Rooms/README.md", "SDP/README.md", "SRTP/README.md", "Statistics/README.md",
                "Video/README.md",
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "Signaling", exclude: ["README.md", "Hub/README.md", "Permissions/README.md"],
            swiftSettings: hotSettings),
        .target(
            name: "Storage", dependencies: ["Signaling", "CSQLite", "COpenSSL"], exclude: ["README.md"],
            swiftSettings: swiftSettings),
        .target(
            name: "Gateways", dependencies: ["Signaling"],
            exclude: [
                "Bytes/README.md", "EngineIO/README.md", "JSON/README.md", "Line/README.md", "MIM/README.md",
                "SocketIO/README.md",
                "WebSocket/README.md", "XML/README.md",
            ],
            swiftSettings: hotSettings),
        .executableTarget(
            name: "Server",
            dependencies: [
                "Codec", "MediaRelay", "Signaling", "Storage", "Gateways", "CLinux", "COpenSSL", "CZlib",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Yams", package: "Yams"),
            ],
            exclude: ["README.md", "Call/README.md"],
            swiftSettings: swiftSettings),

        .testTarget(name: "CodecTests", dependencies: ["Codec"], swiftSettings: swiftSettings),
        .testTarget(name: "MediaRelayTests", dependencies: ["MediaRelay", "Codec"], swiftSettings: swiftSettings),
        .testTarget(name: "SignalingTests", dependencies: ["Signaling"], swiftSettings: swiftSettings),
        .testTarget(
            name: "StorageTests", dependencies: ["Storage", "Signaling", "CSQLite"], swiftSettings: swiftSettings),
        .testTarget(name: "GatewaysTests", dependencies: ["Gateways", "Signaling"], swiftSettings: swiftSettings),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "Signaling",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings),
    ]
)

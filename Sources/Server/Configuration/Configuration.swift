import NIOCore
import Signaling

/// Everything that the server can be set to do, with its defaults.
///
/// ``Setting/all`` says which key in `relay.yaml` stands for what, and what it may hold.
struct Configuration: Sendable, Equatable {
    /// Addresses on which every door listens.
    var listen = ["0.0.0.0"]
    /// The folder that holds everything the server keeps.
    var data = "data"
    /// Threads for codecs and for passwords; 0: one for each core.
    var threads = 0
    /// How many threads that is.
    var threadCount: Int { threads == 0 ? System.coreCount : threads }
    /// What decides who may do what.
    var signaling = Settings()

    var tls = TLS()
    var http = HTTP()
    var line = Line()
    var xml = XML()
    var mim = MIM()
    var socketIO = SocketIO()
    var media = Media()
    var limits = Limits()
    var storage = Storage()
    var log = Log()
    var urls = URLs()
    var branding = Branding()

    /// The certificate of the doors with TLS; the files are read again at every SIGHUP.
    struct TLS: Sendable, Equatable {
        /// The path of a PEM file with the certificate and those that lead to its root; empty: none.
        var certificate = ""
        /// The path of a PEM file with its private key; empty: the key is in the certificate's file.
        var key = ""
    }

    struct HTTP: Sendable, Equatable {
        /// TCP port; 0 switches the door off.
        var port = 7000
        /// TCP port of the same under TLS.
        var tlsPort = 0
        /// Seconds for which a token from signing in is good.
        var tokenSeconds: Int64 = 86_400
        /// Sites whose pages may use the event API besides the server's own; `*` for all.
        var origins: [String] = []
    }

    struct Line: Sendable, Equatable {
        /// TCP port; 0 switches the door off.
        var port = 6500
        /// TCP port of the same protocol under TLS.
        var tlsPort = 0
    }

    struct XML: Sendable, Equatable {
        /// TCP port; 0 switches the door off.
        var port = 6600
        /// Seconds without a document after which a connection is closed.
        var timeout = 15
    }

    struct MIM: Sendable, Equatable {
        /// TCP port; 0 switches the door off.
        var port = 4242
        /// Ports that users of other protocols are given, so that MIM clients can talk to them; nil for none.
        var bridgePorts: PortRange? = PortRange(first: 4300, last: 4399)
    }

    /// The event API's transport.
    struct SocketIO: Sendable, Equatable {
        /// Milliseconds between an answered ping and the next.
        var pingInterval = 25_000
        /// Milliseconds within which a ping must be answered.
        var pingTimeout = 20_000
        /// Bytes of a message, and of a poll's body.
        var maxPayload = 1_000_000
        /// Whether the protocols' conformance suites are served instead of the event API.
        var protocolTest = false

        /// Bytes that a poll's body may have at most.
        var largestPayload: Int { protocolTest ? 1_000_000 : maxPayload }
    }

    struct Media: Sendable, Equatable {
        /// UDP and TCP port of WebRTC.
        var port = 7010
        /// Ports that are handed to RTP sessions, in pairs.
        var rtpPorts = PortRange(first: 10_000, last: 19_999)
        /// The address that answers name, where it is not the one that the request came to; empty: that one.
        var publicAddress = ""
        var plainRTP = PlainRTPPolicy.loopback
        /// Seconds without a packet after which a session that sends has ended.
        var timeout = 30
        /// Bits a second on the wire that may leave in all; 0: any number.
        var maxEgress = 0
        /// What the bitrates of rooms and people mean.
        var limits = CountedBits.payload
    }

    /// Which bits a limit counts: those of the payload, or with all headers.
    enum CountedBits: String, Sendable, CaseIterable {
        case payload, wire
    }

    /// Whose plain RTP is taken.
    enum PlainRTPPolicy: String, Sendable, CaseIterable {
        case off, loopback, any
    }

    struct Limits: Sendable, Equatable {
        /// Bytes that may wait for a connection that reads slowly.
        var messageQueue = 1_048_576
        /// Connections from one address, over all doors; 0: any number.
        var connectionsPerAddress = 0
    }

    struct Storage: Sendable, Equatable {
        /// When what is acknowledged is on the disk.
        var sync = SyncPolicy.commit
    }

    /// When what is acknowledged is on the disk.
    enum SyncPolicy: Sendable, Equatable, CustomStringConvertible {
        /// Before it is acknowledged.
        case commit
        /// At most so many milliseconds later.
        case interval(milliseconds: Int)

        /// Reads `commit` or a number of milliseconds.
        init?(_ text: String) {
            if text == "commit" {
                self = .commit
            } else {
                guard let milliseconds = Int(text), (1...60_000).contains(milliseconds) else { return nil }
                self = .interval(milliseconds: milliseconds)
            }
        }

        var description: String {
            switch self {
            case .commit: "commit"
            case .interval(let milliseconds): String(milliseconds)
            }
        }
    }

    struct Log: Sendable, Equatable {
        var level = LogLevel.info
    }

    /// Addresses of pages around the server that clients lead to; empty: none.
    struct URLs: Sendable, Equatable {
        var banners = ""
        var roomBanners = ""
        var registration = ""
        var passwordRetrieval = ""
        var support = ""
        var sendFile = ""
        var update = ""
        var authentication = ""
        var profile = ""
    }

    /// What clients show of whose server this is; empty: nothing.
    struct Branding: Sendable, Equatable {
        var title = ""
        var icon = ""
        var banner = ""
        var supportLink = ""
    }
}

/// UDP ports from `first` to `last`, both included.
struct PortRange: Sendable, Equatable, CustomStringConvertible {
    var first: Int
    var last: Int

    init(first: Int, last: Int) {
        self.first = first
        self.last = last
    }

    /// Reads `10000-19999`: two ports from 1024 to 65535, the lower one first.
    init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first >= 1024, last <= 65_535,
            last > first
        else { return nil }
        self.init(first: first, last: last)
    }

    var description: String { "\(first)-\(last)" }
}

/// How much is logged: the usual names, and the numbers 0 to 3 of the server of 2008.
enum LogLevel: String, Sendable, CaseIterable {
    case error, warning, info, debug

    /// Reads `error`, `warning`, `info`, `debug` or their numbers 0 to 3.
    init?(setting: String) {
        if let number = Int(setting) {
            guard Self.allCases.indices.contains(number) else { return nil }
            self = Self.allCases[number]
        } else {
            self.init(rawValue: setting)
        }
    }
}

/// The values that the domain decides by. They can be replaced while it runs.
public struct Settings: Hashable, Sendable {
    /// Names of the super admins.
    public var admins: Set<Name> = []
    /// Guests.
    public var guests = Guests()
    /// What making rooms and the like needs.
    public var permissions = Permissions()
    /// Most of everything; 0 is no limit unless said otherwise.
    public var limits = Limits()
    /// Times after which something happens by itself.
    public var timeouts = Timeouts()
    /// Least times between events of a kind.
    public var intervals = Intervals()
    /// What new accounts begin with.
    public var defaults = Defaults()
    /// Message groups.
    public var boards = Boards()
    /// Whether room and private messages are kept once delivered (`storage.history`).
    public var keepsHistory = true
    /// Whether those who are signed in may make accounts.
    public var registration = true
    /// Whether an MD5 of the password is taken for the password (`auth.acceptMD5`).
    public var acceptsMD5 = true
    /// Whether passwords are kept sealed so that a challenge can be answered (`line.challengeLogin`).
    public var challengeLogin = false

    /// The defaults.
    public init() {}

    /// Guests.
    public struct Guests: Hashable, Sendable {
        /// What a guest's name begins with and no account's may; empty for no rule.
        public var prefix = ""
        /// Whether guests may enter at all.
        public var canEnter = true
        /// Whether guests may speak.
        public var canSpeak = true
    }

    /// What an act needs at least.
    public struct Permissions: Hashable, Sendable {
        /// Making text rooms.
        public var createRooms = Role.guest
        /// Making audio rooms.
        public var createAudioRooms = Role.user
        /// Making audio/video rooms.
        public var createVideoRooms = Role.user
        /// Making rooms that do not expire when empty.
        public var createNonExpiring = Role.admin
        /// Whether a room's owner may set its banners; else admins only.
        public var ownerControlsAds = false
        /// Whether a room's owner may edit banners; else admins only.
        public var ownerEditsAds = false
    }

    /// Most of everything; 0 is no limit.
    public struct Limits: Hashable, Sendable {
        /// Users online.
        public var usersOnline = 0
        /// Accounts.
        public var users = 0
        /// Rooms.
        public var rooms = 10_000
        /// Users in one text room.
        public var usersInRoom = 0
        /// Users in one audio room.
        public var usersInAudioRoom = 0
        /// Users in one audio/video room.
        public var usersInVideoRoom = 0
        /// Bytes of one message's text.
        public var messageBytes = 8_000
        /// Bytes of history that a room keeps at hand and shows on entering.
        public var roomHistoryBytes = 16_000
        /// Users found by one search.
        public var searchResults = 100
        /// Messages a second by one user, half of it by a guest; none for admins. Four seconds' worth may come at once.
        public var messagesPerSecond = 100
        /// Sign-ins with a wrong password in a minute by one account's name from one address, and ten times it by one address.
        public var failedSignIns = 10
        /// Message groups.
        public var groups = 1_000
        /// Messages in one group.
        public var postsInGroup = 10_000
        /// Messages kept for one user who is offline.
        public var offlineMessages = 1_000
        /// Contacts, contact groups and ignored users of one user, each.
        public var contacts = 1_000
        /// Payload bits per second of audio that a room may be set to.
        public var maxAudioBitrate = 510_000
        /// Payload bits per second of video that a room may be set to.
        public var maxVideoBitrate = 10_000_000
    }

    /// Times after which something happens by itself.
    public struct Timeouts: Hashable, Sendable {
        /// Seconds after which an empty room goes.
        public var emptyRoom: Int64 = 600
        /// Seconds of inactivity after which somebody is away; 0 for never.
        public var away: Int64 = 600
        /// Seconds for which a call rings.
        public var ring: Int64 = 30
        /// Seconds for which an invitation holds.
        public var invitation: Int64 = 86_400
    }

    /// Least times between events of a kind.
    public struct Intervals: Hashable, Sendable {
        /// Milliseconds between two counts of a room; 0 sends each at once.
        public var roomCount: Int64 = 0
        /// Milliseconds between two typing notices of one user to the same place.
        public var typing: Int64 = 3_000
    }

    /// What new accounts begin with.
    public struct Defaults: Hashable, Sendable {
        /// The contact group of new contacts.
        public var contactGroup = "Friends"
        /// Rooms that exist from the start, besides `Home`; they never expire and belong to nobody.
        public var rooms: [Name] = []
    }

    /// Message groups.
    public struct Boards: Hashable, Sendable {
        /// Seconds after which a group goes.
        public var groupSeconds: Int64 = 30 * 86_400
        /// Seconds after which a message goes.
        public var messageSeconds: Int64 = 7 * 86_400
    }
}

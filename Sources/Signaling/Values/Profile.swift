/// What somebody tells of themselves. All of it is optional; empty texts count as not told.
public struct Profile: Hashable, Sendable {
    /// The person's name, at most 200 bytes.
    public var realName = ""
    /// As the person puts it, at most 30 bytes.
    public var gender = ""
    /// The day of birth as year * 10,000 + month * 100 + day; 0 for not told.
    public var birthday: Int32 = 0
    /// At most 60 bytes.
    public var country = ""
    /// At most 60 bytes.
    public var city = ""
    /// At most 2,000 bytes.
    public var about = ""
    /// The id of the avatar's file, or empty; at most 100 bytes.
    public var avatar = ""
    /// The client's settings, JSON kept as it is; at most 8,000 bytes. Shown to the person alone.
    public var settings = ""
    /// Whether only contacts may write and call.
    public var contactsOnly = false

    /// An empty profile.
    public init() {}
}

/// What is to change in a profile; nil leaves as it is.
public struct ProfileChanges: Hashable, Sendable {
    /// See `Profile.realName`.
    public var realName: String?
    /// See `Profile.gender`.
    public var gender: String?
    /// See `Profile.birthday`.
    public var birthday: Int32?
    /// See `Profile.country`.
    public var country: String?
    /// See `Profile.city`.
    public var city: String?
    /// See `Profile.about`.
    public var about: String?
    /// See `Profile.avatar`.
    public var avatar: String?
    /// See `Profile.settings`.
    public var settings: String?
    /// See `Profile.contactsOnly`.
    public var contactsOnly: Bool?

    /// No change.
    public init() {}
}

/// What users are searched by; nil matches everyone.
public struct ProfileSearch: Hashable, Sendable {
    /// The gender, as told.
    public var gender: String?
    /// The ages in years, both ends included.
    public var ages: ClosedRange<Int>?
    /// The country, without regard to case.
    public var country: String?
    /// The city, without regard to case.
    public var city: String?
    /// Online now, or last seen since.
    public var onlineSince: Timestamp?

    /// Everyone.
    public init() {}
}

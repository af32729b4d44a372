/// The numbers of `@status`, as the protocol's document defines them.
public struct LineStatus: RawRepresentable, Error, Sendable, Hashable {
    /// The number on the wire.
    public let rawValue: Int

    /// Wraps a number.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// No error.
    public static let ok = LineStatus(rawValue: 0)
    /// Unknown error: also what a line that is wrong in itself gets.
    public static let unknownError = LineStatus(rawValue: -1)
    /// Out of memory.
    public static let outOfMemory = LineStatus(rawValue: -2)
    /// Something that was named does not exist.
    public static let notFound = LineStatus(rawValue: -3)
    /// A name that is none: empty, over 30 bytes, or with a control character in it.
    public static let invalidName = LineStatus(rawValue: -4)
    /// Users are still in it.
    public static let notEmpty = LineStatus(rawValue: -5)

    /// The login's kind is missing or neither `anon` nor `regd`.
    public static let noLoginKind = LineStatus(rawValue: 3000)
    /// No such registered user.
    public static let noSuchUser = LineStatus(rawValue: 3001)
    /// Wrong password of an account.
    public static let wrongPassword = LineStatus(rawValue: 3002)
    /// The anonymous name is in use.
    public static let guestNameInUse = LineStatus(rawValue: 3003)
    /// The name belongs to a registered user.
    public static let nameReserved = LineStatus(rawValue: 3004)

    /// No such room.
    public static let noSuchRoom = LineStatus(rawValue: 3100)
    /// Wrong room password.
    public static let wrongRoomPassword = LineStatus(rawValue: 3101)
    /// The room's (or group's) name is used.
    public static let roomNameUsed = LineStatus(rawValue: 3102)
    /// Not the room's owner: also any refusal that has no number of its own.
    public static let notOwner = LineStatus(rawValue: 3103)

    /// No message group joined.
    public static let noGroup = LineStatus(rawValue: 3200)
    /// Wrong password of a message group.
    public static let wrongGroupPassword = LineStatus(rawValue: 3201)

    /// Not logged in.
    public static let noLogin = LineStatus(rawValue: 3500)
    /// Not for anonymous users.
    public static let noAnonymous = LineStatus(rawValue: 3501)
    /// No such command.
    public static let wrongCommand = LineStatus(rawValue: 3502)
    /// What was named is being deleted.
    public static let beingDeleted = LineStatus(rawValue: 3503)
}

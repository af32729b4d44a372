/// A session description (RFC 8866) as a value.
///
/// The lines that no endpoint of ours acts on (u=, e=, p=, i=, r=, z=, k=) are read over; all attributes are kept in their
/// order.
public struct SessionDescription: Equatable, Sendable {
    /// The longest text that is parsed, in bytes.
    public static let maximumLength = 64 << 10

    /// Who made the description, and which version of it this is (o=).
    public var origin: SDPOrigin
    /// The session's name (s=); "-" for none.
    public var name: String
    /// The address of all media sections that have none of their own (c=).
    public var connection: SDPConnection?
    /// The bandwidth of the whole session (b=).
    public var bandwidths: [SDPBandwidth] = []
    /// Start and stop time as they were written (t=).
    public var timing: String = "0 0"
    /// The session's attributes (a= before the first m=).
    public var attributes: [SDPAttribute] = []
    /// The media sections (m=).
    public var media: [MediaDescription] = []

    /// A description without media.
    public init(origin: SDPOrigin, name: String = "-", connection: SDPConnection? = nil) {
        self.origin = origin
        self.name = name
        self.connection = connection
    }
}

/// The origin of a session description (o=; RFC 8866, 5.2).
public struct SDPOrigin: Equatable, Sendable {
    /// The originator's name on its host; "-" for none.
    public var username: String
    /// The session's identifier, decimal.
    public var sessionID: String
    /// The version of the description, decimal; grows with each change.
    public var version: String
    /// The address of the originator's machine, or its name.
    public var address: String
    /// The family of `address`.
    public var family: IPAddress.Family

    /// An origin with a number for the session and one for the version.
    public init(username: String = "-", sessionID: UInt64, version: UInt64, address: IPAddress) {
        self.username = username
        self.sessionID = String(sessionID)
        self.version = String(version)
        self.address = address.description
        family = address.family
    }

    init(username: String, sessionID: String, version: String, address: String, family: IPAddress.Family) {
        self.username = username
        self.sessionID = sessionID
        self.version = version
        self.address = address
        self.family = family
    }
}

/// Where media go to (c=; RFC 8866, 5.7).
public struct SDPConnection: Equatable, Sendable {
    /// The address as written: an IP address or a host's name, without time to live and count.
    public var host: String
    /// The family that the line names.
    public var family: IPAddress.Family

    /// A connection to an IP address.
    public init(_ address: IPAddress) {
        host = address.description
        family = address.family
    }

    init(host: String, family: IPAddress.Family) {
        self.host = host
        self.family = family
    }

    /// The IP address; nil where the line gives a host's name.
    public var address: IPAddress? {
        guard let address = IPAddress(host), address.family == family else { return nil }
        return address
    }
}

/// A bandwidth (b=; RFC 8866, 5.8).
public struct SDPBandwidth: Equatable, Sendable {
    /// What is counted: `AS`, `CT`, `TIAS`, `RS`, `RR`.
    public var modifier: String
    /// The number, in kbit/s for `AS` and `CT` and in bit/s for the others.
    public var value: Int

    /// A bandwidth with its modifier.
    public init(modifier: String, value: Int) {
        self.modifier = modifier
        self.value = value
    }
}

/// An attribute (a=; RFC 8866, 5.13): a property, or a name with a value.
public struct SDPAttribute: Equatable, Sendable {
    /// The attribute's name.
    public var name: String
    /// What stands after the colon; nil for a property.
    public var value: String?

    /// An attribute.
    public init(_ name: String, _ value: String? = nil) {
        self.name = name
        self.value = value
    }
}

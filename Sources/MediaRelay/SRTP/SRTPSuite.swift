/// A cryptographic suite of SRTP.
public enum SRTPSuite: String, Hashable, Sendable, CaseIterable {
    /// AES-128 in Galois/counter mode with tags of 16 bytes (RFC 7714).
    case aeadAES128GCM = "AEAD_AES_128_GCM"
    /// AES-128 in counter mode with HMAC-SHA1 tags of 10 bytes (RFC 3711; RFC 4568, 6.2).
    case aesCM128HMACSHA1Tag80 = "AES_CM_128_HMAC_SHA1_80"

    /// The length of the master key in bytes.
    public static let keyLength = 16

    /// The length of the master salt in bytes.
    public var saltLength: Int { self == .aeadAES128GCM ? 12 : 14 }

    /// The length of an authentication tag in bytes: what protection adds to an RTP packet.
    public var tagLength: Int { self == .aeadAES128GCM ? 16 : 10 }

    /// What protection adds to an RTCP datagram: the tag, and four bytes for the index.
    public var controlOverhead: Int { tagLength + 4 }
}

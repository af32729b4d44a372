/// What a payload bitrate becomes with the headers of RTP, UDP and IP around it.
public struct WireBitrate: Sendable {
    /// Bytes of an RTP header without extension.
    public static let rtpHeader = 12
    /// The largest video payload in a packet that is reckoned with, in bytes.
    static let videoPayload = 1100
    /// The frames a second that are reckoned with in video.
    static let videoFrames = 30

    /// Bytes of the IP and UDP headers.
    public static func networkHeader(_ family: IPAddress.Family) -> Int { family == .v4 ? 28 : 48 }

    /// Packets a second of audio in packets of `packetTime` milliseconds, or of video at `payload` bit/s.
    public static func packetRate(kind: MediaKind, payload: Int, packetTime: Int) -> Int {
        guard kind == .video else { return (1000 + packetTime - 1) / max(1, packetTime) }
        // Each frame ends with a packet that is not full.
        return payload / (8 * videoPayload) + videoFrames
    }

    /// `payload` bit/s as `b=TIAS` counts it: with RTP headers, without those of UDP and IP (RFC 3890).
    public static func transportIndependent(kind: MediaKind, payload: Int, packetTime: Int) -> Int {
        payload + packetRate(kind: kind, payload: payload, packetTime: packetTime) * 8 * rtpHeader
    }

    /// `payload` bit/s as `b=AS` counts it, in kbit/s rounded up: with all headers (RFC 3550, 6.2).
    public static func applicationSpecific(
        kind: MediaKind, payload: Int, packetTime: Int, family: IPAddress.Family
    ) -> Int {
        let rate = packetRate(kind: kind, payload: payload, packetTime: packetTime)
        return (payload + rate * 8 * (rtpHeader + networkHeader(family)) + 999) / 1000
    }
}

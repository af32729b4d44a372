extension MediaSession.Section {
    /// The head of the stream that goes out.
    var outline: MediaSession.Outline {
        MediaSession.Outline(payloadType: outbound.payloadType, ssrc: setup.ssrc, protector: protector)
    }

    /// Whether a datagram is the endpoint's: SRTP is checked and decrypted in place before anything else. With plain RTP the host must be the session's, and the port that of the first
    /// packet that was one; what is authentic may come from anywhere.
    ///
    /// - Returns: the length of the plain packet; nil where it is dropped, which is counted.
    @inline(__always)
    mutating func accept(
        _ datagram: inout MutableRawSpan, isRTCP: Bool, onRTCPSocket: Bool, source: SocketAddress,
        _ drops: inout DropCounters
    ) -> Int? {
        if let unprotector {
            let length = isRTCP ? try? unprotector.unprotectRTCP(&datagram) : try? unprotector.unprotectRTP(&datagram)
            if length == nil { drops.unauthenticated += 1 }
            return length
        }
        let known = onRTCPSocket ? rtcpSource : rtpSource
        let isAccepted = known.map { $0 == source } ?? source.isSameHost(as: setup.host)
        guard isAccepted else {
            drops.foreignSource += 1
            return nil
        }
        return datagram.byteCount
    }

    /// What a packet carries: the format of its payload type, where its sender may send it; nil where it is dropped. `isAgain` says that it is one that is sent again in a stream of its own.
    @inline(__always)
    mutating func judge(
        _ header: RTPHeader, maySend: MediaKinds, _ isAgain: inout Bool, _ drops: inout DropCounters
    ) -> WireFormat? {
        guard setup.receives, maySend.contains(setup.kind) else {
            drops.notAllowed += 1
            return nil
        }
        if let again = setup.retransmission, again.payloadType == header.payloadType {
            isAgain = true
            return inbound?.format
        }
        guard let format = setup.format(ofType: header.payloadType) else {
            // Events and comfort noise belong to the stream that they stand in.
            if setup.absorbs(header.payloadType) { return inbound?.format }
            drops.unexpectedPayload += 1
            return nil
        }
        return format
    }
}

/// The targets of this group.
let fuzzTargets = [
    FuzzTarget(name: "RTP", run: fuzzRTP),
    FuzzTarget(name: "RTCP", run: fuzzRTCP),
    FuzzTarget(name: "SDP", run: fuzzSDP),
    FuzzTarget(name: "VP8", run: fuzzVP8),
    FuzzTarget(name: "Theora", run: fuzzTheora),
    FuzzTarget(name: "SRTP", run: fuzzSRTP),
    FuzzTarget(name: "Framing", run: fuzzFraming),
]

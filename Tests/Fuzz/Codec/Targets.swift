/// The targets of this group.
let fuzzTargets = [
    FuzzTarget(name: "OpusDecode", run: fuzzOpusDecode),
    FuzzTarget(name: "SpeexDecode", run: fuzzSpeexDecode),
    FuzzTarget(name: "VP8Decode", run: fuzzVP8Decode),
    FuzzTarget(name: "TheoraDecode", run: fuzzTheoraDecode),
    FuzzTarget(name: "TheoraHeaders", run: fuzzTheoraHeaders),
    FuzzTarget(name: "OggFile", run: fuzzOggFile),
    FuzzTarget(name: "OggPages", run: fuzzOggPages),
    FuzzTarget(name: "PlainFile", run: fuzzPlainFile),
]

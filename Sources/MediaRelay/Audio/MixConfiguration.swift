/// What a mix is encoded to: everyone who wants the same shares one encoder.
struct MixConfiguration: Hashable, Sendable {
    /// The codec.
    var format = AudioFormat.opus
    /// Bits of payload a second, at most.
    var bitrate: Int
    /// Length of a packet in ticks of the mix, 20 ms each: 1, 2 or 3.
    var ticks: Int
    /// Packets in a hundred that the listeners lose: above 0, Opus carries redundancy for them.
    var expectedLoss = 0
    /// Whether the bitrate may vary under its limit; Speex only, Opus always does.
    var variableBitrate = false
}

/// A track as the mixer of its room knows it; never given twice by one loop.
typealias MixTrackID = UInt32

/// Somebody who hears a room's mix; never given twice by one loop.
typealias MixListenerID = UInt32

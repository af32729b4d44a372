/// What a mix is encoded to: everyone who wants the same shares one encoder.
struct MixConfiguration: Hashable, Sendable {
    /// Bits of payload a second.
    var bitrate: Int
    /// Length of a packet in ticks of the mix, 20 ms each: 1, 2 or 3.
    var ticks: Int
}

/// A track as the mixer of its room knows it; never given twice by one loop.
typealias MixTrackID = UInt32

/// Somebody who hears a room's mix; never given twice by one loop.
typealias MixListenerID = UInt32

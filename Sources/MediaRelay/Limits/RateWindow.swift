/// What went by in a sliding window of time, in bits, and what may still go by under a limit.
///
/// Exact to a four-hundredth of the window, and never in favour of more: what came close together leaves the window with the last of it. Its memory is reserved once.
public struct RateWindow: Sendable {
    private struct Entry {
        var time: Int64
        var bits: Int
    }

    private static let entriesPerWindow: Int64 = 400

    /// The window's length in nanoseconds.
    public let length: Int64
    private let grain: Int64
    private var entries: [Entry]
    private var first = 0
    private var count = 0
    private var sum = 0

    /// An empty window of `milliseconds`.
    public init(milliseconds: Int64) {
        length = milliseconds * 1_000_000
        grain = length / Self.entriesPerWindow
        entries = [Entry](repeating: Entry(time: 0, bits: 0), count: Int(Self.entriesPerWindow) + 4)
    }

    /// The bits that a limit in bit/s leaves for one window.
    public func capacity(bitrate: Int) -> Int {
        Int(Int64(bitrate) &* (length / 1_000_000) / 1_000)
    }

    /// Notes that `bits` go by now. Times never go back.
    @inline(__always)
    public mutating func add(_ bits: Int, at now: MediaTime) {
        expire(now)
        sum += bits
        if count > 0 {
            // Kept by the time of its first bits, and let out when the last of them must have left.
            let last = (first + count - 1) % entries.count
            if count == entries.count || now.nanoseconds - entries[last].time < grain {
                entries[last].bits += bits
                return
            }
        }
        entries[(first + count) % entries.count] = Entry(time: now.nanoseconds, bits: bits)
        count += 1
    }

    /// The bits of the window that ends now.
    @inline(__always)
    public mutating func total(at now: MediaTime) -> Int {
        expire(now)
        return sum
    }

    /// When so many bits more will fit under `capacity`; nil where they never will.
    public mutating func earliest(for bits: Int, capacity: Int, from now: MediaTime) -> MediaTime? {
        guard bits <= capacity else { return nil }
        expire(now)
        var excess = sum + bits - capacity
        var index = 0
        var time = now
        while excess > 0, index < count {
            let entry = entries[(first + index) % entries.count]
            excess -= entry.bits
            time = MediaTime(nanoseconds: entry.time + length + grain)
            index += 1
        }
        return max(time, now)
    }

    @inline(__always)
    private mutating func expire(_ now: MediaTime) {
        while count > 0, entries[first].time + length + grain <= now.nanoseconds {
            sum -= entries[first].bits
            first = (first + 1) % entries.count
            count -= 1
        }
    }
}

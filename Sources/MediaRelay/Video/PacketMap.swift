/// Closes the gaps that frames leave which were left out on purpose: the packets after them move up, so that a receiver sees no loss.
///
/// A gap that the network made stays one. What comes late keeps the number that it would have had, for as long as the frames left out around it are remembered.
struct PacketMap {
    /// By how much the numbers after a gap are less than they were.
    struct Shift: Equatable {
        var sequence: UInt64 = 0
        var pictureID: UInt16 = 0
        var baseLayerIndex: UInt8 = 0
    }

    private struct Gap {
        var first: UInt64
        var last: UInt64
        var before: Shift
        var after: Shift
        var timestamp: UInt32
    }

    private static let remembered = 16

    private var gaps: [Gap] = []
    private var isOpen = false

    /// Makes a map that changes nothing.
    init() {
        gaps.reserveCapacity(Self.remembered + 1)
    }

    /// The shift of the newest packets.
    var current: Shift { gaps.last?.after ?? Shift() }

    /// Leaves a packet out. All packets of a frame must be, in their order; what lies between two of them is left out with them.
    mutating func leaveOut(_ sequence: UInt64, timestamp: UInt32, isBaseLayer: Bool) {
        if isOpen, let gap = gaps.last {
            guard sequence > gap.last else { return }
            let index = gaps.count - 1
            gaps[index].after.sequence &+= sequence - gap.last
            gaps[index].last = sequence
            if timestamp != gap.timestamp { countFrame(at: index, timestamp, isBaseLayer) }
            return
        }
        if let last = gaps.last?.last, sequence <= last { return }
        var gap = Gap(first: sequence, last: sequence, before: current, after: current, timestamp: timestamp)
        gap.after.sequence &+= 1
        if gaps.count == Self.remembered { gaps.removeFirst() }
        gaps.append(gap)
        countFrame(at: gaps.count - 1, timestamp, isBaseLayer)
        isOpen = true
    }

    private mutating func countFrame(at index: Int, _ timestamp: UInt32, _ isBaseLayer: Bool) {
        gaps[index].timestamp = timestamp
        gaps[index].after.pictureID &+= 1
        if isBaseLayer { gaps[index].after.baseLayerIndex &+= 1 }
    }

    /// The shift of a packet that is sent on; nil for one that belongs to what was left out, or is older than what is remembered.
    mutating func shift(of sequence: UInt64) -> Shift? {
        guard let newest = gaps.last else { return Shift() }
        if sequence > newest.last {
            isOpen = false
            return newest.after
        }
        return earlierShift(of: sequence)
    }

    private func earlierShift(of sequence: UInt64) -> Shift? {
        for gap in gaps.reversed() {
            if sequence > gap.last { return gap.after }
            if sequence >= gap.first { return nil }
        }
        // Before all that is remembered nothing is known, unless nothing was forgotten.
        guard gaps.count < Self.remembered else { return nil }
        return gaps.first?.before
    }

    /// The number that a packet had which left with `sequence`.
    func original(of sequence: UInt64) -> UInt64? {
        for gap in gaps.reversed() {
            let candidate = sequence &+ gap.after.sequence
            if candidate > gap.last { return candidate }
        }
        return gaps.first.map { sequence &+ $0.before.sequence } ?? sequence
    }
}

/// What passes between a media loop and a codec worker for one video track: its packets, and the packets of the tracks that are derived from it.
///
/// A batch belongs to one side at a time; it goes back and forth and keeps its memory.
final class VideoBatch {
    /// A change of what is derived.
    enum Change {
        case add(ConversionID, TranscodingTarget)
        case remove(ConversionID)
        /// The conversion's next frame is to be a key frame.
        case keyFrame(ConversionID)
        /// What a Theora stream is decoded with, where it is known from the session description.
        case configuration(TheoraConfiguration)
    }

    /// A packet that arrived, its payload in ``input``.
    struct Packet {
        var sequence: UInt64
        var timestamp: UInt32
        var marker: Bool
        var payload: Range<Int>
    }

    /// A packet of a derived track, its payload in ``output``.
    struct DerivedPacket {
        var conversion: ConversionID
        var timestamp: UInt32
        /// The last of its frame.
        var marker: Bool
        var beginsKeyFrame: Bool
        var payload: Range<Int>
    }

    /// Bytes of payload that wait at most; beyond, pictures are lost until the next key frame.
    static let inputCapacity = 4 << 20

    // From the loop.
    var changes: [Change] = []
    private(set) var packets: [Packet] = []
    private(set) var input = ByteStore(capacity: 0)
    private var inputCount = 0
    /// Whether packets were left out for want of room.
    private(set) var isIncomplete = false

    // From the worker.
    private(set) var derived: [DerivedPacket] = []
    private(set) var output = ByteStore(capacity: 0)
    private var outputCount = 0
    /// Whether the source cannot be decoded without a key frame.
    var needsKeyFrame = false

    /// Whether there is anything to be done.
    var isEmpty: Bool { packets.isEmpty && changes.isEmpty }

    /// Adds a packet of the source.
    func append(sequence: UInt64, timestamp: UInt32, marker: Bool, payload: RawSpan) {
        let end = inputCount + payload.byteCount
        guard end <= Self.inputCapacity else {
            isIncomplete = true
            return
        }
        if end > input.capacity { input.grow(to: min(Self.inputCapacity, max(end, input.capacity * 2, 64 << 10))) }
        input.copy(payload, to: inputCount)
        packets.append(Packet(sequence: sequence, timestamp: timestamp, marker: marker, payload: inputCount..<end))
        inputCount = end
    }

    /// Adds a packet of a derived track, whose payload `write` puts into the space it is given and whose length it returns.
    func appendDerived(
        _ conversion: ConversionID, timestamp: UInt32, beginsKeyFrame: Bool, most: Int,
        write: (inout MutableRawSpan) -> (length: Int, marker: Bool)?
    ) -> Bool {
        output.grow(to: outputCount + most)
        guard let (length, marker) = output.write(outputCount..<outputCount + most, write) else { return false }
        derived.append(
            DerivedPacket(
                conversion: conversion, timestamp: timestamp, marker: marker, beginsKeyFrame: beginsKeyFrame,
                payload: outputCount..<outputCount + length))
        outputCount += length
        return true
    }

    /// Forgets what the loop put in, once it is worked on.
    func clearInput() {
        changes.removeAll(keepingCapacity: true)
        packets.removeAll(keepingCapacity: true)
        inputCount = 0
        isIncomplete = false
    }

    /// Forgets what the worker put in, once it is sent.
    func clearOutput() {
        derived.removeAll(keepingCapacity: true)
        outputCount = 0
        needsKeyFrame = false
    }
}

/// A conversion as the converter of its source knows it; never given twice by one loop.
typealias ConversionID = UInt32

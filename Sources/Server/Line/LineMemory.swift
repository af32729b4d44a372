import Gateways

/// Memory that the line connections of the hub's thread share: for what is being read, and for what many are told.
final class LineMemory {
    /// Bytes read from a socket at once.
    static let readSize = 65_536

    /// Where sockets are read into. It lives as long as the loop, which never ends before its connections.
    let input = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize, alignment: 64)
    /// Bytes that may wait for a connection that reads slowly.
    var messageQueue = 1 << 20
    /// Memory for the line at hand.
    var scratch = LineWords()
    /// The message at hand, as all who hear it are told of it.
    private(set) var message: [UInt8] = []

    deinit {
        input.deallocate()
    }

    /// Writes a message to a room.
    func encode(prefix: [UInt8], _ text: Span<UInt8>) {
        message.removeAll(keepingCapacity: true)
        LinePlainMessage.write(prefix: prefix, text, to: &message)
    }
}

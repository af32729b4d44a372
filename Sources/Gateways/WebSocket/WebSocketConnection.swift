/// The server's end of one WebSocket connection (RFC 6455): bytes in, messages and bytes out.
public struct WebSocketConnection: Sendable {
    /// What the other end says.
    public enum Message: Hashable, Sendable {
        /// Valid UTF-8.
        case text([UInt8])
        /// Any bytes.
        case binary([UInt8])
        /// It has closed, with a code of RFC 6455, section 7.4 (1005 where it gave none).
        case closed(code: UInt16)
    }

    /// What is to be sent; the shell empties it.
    public var output: [UInt8] = []
    /// Whether the connection is to be closed once `output` has been sent.
    public private(set) var isFinished = false

    /// The most bytes of a message, its fragments together and its compression undone.
    private let largestMessage: Int
    private let isDeflated: Bool
    private var header: [UInt8] = []
    private var frame: Frame?
    /// The message whose frames are coming in.
    private var message: (opcode: WebSocketFrame.Opcode, isCompressed: Bool, bytes: [UInt8])?
    private var control: [UInt8] = []

    private struct Frame {
        var opcode: WebSocketFrame.Opcode
        var isFinal: Bool
        var missing: Int
        var mask: UInt32
        var position = 0
    }

    /// A connection whose upgrade has been answered.
    ///
    /// - Parameters:
    ///   - largestMessage: bytes.
    ///   - isDeflated: whether permessage-deflate was agreed on.
    public init(largestMessage: Int, isDeflated: Bool) {
        self.largestMessage = largestMessage
        self.isDeflated = isDeflated
    }

    /// Takes what was read, and hands on each message that is whole.
    public mutating func receive(
        _ input: Span<UInt8>, inflater: (_ bytes: [UInt8], _ most: Int) -> [UInt8]?, handle: (Message) -> Void
    ) {
        var offset = 0
        while offset < input.count || frame?.missing == 0 {
            guard !isFinished else { return }
            if frame == nil {
                header.append(input[offset])
                offset += 1
                guard let need = headerLength, header.count == need else { continue }
                if let code = begin() { return fail(code, handle) }
                continue
            }
            takePayload(input, &offset)
            guard let current = frame, current.missing == 0 else { continue }
            frame = nil
            if let code = end(current, inflater, handle) { return fail(code, handle) }
        }
    }

    /// Sends a text message.
    public mutating func send(text: some Collection<UInt8>, deflater: (([UInt8]) -> [UInt8]?)? = nil) {
        send(.text, text, deflater)
    }

    /// Sends a binary message.
    public mutating func send(binary: some Collection<UInt8>, deflater: (([UInt8]) -> [UInt8]?)? = nil) {
        send(.binary, binary, deflater)
    }

    /// Closes with a code of RFC 6455, section 7.4.
    public mutating func close(code: UInt16) {
        guard !isFinished else { return }
        WebSocketFrame.writeHeader(
            WebSocketFrame.final | WebSocketFrame.Opcode.close.rawValue, count: 2, to: &output)
        BigEndian.append(code, to: &output)
        isFinished = true
    }

    private mutating func send(
        _ opcode: WebSocketFrame.Opcode, _ bytes: some Collection<UInt8>, _ deflater: (([UInt8]) -> [UInt8]?)?
    ) {
        guard !isFinished else { return }
        // Short messages cost more to compress than they save.
        if isDeflated, bytes.count >= 1024, let small = deflater?(Array(bytes)), small.count < bytes.count {
            WebSocketFrame.writeHeader(
                WebSocketFrame.final | WebSocketFrame.compressed | opcode.rawValue, count: small.count, to: &output)
            return output.append(contentsOf: small)
        }
        WebSocketFrame.writeHeader(WebSocketFrame.final | opcode.rawValue, count: bytes.count, to: &output)
        output.append(contentsOf: bytes)
    }
}

// Frames.
extension WebSocketConnection {
    /// How many bytes the header has, as far as that is known.
    private var headerLength: Int? {
        guard header.count >= 2 else { return nil }
        // Without a mask it is wrong already.
        guard header[1] & 0x80 != 0 else { return 2 }
        return switch header[1] & 0x7F {
        case 126: 8
        case 127: 14
        default: 6
        }
    }

    /// A header is whole; the code to close with where it is not to be taken.
    private mutating func begin() -> UInt16? {
        let (first, second) = (header[0], header[1])
        let rest = header[2...]
        header = []
        guard let opcode = WebSocketFrame.Opcode(rawValue: first & 0x0F), second & 0x80 != 0 else { return 1002 }
        let isCompressed = first & WebSocketFrame.compressed != 0
        let isFinal = first & WebSocketFrame.final != 0
        guard first & 0x30 == 0, !isCompressed || isDeflated && opcode != .continuation && !opcode.isControl else {
            return 1002
        }
        let length = rest.dropLast(4).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let count = rest.count == 4 ? UInt64(second & 0x7F) : length
        if opcode.isControl {
            guard isFinal, count <= 125 else { return 1002 }
            control = []
        } else {
            guard (opcode == .continuation) == (message != nil) else { return 1002 }
            guard count <= UInt64(largestMessage - (message?.bytes.count ?? 0)) else { return 1009 }
            if message == nil { message = (opcode, isCompressed, []) }
        }
        let mask = rest.suffix(4).reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        frame = Frame(opcode: opcode, isFinal: isFinal, missing: Int(count), mask: mask)
        return nil
    }

    private mutating func takePayload(_ input: Span<UInt8>, _ offset: inout Int) {
        guard var current = frame else { return }
        let count = min(current.missing, input.count - offset)
        if current.opcode.isControl {
            Self.unmask(input.extracting(offset..<offset + count), &current, into: &control)
        } else if var bytes = message?.bytes {
            // One reference to the bytes while they grow.
            message?.bytes = []
            Self.unmask(input.extracting(offset..<offset + count), &current, into: &bytes)
            message?.bytes = bytes
        }
        offset += count
        frame = current
    }

    private static func unmask(_ input: Span<UInt8>, _ frame: inout Frame, into bytes: inout [UInt8]) {
        var mask = frame.mask
        let turn = UInt32(frame.position & 3) * 8
        if turn > 0 { mask = mask << turn | mask >> (32 - turn) }
        bytes.reserveCapacity(bytes.count + input.count)
        for index in input.indices {
            bytes.append(input[index] ^ UInt8(truncatingIfNeeded: mask >> 24))
            mask = mask << 8 | mask >> 24
        }
        frame.position += input.count
        frame.missing -= input.count
    }

    /// A frame is whole; the code to close with where it was not right.
    private mutating func end(
        _ frame: Frame, _ inflater: ([UInt8], Int) -> [UInt8]?, _ handle: (Message) -> Void
    ) -> UInt16? {
        switch frame.opcode {
        case .ping:
            WebSocketFrame.writeHeader(
                WebSocketFrame.final | WebSocketFrame.Opcode.pong.rawValue, count: control.count, to: &output)
            output.append(contentsOf: control)
            return nil
        case .pong: return nil
        case .close: return endByClose(handle)
        case .text, .binary, .continuation:
            guard frame.isFinal, let whole = message else { return nil }
            message = nil
            var bytes = whole.bytes
            if whole.isCompressed {
                guard let large = inflater(bytes, largestMessage) else { return 1009 }
                bytes = large
            }
            if whole.opcode == .binary {
                handle(.binary(bytes))
            } else {
                guard UTF8Text.isValid(bytes.span) else { return 1007 }
                handle(.text(bytes))
            }
            return nil
        }
    }

    private mutating func endByClose(_ handle: (Message) -> Void) -> UInt16? {
        guard control.count != 1 else { return 1002 }
        let code = control.count >= 2 ? UInt16(control[0]) << 8 | UInt16(control[1]) : 1005
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        case 1005 where control.isEmpty: break
        default: return 1002
        }
        guard control.count < 3 || UTF8Text.isValid(control.span.extracting(2...)) else { return 1007 }
        if code == 1005 {
            WebSocketFrame.writeHeader(
                WebSocketFrame.final | WebSocketFrame.Opcode.close.rawValue, count: 0, to: &output)
            isFinished = true
        } else {
            close(code: code)
        }
        handle(.closed(code: code))
        return nil
    }

    private mutating func fail(_ code: UInt16, _ handle: (Message) -> Void) {
        close(code: code)
        handle(.closed(code: code))
    }
}

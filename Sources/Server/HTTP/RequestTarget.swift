/// A request's target in origin or absolute form (RFC 9112, sections 3.2.1 and 3.2.2), taken apart and percent-decoded.
struct RequestTarget: Equatable {
    var path: [String]
    var query: [String: String]

    /// Reads `/api/v1/rooms/Home?audio=mix`; nil where it is not one: no slash first, a `%` without two hexadecimal
    /// digits, what is not UTF-8, a control character, or a segment `.` or `..`.
    init?(_ target: String) {
        let whole = Self.originForm(target).utf8.prefix { $0 != UInt8(ascii: "#") }
        guard whole.first == UInt8(ascii: "/") else { return nil }
        let ends = whole.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)

        path = []
        for segment in ends[0].dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let text = Self.decode(segment, plusIsSpace: false), text != ".", text != ".." else { return nil }
            path.append(text)
        }
        // "/" alone has no segments; any other empty one matches no route.
        if path == [""] { path = [] }

        query = [:]
        guard ends.count == 2 else { return }
        for pair in ends[1].split(separator: UInt8(ascii: "&")) {
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(sides[0], plusIsSpace: true),
                let value = sides.count == 2 ? Self.decode(sides[1], plusIsSpace: true) : ""
            else { return nil }
            if query[name] == nil { query[name] = value }
        }
    }

    /// What follows the authority of an absolute form; which host it names does not matter here.
    private static func originForm(_ target: String) -> Substring {
        let scheme = "http://"
        guard target.lowercased().hasPrefix(scheme) else { return target[...] }
        let rest = target.dropFirst(scheme.count)
        return rest.firstIndex(of: "/").map { rest[$0...] } ?? "/"
    }

    private static func decode(_ bytes: some Sequence<UInt8>, plusIsSpace: Bool) -> String? {
        var decoded: [UInt8] = []
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    return nil
                }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace:
                decoded.append(UInt8(ascii: " "))
            default:
                decoded.append(byte)
            }
        }
        guard decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Encodes a text as one segment of a path (RFC 3986: all but the unreserved characters).
    static func encode(segment: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in segment.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}

import COpenSSL
public import Signaling

/// Random numbers from OpenSSL's generator, which the operating system seeds.
public final class SystemRandom: RandomSource {
    /// A source; they all give from the same generator.
    public init() {}

    /// 64 unpredictable bits. The program ends where the system has no random numbers: nothing it would do from there is safe.
    public func next() -> UInt64 {
        var value: UInt64 = 0
        let code = withUnsafeMutableBytes(of: &value) { bytes in
            RAND_bytes(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(bytes.count))
        }
        precondition(code == 1, "the system has no random numbers")
        return value
    }

    /// So many unpredictable bytes.
    static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(RAND_bytes(&bytes, Int32(count)) == 1, "the system has no random numbers")
        return bytes
    }
}

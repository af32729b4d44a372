import Testing

@testable import Codec

@Suite struct PictureScalerTests {
    private func scaled(_ picture: borrowing Picture, width: Int, height: Int) throws -> [UInt8] {
        var scaler = try PictureScaler(width: width, height: height)
        var target = try Picture(width: 16, height: 16)
        try scaler.scale(picture, into: &target)
        #expect(target.width == width)
        #expect(target.height == height)
        return target.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }
    }

    private func picture(_ width: Int, _ height: Int, _ luma: (Int, Int) -> UInt8) throws -> Picture {
        var picture = try Picture(width: width, height: height)
        var bytes = (0..<(width * height)).map { luma($0 % width, $0 / width) }
        bytes += [UInt8](repeating: 77, count: picture.byteCount - bytes.count)
        try picture.load(bytes.span.bytes)
        return picture
    }

    static let sizes = [(1, 1), (2, 2), (3, 5), (16, 16), (97, 61), (176, 144)]

    /// What is of one colour stays so, at any size.
    @Test(arguments: sizes, sizes)
    func colourStays(_ from: (Int, Int), _ to: (Int, Int)) throws {
        for level in [UInt8(0), 16, 127, 255] {
            let source = try picture(from.0, from.1) { _, _ in level }
            let result = try scaled(source, width: to.0, height: to.1)
            #expect(result[..<(to.0 * to.1)].allSatisfy { $0 == level })
            #expect(result[(to.0 * to.1)...].allSatisfy { $0 == 77 })
        }
    }

    /// A slope stays one: nothing is shifted, and no step is larger than its neighbours by more than rounding.
    @Test(arguments: [(32, 24), (64, 48), (200, 150), (127, 95)])
    func slopeStays(_ to: (Int, Int)) throws {
        let source = try picture(64, 48) { x, y in UInt8(x * 2 + y) }
        let result = try scaled(source, width: to.0, height: to.1)
        for y in 2..<(to.1 - 2) {
            for x in 2..<(to.0 - 2) {
                let across = (Double(x) + 0.5) * 64 / Double(to.0) - 0.5
                let down = (Double(y) + 0.5) * 48 / Double(to.1) - 0.5
                #expect(abs(Double(result[y * to.0 + x]) - (across * 2 + down)) < 1.6)
            }
        }
    }

    /// The same size is a copy; half of it is near the mean of each four pixels.
    @Test func sameAndHalf() throws {
        let source = try picture(64, 48) { x, y in UInt8(truncatingIfNeeded: x &* 5 ^ y &* 3) }
        let same = try scaled(source, width: 64, height: 48)
        #expect(source.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } } == same)
        let checks = try picture(64, 48) { x, y in (x + y) % 2 == 0 ? 40 : 200 }
        let half = try scaled(checks, width: 32, height: 24)
        #expect(half[..<(32 * 24)].allSatisfy { abs(Int($0) - 120) <= 21 })
    }

    /// One scaler takes pictures of changing sizes.
    @Test func sizeOfSourceChanges() throws {
        var scaler = try PictureScaler(width: 40, height: 30)
        var target = try Picture(width: 40, height: 30)
        for size in [(80, 60), (20, 15), (640, 480), (1, 1), (80, 60)] {
            let source = try picture(size.0, size.1) { _, _ in 99 }
            try scaler.scale(source, into: &target)
            let sum = target.withBytes { bytes in bytes.withUnsafeBytes { $0[..<1200].reduce(0) { $0 + Int($1) } } }
            #expect(sum == 99 * 1200)
        }
        #expect(throws: CodecError.self) { _ = try PictureScaler(width: 5000, height: 5) }
    }
}

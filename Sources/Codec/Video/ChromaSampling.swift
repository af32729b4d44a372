import Glibc

/// How many samples of colour a picture has: what is not 4:2:0 is brought to it.
enum ChromaSampling: Sendable, Equatable {
    /// Half in both directions.
    case yuv420
    /// Half horizontally.
    case yuv422
    /// Full.
    case yuv444
    /// No colour at all.
    case grey

    /// Pixels that share a sample of colour, horizontally.
    private var columns: Int { self == .yuv444 ? 1 : 2 }
    /// Pixels that share a sample of colour, vertically.
    private var rows: Int { self == .yuv420 ? 2 : 1 }

    /// Size of each of the two planes of colour for a picture of this size.
    func chromaSize(width: Int, height: Int) -> (width: Int, height: Int) {
        guard self != .grey else { return (0, 0) }
        return ((width + columns - 1) / columns, (height + rows - 1) / rows)
    }

    /// Bytes of all planes of a picture.
    func bytesPerPicture(width: Int, height: Int) -> Int {
        let chroma = chromaSize(width: width, height: height)
        return width * height + 2 * chroma.width * chroma.height
    }

    /// Where the sample of colour for a pixel lies.
    func place(x: Int, y: Int) -> (x: Int, y: Int) { (x / columns, y / rows) }

    /// Fills a plane of a 4:2:0 picture's colour.
    func load(_ index: Int, of picture: inout Picture, from source: UnsafePointer<UInt8>, stride: Int) {
        guard self != .yuv420 else { return picture.loadPlane(index, from: source, stride: stride) }
        let size = chromaSize(width: picture.width, height: picture.height)
        let plane = picture.plane(index)
        reduce(source, stride: stride, of: size, into: plane.start, width: plane.width, height: plane.height)
    }

    /// Brings a picture given as all its planes, one after the other without gaps, to 4:2:0.
    func convert(_ source: UnsafePointer<UInt8>, width: Int, height: Int, into target: UnsafeMutablePointer<UInt8>) {
        let size = chromaSize(width: width, height: height)
        let reduced = ChromaSampling.yuv420.chromaSize(width: width, height: height)
        let (from, to) = (source + width * height, target + width * height)
        let planeSize = reduced.width * reduced.height
        memcpy(target, source, width * height)
        guard self != .grey else {
            memset(to, 128, 2 * planeSize)
            return
        }
        for plane in 0..<2 {
            reduce(
                from + plane * size.width * size.height, stride: size.width, of: size, into: to + plane * planeSize,
                width: reduced.width, height: reduced.height)
        }
    }

    /// Each sample becomes the mean of those that lie in its four pixels.
    private func reduce(
        _ source: UnsafePointer<UInt8>, stride: Int, of size: (width: Int, height: Int),
        into target: UnsafeMutablePointer<UInt8>, width: Int, height: Int
    ) {
        let (across, down) = (2 / columns, 2 / rows)
        for row in 0..<height {
            let top = source + row * down * stride
            // The last row and column may have no neighbour.
            let bottom = row * down + down <= size.height ? top + (down - 1) * stride : top
            for column in 0..<width {
                let left = column * across
                let right = min(left + across - 1, size.width - 1)
                let sum = Int(top[left]) + Int(top[right]) + Int(bottom[left]) + Int(bottom[right])
                target[row * width + column] = UInt8(truncatingIfNeeded: (sum + 2) >> 2)
            }
        }
    }
}

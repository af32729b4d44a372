import Glibc

/// A fuzz target: a name, under which its corpus lies, and what is done with an input.
struct FuzzTarget: Sendable {
    let name: String
    let run: @Sendable ([UInt8]) -> Void
}

/// The target that the variable FUZZ_TARGET names.
private let chosen: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = fuzzTargets.first(where: { $0.name == name }) else {
        fatalError("FUZZ_TARGET is none of \(fuzzTargets.map(\.name))")
    }
    return target
}()

/// libFuzzer's entry: C, so the input comes as a pointer, and is copied into an array whose ends the sanitizer watches.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

import ArgumentParser
import Codec

/// `media-relay codec probe FILE`.
struct CodecProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Shows what is in a media file: streams, durations, bitrates over time, key frames, errors.",
        discussion: "Ends with status 1 where the file is no media file. Errors in it are data, not a failure.")

    @Argument(help: "The file to look into.")
    var file: String
    @Flag(help: "Prints JSON.")
    var json = false

    func run() throws {
        let source = try CodecFile(reading: file)
        var probe = MediaProbe()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        do {
            while true {
                let count = try source.read(into: &buffer)
                guard count > 0 else { break }
                try probe.feed(buffer[0..<count].span.bytes)
            }
        } catch let error as CodecError {
            throw CommandFailure(refused: "Cannot read \(file): \(error)")
        }
        probe.finish()
        guard let container = probe.container else {
            throw CommandFailure(refused: "\(file) is neither Ogg, IVF, WAV nor Y4M.")
        }
        let report = CodecProbeReport(
            container: container.rawValue, streams: probe.streams.map(CodecProbeReport.Stream.init),
            errors: probe.damage.map(\.sentence), errorCount: probe.damageCount)
        print(json ? String(decoding: JSON.encode(report), as: UTF8.self) : report.text)
    }
}

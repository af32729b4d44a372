import ArgumentParser

/// `media-relay codec`: the codec engine on files.
struct CodecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codec",
        abstract: "Turns media files into others, and looks into them.",
        subcommands: [CodecTranscodeCommand.self, CodecProbeCommand.self])
}

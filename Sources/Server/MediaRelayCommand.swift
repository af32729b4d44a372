import ArgumentParser

/// The program `media-relay`.
@main
struct MediaRelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "media-relay",
        abstract: "Hosts chat and audio/video rooms on a machine of your own.")
}

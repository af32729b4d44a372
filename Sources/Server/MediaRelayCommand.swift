import ArgumentParser
import Glibc

/// The program `media-relay`.
@main
struct MediaRelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "media-relay",
        abstract: "Hosts chat and audio/video rooms on a machine of your own.",
        subcommands: [
            ServeCommand.self, AccountGroup.self, RoomGroup.self, AdminGroup.self, CallCommand.self, CodecCommand.self,
        ])

    /// Runs the command that was given; what fails says one sentence and ends with its own status.
    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            let line = Array("\(failure)\n".utf8)
            write(STDERR_FILENO, line, line.count)
            fflush(nil)
            Glibc.exit(failure.status)
        } catch {
            exit(withError: error)
        }
    }
}

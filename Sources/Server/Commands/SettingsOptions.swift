import ArgumentParser
import FoundationEssentials

/// The options by which every command finds its settings.
struct SettingsOptions: ParsableArguments {
    @Option(help: "The file with the settings; without one, everything has its default.")
    var config: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("A setting for this run.", valueName: "key=value"))
    var assignments: [String] = []

    /// What reads the settings, also again.
    var loader: ConfigurationLoader {
        ConfigurationLoader(
            path: config, environment: ProcessInfo.processInfo.environment, assignments: assignments)
    }

    /// Reads the settings; what is wrong with them ends the program with 78.
    func load() throws(CommandFailure) -> LoadedConfiguration {
        do {
            return try loader.load()
        } catch {
            throw CommandFailure(configuration: error)
        }
    }
}

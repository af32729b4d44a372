import ArgumentParser
import Glibc
import Signaling
import Storage

/// What the commands have in common that work on a data folder which no server may have.
enum StoreCommand {
    /// Refuses a folder that is not there: a name that was mistyped is not to become a data folder.
    static func requireFolder(_ settings: LoadedConfiguration) throws(CommandFailure) {
        let folder = settings.values.data
        guard SQLiteStore.exists(in: folder) else {
            throw CommandFailure(
                configuration: settings.error("data", "there is no data folder \(folder); is this the right one?"))
        }
    }

    /// An error of the store for the operator; `locked` names what to do.
    static func failure(_ error: StoreError, _ settings: LoadedConfiguration, _ what: String) -> CommandFailure {
        guard error.kind == .locked else { return CommandFailure(unavailable: error.message) }
        return CommandFailure(
            unavailable: "A server runs on \(settings.values.data): stop it before \(what) (media-relay admin stop).")
    }

    /// A path as seen from a server with another working directory.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }
}

/// `media-relay admin backup`: a consistent copy, while the server goes on.
struct AdminBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes a consistent copy of everything that is stored, while the server goes on.",
        discussion:
            "Keep sealing.key of the data folder with it, in another place: without it the copy is worth nothing.")

    @Argument(help: "The file to write; it must not exist yet.")
    var file: String
    @OptionGroup var options: SettingsOptions

    func run() async throws {
        _ = try await ControlRunner.perform(.backup(path: StoreCommand.absolute(file)), try options.load())
    }
}

/// `media-relay admin restore`: brings a copy back.
struct AdminRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Puts a backup in the place of what is stored. The server must be stopped.",
        discussion: """
            The copy is checked first: that it is whole, of a version that is known, and sealed under the folder's key. What \
            was there before stays beside it as relay.db.replaced. Tokens no longer hold: everyone signs in again.
            """)

    @Argument(help: "The backup.")
    var file: String
    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.load()
        do throws(StoreError) {
            try SQLiteStore.restore(
                backup: file, into: settings.values.data, options: StoreOptions(settings.values))
        } catch {
            throw StoreCommand.failure(error, settings, "a backup is put in its place")
        }
        DataFolder(path: settings.values.data).endTokens()
    }
}

/// `media-relay admin rekey`: seals everything under another key.
struct AdminRekey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey",
        abstract: "Seals e-mail addresses and private texts under a new key. The server must be stopped.",
        discussion: """
            Without more, a new key is made and kept in sealing.key. Where the key comes from MEDIA_RELAY_SEALING_KEY, give \
            the new one with --key-stdin, and change the variable afterwards. Older backups need the older key.
            """)

    @Flag(name: .customLong("key-stdin"), help: "Reads the new key from standard input: 64 hexadecimal digits.")
    var fromStandardInput = false
    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.load()
        try StoreCommand.requireFolder(settings)
        let key = try fromStandardInput ? readKey() : nil
        do throws(StoreError) {
            try SQLiteStore.changeKey(
                folder: settings.values.data, options: StoreOptions(settings.values), to: key)
        } catch {
            throw StoreCommand.failure(error, settings, "its key is changed")
        }
    }

    private func readKey() throws(CommandFailure) -> SealingKey {
        guard let line = readLine(strippingNewline: true), let key = SealingKey(hexadecimal: line) else {
            throw CommandFailure(refused: "A key has 64 hexadecimal digits.")
        }
        return key
    }
}

import ArgumentParser
import Glibc
import Signaling

/// `media-relay account …`: accounts, with or without a running server.
struct AccountGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Makes, lists, exports and removes accounts; sets passwords and roles.",
        subcommands: [Add.self, List.self, Remove.self, Password.self, Role.self, Export.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes an account.")

        @Argument(help: "The user's name: 1 to 30 bytes.")
        var name: String
        @OptionGroup var password: PasswordOption
        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let settings = try options.load()
            _ = try await ControlRunner.perform(.accountAdd(name: name, password: try password.read()), settings)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the accounts.")

        @OptionGroup var output: OutputOption
        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let accounts = try await ControlRunner.perform(.accountList, try options.load()).accounts ?? []
            output.print(accounts, columns: ["name", "role", "online"]) { account in
                [account.name, account.role, account.online ? "yes" : "no"]
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes an account; its connections are closed.")

        @Argument(help: "The user's name.")
        var name: String
        @OptionGroup var options: SettingsOptions

        func run() async throws {
            _ = try await ControlRunner.perform(.accountRemove(name: name), try options.load())
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sets an account's password.")

        @Argument(help: "The user's name.")
        var name: String
        @OptionGroup var password: PasswordOption
        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let settings = try options.load()
            let request = ControlRequest.accountPassword(name: name, password: try password.read())
            _ = try await ControlRunner.perform(request, settings)
        }
    }

    struct Role: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes an account an admin, or a plain user again.",
            discussion: "Super admins are those named under `admins` in the settings.")

        @Argument(help: "The user's name.")
        var name: String
        @Argument(help: "user or admin.")
        var role: AssignableRole
        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let request = ControlRequest.accountRole(name: name, role: role.rawValue)
            _ = try await ControlRunner.perform(request, try options.load())
        }
    }
}

extension AccountGroup {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints all that is kept of a person, as JSON.",
            discussion: """
                Profile, contacts, rooms, board messages, messages written and private ones received, restrictions, and \
                the audit log's entries. Times are milliseconds since 1970.
                """)

        @Argument(help: "The user's name.")
        var name: String
        @OptionGroup var options: SettingsOptions

        func run() async throws {
            print(try await ControlRunner.perform(.accountExport(name: name), try options.load()).document ?? "{}")
        }
    }
}

/// A role that can be given to an account.
enum AssignableRole: String, ExpressibleByArgument, CaseIterable {
    case user, admin
}

/// Where a password comes from: standard input only, since arguments can be read by everyone on the machine.
struct PasswordOption: ParsableArguments {
    @Flag(name: .customLong("password-stdin"), help: "Reads the password from standard input (required).")
    var fromStandardInput = false

    func validate() throws {
        guard fromStandardInput else {
            throw ValidationError("The password is read from standard input: give --password-stdin.")
        }
    }

    /// The first line of standard input.
    func read() throws(CommandFailure) -> String {
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw CommandFailure(refused: "There is no password on standard input.")
        }
        guard line.utf8.count <= Secret.maximumBytes else {
            throw CommandFailure(refused: "A password has at most \(Secret.maximumBytes) bytes.")
        }
        return line
    }
}

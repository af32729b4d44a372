import CSQLite
import Glibc
import Signaling

/// An open data folder: its lock, its file, its key. Used by one thread at a time.
final class Database {
    /// The file's name in the folder.
    static let fileName = "relay.db"

    let folder: String
    let connection: Connection
    let sealer: Sealer
    let keepsHistory: Bool
    /// The data folder's random number.
    let server: UInt64
    private let options: StoreOptions
    private let lock: FolderLock

    var sealed: SealedColumns { SealedColumns(sealer: sealer, path: connection.path) }
    var accounts: AccountTable { AccountTable(connection: connection, sealed: sealed) }
    var people: PeopleTables { PeopleTables(connection: connection) }
    var rooms: RoomTables { RoomTables(connection: connection) }
    var moderation: ModerationTables { ModerationTables(connection: connection) }
    var messages: MessageTable { MessageTable(connection: connection, sealed: sealed, server: server) }
    var boards: BoardTables { BoardTables(connection: connection, sealed: sealed) }

    /// Opens a folder, and makes what is missing in it.
    init(folder: String, options: StoreOptions) throws(StoreError) {
        self.folder = folder
        self.options = options
        keepsHistory = options.keepsHistory
        try Self.makeFolder(folder)
        lock = try FolderLock(folder: folder)
        let path = folder + "/" + Self.fileName
        try Self.makeFile(path)
        connection = try Connection(path: path, access: .readWrite)
        try Self.configure(connection)
        try Schema.migrate(connection)
        let vault = Vault(connection: connection, folder: folder)
        sealer = try vault.open(options.key)
        server = try Self.serverNumber(connection)
        try FileWriting.synchronizeFolder(of: path)
    }

    /// Everything that the domain keeps in memory.
    func load() throws(StoreError) -> Snapshot {
        var snapshot = Snapshot()
        snapshot.server = server
        snapshot.lastAccount = try Highest.load(.account, connection)
        snapshot.lastRoom = try Highest.load(.room, connection)
        snapshot.lastRestriction = try Highest.load(.restriction, connection)
        snapshot.lastAudit = try Highest.load(.audit, connection)
        snapshot.lastSequence = UInt64(bitPattern: try Highest.load(.sequence, connection))
        snapshot.lastGroup = try Highest.load(.group, connection)
        snapshot.lastPost = try Highest.load(.post, connection)
        snapshot.accounts = try accounts.load()
        try rooms.load(into: &snapshot)
        snapshot.restrictions = try moderation.restrictions()
        try messages.load(
            into: &snapshot, historyBytes: options.roomHistoryBytes, historyMessages: options.roomHistoryMessages)
        try boards.load(into: &snapshot)
        try people.load(into: &snapshot)
        return snapshot
    }

    /// The folder and those above it, for nobody else to look into.
    static func makeFolder(_ folder: String) throws(StoreError) {
        if mkdir(folder, 0o700) == 0 { return }
        let number = errno
        switch number {
        case EEXIST:
            var status = stat()
            guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw StoreError(.cannotOpen, "\(folder) is not a folder")
            }
        case ENOENT:
            guard let slash = folder.lastIndex(of: "/"), slash != folder.startIndex else { fallthrough }
            try makeFolder(String(folder[..<slash]))
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { fallthrough }
        default:
            throw StoreError(errno: number, "\(folder) cannot be made")
        }
    }

    /// The file, with a mode that the library's other files take from it.
    private static func makeFile(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError(errno: errno, "\(path) cannot be written") }
        close(descriptor)
    }

    private static func configure(_ connection: Connection) throws(StoreError) {
        sqlite3_busy_timeout(connection.handle, 1000)
        guard sqlite3_db_readonly(connection.handle, "main") == 0 else {
            throw StoreError(.readOnly, "\(connection.path) cannot be written")
        }
        try connection.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = FAST;
            PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA trusted_schema = OFF
            """)
    }

    private static func serverNumber(_ connection: Connection) throws(StoreError) -> UInt64 {
        if let number = try connection.number("SELECT value FROM meta WHERE name = 'server'") {
            return UInt64(bitPattern: number)
        }
        let number = SystemRandom().next()
        try connection.run("INSERT INTO meta VALUES ('server', ?)") { $0.bits(number) }
        return number
    }
}

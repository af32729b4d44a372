import Signaling
import Testing

@testable import Storage

@Suite struct MigrationTests {
    let folder: TemporaryFolder
    var file: String { folder.path + "/relay.db" }

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Makes a file as the program of a released shape left it.
    private func make(_ shape: String) throws {
        let connection = try Connection(path: file, access: .readWrite)
        try connection.execute(shape)
    }

    /// The shape of a file, without what only spells it.
    private func shape(_ connection: Connection) throws -> [String] {
        var shapes: [String] = []
        var rows = try connection.query("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
        while try rows.next() {
            shapes.append(rows.text().split(whereSeparator: \.isWhitespace).joined(separator: " "))
        }
        return shapes
    }

    @Test(arguments: ReleasedShapes.all) func everyReleasedShapeBecomesTheNewest(shape sql: String) async throws {
        try make(sql)
        let store = try SQLiteStore(folder: folder.path)
        let snapshot = try store.load()
        #expect(snapshot.server == 77)
        #expect(snapshot.accounts.map(\.name.text) == ["ann", "bob"])
        #expect(snapshot.lastAccount == 9 && snapshot.lastSequence == 20)
        #expect(snapshot.rooms.map(\.name.text) == ["Home"])
        #expect(snapshot.roomHistory.map(\.text) == ["first", "second"])
        #expect(snapshot.keptMessages == [AccountID(2): 1])
        store.close()

        let other = try TemporaryFolder()
        let fresh = try SQLiteStore(folder: other.path)
        fresh.close()
        let (migrated, newest) = (
            try Connection(path: file, access: .readOnly),
            try Connection(path: other.path + "/relay.db", access: .readOnly)
        )
        #expect(try shape(migrated) == shape(newest))
        #expect(try migrated.number("PRAGMA user_version") == Int64(Schema.steps.count))
    }

    @Test func stepsAreTakenOnceAndInOrder() throws {
        let connection = try Connection(path: file, access: .readWrite)
        let steps = ["CREATE TABLE a (x)", "INSERT INTO a VALUES (1)", "INSERT INTO a SELECT x + 1 FROM a"]
        try Schema.migrate(connection, steps: Array(steps.prefix(1)))
        try Schema.migrate(connection, steps: Array(steps.prefix(2)))
        try Schema.migrate(connection, steps: steps)
        try Schema.migrate(connection, steps: steps)
        #expect(try connection.number("SELECT count(*) FROM a") == 2)
        #expect(try connection.number("PRAGMA user_version") == 3)
        let error = #expect(throws: StoreError.self) {
            try Schema.migrate(connection, steps: Array(steps.prefix(2)))
        }
        #expect(error?.kind == .tooNew)
    }

    @Test func aStepThatFailsLeavesTheFileAsItWas() throws {
        let connection = try Connection(path: file, access: .readWrite)
        try Schema.migrate(connection, steps: ["CREATE TABLE a (x)"])
        #expect(throws: StoreError.self) {
            try Schema.migrate(
                connection, steps: ["CREATE TABLE a (x)", "CREATE TABLE b (x); INSERT INTO c VALUES (1)"])
        }
        #expect(try connection.number("PRAGMA user_version") == 1)
        #expect(try connection.number("SELECT count(*) FROM sqlite_schema WHERE name = 'b'") == 0)
    }
}

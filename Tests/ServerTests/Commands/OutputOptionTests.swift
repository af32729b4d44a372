import Testing

@testable import Server

@Suite struct OutputOptionTests {
    @Test func columnsStandOneUnderTheOther() {
        let table = OutputOption.table(["name", "role"], [["ann", "admin"], ["zoë-marie", "-"]])
        #expect(table == "name       role\nann        admin\nzoë-marie  -")
    }

    @Test func nothingIsTheHeadingOnly() {
        #expect(OutputOption.table(["name", "role"], []) == "name  role")
    }
}

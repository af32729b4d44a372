import Logging
import Testing

@testable import Server

@Suite struct StandardErrorLogTests {
    @Test func aLineHasTimeLevelMessageAndFields() {
        let line = StandardErrorLog.line(
            seconds: 1_000_000_000, milliseconds: 7, level: .info, message: "signed in",
            fields: [("user", "ann"), ("room", "a \"b\""), ("empty", "")])
        #expect(line == "2001-09-09T01:46:40.007Z info     signed in user=ann room=\"a \\\"b\\\"\" empty=\"\"\n")
    }

    @Test func whatAClientSentCannotMakeALine() {
        let line = StandardErrorLog.line(
            seconds: 0, milliseconds: 0, level: .error, message: "a\nb", fields: [("x", "c\r\u{1B}[0m\u{85}")])
        #expect(line == "1970-01-01T00:00:00.000Z error    a\\u{a}b x=c\\u{d}\\u{1b}[0m\\u{85}\n")
    }
}

import Signaling
import Testing

@Suite struct NameTests {
    @Test func lengthIsInBytes() {
        #expect(Name("") == nil)
        #expect(Name(String(repeating: "a", count: 30)) != nil)
        #expect(Name(String(repeating: "a", count: 31)) == nil)
        #expect(Name(String(repeating: "é", count: 15)) != nil)
        #expect(Name(String(repeating: "é", count: 16)) == nil)
    }

    @Test(arguments: ["a\u{0}", "\u{1F}", "a\tb", "a\u{7F}", "a\u{85}b", "\u{9F}"]) func controlsAreRefused(
        _ text: String
    ) {
        #expect(Name(text) == nil)
    }

    @Test func caseCountsAndSpacesAreAllowed() {
        #expect(Name("Ada") != Name("ada"))
        #expect(Name("two words") != nil)
    }

    @Test func messageIDsAreReadAsTheyAreWritten() {
        let id = MessageID(sequence: 0x12, server: .max)
        #expect(MessageID(id.description) == id)
        #expect(id.description == "0000000000000012ffffffffffffffff")
        for text in ["", "12", id.description + "0", id.description.uppercased(), String(repeating: "g", count: 32)] {
            #expect(MessageID(text) == nil)
        }
    }

    @Test func secretsDoNotShow() {
        #expect("\(Secret("open sesame"))" == "(secret)")
        #expect(!"\(Credentials.password(.home, Secret("open sesame")))".contains("sesame"))
        #expect(!"\(PasswordVerifier("scrypt$salt"))".contains("salt"))
    }
}

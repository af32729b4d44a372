import Signaling
import Testing

@testable import Gateways

@Suite struct LineRefusalTests {
    @Test(
        arguments: [
            (.banned, 3103), (.guestsNotAllowed, 3501), (.forbidden, 3103), (.outranked, 3103), (.wrongPassword, 3101),
            (.invitationOnly, 3103), (.registeredOnly, 3501), (.wrongKind, 3103), (.roomFull, 3103), (.muted, 3103),
            (.rateLimited, 3103), (.badCredentials, 3002), (.notFound, -3), (.nameTaken, 3004), (.notEmpty, -5),
            (.tooLarge, -1),
            (.unsupported, 3502), (.unavailable, -1), (.invalid, -1),
        ] as [(Refusal.Code, Int)])
    func numbersCodes(code: Refusal.Code, number: Int) {
        #expect(LineStatus(Refusal(code, "No.")).rawValue == number)
    }

    @Test(
        arguments: [
            (.notSignedIn, 3500), (.alreadySignedIn, -1), (.wrongUserPassword, 3002),
            (.guestNameInUse, 3003),
            (.nameReserved, 3004), (.noSuchRoom, 3100), (.roomNameUsed, 3102), (.noSuchGroup, -3),
            (.groupNameUsed, 3102),
            (.noSuchMessage, -3), (.noGroupJoined, 3200), (.wrongGroupPassword, 3201), (.beingDeleted, 3503),
            (.guest, 3501),
            (.notOwner, 3103), (.notOnline, -3),
        ] as [(Refusal.Cause, Int)])
    func numbersCausesBeforeCodes(cause: Refusal.Cause, number: Int) {
        for code in Refusal.Code.allCases {
            #expect(LineStatus(Refusal(code, "No.", cause: cause)).rawValue == number)
        }
    }

    @Test func onlyALoginTellsOfNoSuchRegisteredUser() {
        #expect(LineStatus(Refusal(.badCredentials, "No.", cause: .noSuchUser)) == .noSuchUser)
        #expect(LineStatus(Refusal(.notFound, "No.", cause: .noSuchUser)) == .notFound)
    }

    @Test func aCodeStandsWhereThereIsNoCause() {
        for code in Refusal.Code.allCases {
            #expect(LineStatus(Refusal(code, "No.", cause: .none)) == LineStatus(Refusal(code, "Never.")))
        }
    }
}

import Signaling
import Testing

@testable import Server

@Suite struct ConnectionCountTests {
    @Test func soManyFromAnAddressAndNoMore() throws {
        let address = try #require(IPAddress("192.0.2.1"))
        let count = ConnectionCount(limit: 2)
        #expect(count.admit(address))
        #expect(count.admit(address))
        #expect(!count.admit(address))
        #expect(count.admit(IPAddress("192.0.2.2")))
        count.release(address)
        #expect(count.admit(address))
        #expect(!count.admit(address))
    }

    @Test func zeroIsAnyNumber() {
        let count = ConnectionCount(limit: 0)
        #expect((0..<100).allSatisfy { _ in count.admit(IPAddress("192.0.2.1")) })
    }
}

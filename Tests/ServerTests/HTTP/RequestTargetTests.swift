import Testing

@testable import Server

@Suite struct RequestTargetTests {
    @Test(arguments: [
        ("/", [], [:]),
        ("/api/v1/sign-in", ["api", "v1", "sign-in"], [:]),
        ("/a//b/", ["a", "", "b", ""], [:]),
        ("/rooms/caf%C3%A9%2Fbar?x=1&y=a+b%26c&x=2&z", ["rooms", "café/bar"], ["x": "1", "y": "a b&c", "z": ""]),
        ("/a+b?#frag", ["a+b"], [:]),
    ])
    func targetsAreTakenApart(target: String, path: [String], query: [String: String]) throws {
        let parsed = try #require(RequestTarget(target))
        #expect(parsed.path == path)
        #expect(parsed.query == query)
    }

    @Test(arguments: [
        "", "*", "a", "ftp://x/", "/%", "/%4", "/%zz", "/%ff", "/a%00b", "/a%0Ab", "/..", "/a/%2e%2e/b", "/.", "/?a=%",
    ])
    func othersAreRefused(target: String) {
        #expect(RequestTarget(target) == nil)
    }

    @Test(arguments: ["Home", "a b/c?d", "café", "..%"])
    func anEncodedSegmentComesBack(name: String) throws {
        let encoded = RequestTarget.encode(segment: name)
        #expect(encoded.utf8.allSatisfy { $0 < 0x80 && $0 > 0x20 })
        #expect(RequestTarget("/x/\(encoded)")?.path == ["x", name])
    }

    @Test("The absolute form is taken as well, whatever host it names")
    func absoluteForm() {
        #expect(RequestTarget("http://127.0.0.1:7000/api/x?a=1") == RequestTarget("/api/x?a=1"))
        #expect(RequestTarget("HTTP://example.org") == RequestTarget("/"))
    }
}

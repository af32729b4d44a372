import NIOCore
import NIOHTTP1
import Testing

@testable import Server

@Suite struct HTTPRequestTests {
    private func request(_ name: String, _ value: String) -> HTTPRequest {
        HTTPRequest(
            method: .GET, path: [], query: [:], headers: HTTPHeaders([(name, value)]), body: ByteBuffer(),
            remoteAddress: nil)
    }

    @Test(arguments: [
        ("Bearer abc", "abc"), ("bearer  abc", "abc"), ("Basic abc", nil), ("Bearer", nil), ("Bearer ", nil), ("", nil),
    ])
    func bearerTokens(value: String, expected: String?) {
        #expect(request("Authorization", value).bearerToken == expected)
    }

    @Test(arguments: [
        ("application/sdp", "application/sdp"), ("Application/SDP; charset=utf-8", "application/sdp"), ("", ""),
    ])
    func contentTypes(value: String, expected: String) {
        #expect(request("content-type", value).contentType == expected)
    }
}

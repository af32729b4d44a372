import Testing

@testable import MediaRelay

@Suite("IP addresses")
struct IPAddressTests {
    @Test(
        "the text form of RFC 5952",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("::", "::"), ("::1", "::1"), ("2001:DB8::1", "2001:db8::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("fe80::", "fe80::"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:0:0:2::", "1:0:0:2::"),
        ])
    func canonical(text: String, expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == expected)
        #expect(IPAddress(expected) == address)
    }

    @Test(
        "what is no address",
        arguments: [
            "", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.+4", " 1.2.3.4", "1.2.3.4 ", ":",
            ":::",
            "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "12345::", "g::", "fe80::1%eth0", "1:",
            "::1:", "+1::", "1.2.3.4::", "::1.2.3", "127.0.0.1/8",
        ])
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("addresses of a special kind, in their mapped form too")
    func kinds() throws {
        for text in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
            #expect(try #require(IPAddress(text)).isLoopback)
        }
        for text in ["128.0.0.1", "::2", "::ffff:10.0.0.1"] { #expect(!(try #require(IPAddress(text)).isLoopback)) }
        for text in ["224.0.0.1", "239.1.2.3", "255.255.255.255", "ff02::1", "::ffff:224.0.0.1"] {
            #expect(try #require(IPAddress(text)).isMulticast)
        }
        for text in ["0.0.0.0", "::", "::ffff:0.0.0.0"] { #expect(try #require(IPAddress(text)).isUnspecified) }
    }
}

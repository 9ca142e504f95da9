import Testing

@testable import MeshBase

@Suite struct EndpointTests {
    @Test(arguments: ["127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "10.1.2.3:1"])
    func whatItPrintsItReads(text: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint.description == text)
    }

    @Test func partsAreInHostOrder() {
        #expect(Endpoint("127.0.0.1:7001") == .loopback(7001))
        #expect(Endpoint("1.2.3.4:5")?.address == 0x0102_0304)
        #expect(Endpoint.parseAddress("1.2.3.4") == 0x0102_0304)
    }

    @Test(arguments: [
        "", ":", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:80:1", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:080", "127.0.0.1:000001", "256.0.0.1:1", "1.2.3:1", "1.2.3.4.5:1",
        "1..3.4:1", "01.2.3.4:1", "1.2.3.4 :1", "a.b.c.d:1", "1.2.3.4:٣", "localhost:80", "[::1]:80", "1.2.3.4:1\n",
    ])
    func everythingElseIsRefused(text: String) { #expect(Endpoint(text) == nil) }

    @Test(arguments: [
        ("[::1]:80", true), ("::1", true), ("::", true), ("fe80::1%eth0", true), ("2001:db8::1", true),
        ("::ffff:10.0.0.1", true), ("10.0.0.1:80", false), ("10.0.0.1:80:1", false), ("host:80:1", false),
        ("80", false), ("", false), ("host:80", false),
    ])
    func tellsIPv6(text: String, isIPv6: Bool) { #expect(Endpoint.isIPv6(text) == isIPv6) }
}

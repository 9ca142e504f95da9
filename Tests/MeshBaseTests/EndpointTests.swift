import Testing

@testable import MeshBase

@Suite struct EndpointTests {
    @Test(arguments: [
        "127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "10.1.2.3:1", "[::]:0", "[::1]:80", "[2001:db8::1]:65535",
    ])
    func whatItPrintsItReads(text: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint.description == text)
    }

    @Test func partsAreInHostOrder() {
        #expect(Endpoint("127.0.0.1:7001") == .loopback(7001))
        #expect(Endpoint("1.2.3.4:5")?.address == IPAddress(v4: 0x0102_0304))
        #expect(Endpoint("1.2.3.4:5")?.number == 0x0102_0304 << 16 | 5)
        #expect(Endpoint("[1:2:3:4:5:6:7:8]:5")?.address.high == 0x0001_0002_0003_0004)
        #expect(Endpoint("[1:2:3:4:5:6:7:8]:5")?.address.low == 0x0005_0006_0007_0008)
    }

    @Test(arguments: [
        "", ":", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:80:1", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:080", "127.0.0.1:000001", "256.0.0.1:1", "1.2.3:1", "1.2.3.4.5:1",
        "1..3.4:1", "01.2.3.4:1", "1.2.3.4 :1", "a.b.c.d:1", "1.2.3.4:٣", "localhost:80", "1.2.3.4:1\n",
        "::1", "::1:7000", "[::1]", "[::1]:", "[::1]:65536", "[::1]:-1", "[::1]:080", "[::1]80", "[::1]:80:1",
        "[::1:80",
        "::1]:80", "[]:80", "[[::1]]:80", "[127.0.0.1]:80", "[localhost]:80", "[fe80::1]:80", "[fe80::1%eth0]:80",
        "[::1%1]:80", "[::1 ]:80", " [::1]:80",
    ])
    func everythingElseIsRefused(text: String) { #expect(Endpoint(text) == nil) }

    @Test(
        arguments: [
            ("mesh.example:80", "mesh.example", 80), ("mesh.example.:80", "mesh.example.", 80),
            ("a:65535", "a", 65_535),
            ("10.0.0.1:0", "10.0.0.1", 0), ("[2001:DB8::0:1]:7", "2001:db8::1", 7),
            ("[::ffff:10.0.0.1]:7", "10.0.0.1", 7),
            ("a:65536", nil, 0), ("a:", nil, 0), (":80", nil, 0), ("a", nil, 0), ("", nil, 0), ("a:-1", nil, 0),
            ("a:+1", nil, 0), ("::1:80", nil, 0), ("a:b:1", nil, 0), ("a@b:1", nil, 0), ("a/b:1", nil, 0),
            ("fe80::1%eth0:1", nil, 0), ("a b:1", nil, 0), ("a\0b:1", nil, 0),
        ] as [(String, String?, UInt16)])
    func hostsAreNamesOrAddresses(text: String, host: String?, port: UInt16) {
        let place = HostPort(text)
        #expect(place?.host == host)
        if host != nil { #expect(place?.port == port) }
    }

    @Test func aPortThatIsUsualMayBeLeftOut() {
        #expect(HostPort("[::1]", usualPort: 80)?.description == "[::1]:80")
        #expect(HostPort("a", usualPort: 80)?.description == "a:80")
        #expect(HostPort("a:1", usualPort: 80)?.description == "a:1")
        for text in ["", "::1", "[::1]:", "a:", "[a]", "[::1]x"] { #expect(HostPort(text, usualPort: 80) == nil) }
    }

    @Test(
        arguments: [
            ("::1", "an IPv6 address stands in brackets, and its port behind them: [::1]:7000"),
            ("::1:7000", "an IPv6 address stands in brackets, and its port behind them: [::1]:7000"),
            ("2001:db8::g:1", "an IPv6 address stands in brackets, and its port behind them: [::1]:7000"),
            ("[::1]", "a port follows the brackets: [::1]:7000"),
            ("[::1]:70000", "'70000' is no port: a number from 0 to 65535"),
            ("[::1", "an IPv6 address stands between brackets: [::1]:7000"), ("[nine]:1", "'nine' is no IPv6 address"),
            ("[10.0.0.1]:1", "'10.0.0.1' is no IPv6 address"), ("[fe80::1]:1", AddressProblem.linkLocal),
            ("[febf::1%eth0]:1", AddressProblem.linkLocal), ("fe80::1%2", AddressProblem.linkLocal),
            ("10.0.0.1:80:1", nil), ("host:80:1", nil), ("80", nil), ("", nil), ("host:80000", nil),
        ] as [(String, String?)])
    func saysWhatIsWrongWithOne(text: String, problem: String?) { #expect(AddressProblem.endpoint(text) == problem) }
}

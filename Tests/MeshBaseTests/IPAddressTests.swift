import Testing

@testable import MeshBase

@Suite struct IPAddressTests {
    /// RFC 5952, 4 and 5: how an address is printed.
    @Test(arguments: [
        ("2001:0DB8:0:0:0:0:2:1", "2001:db8::2:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::", "::"),
        ("0:0:0:0:0:0:0:0", "::"), ("::1", "::1"), ("1::", "1::"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("::ffff:10.1.2.3", "10.1.2.3"), ("::FFFF:a01:203", "10.1.2.3"),
        ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("::1.2.3.4", "::102:304"), ("10.1.2.3", "10.1.2.3"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("ffff::", "ffff::"),
    ])
    func printsOneForm(text: String, printed: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == printed)
        #expect(IPAddress(printed) == address)
        #expect(address.host == (address.isIPv4 ? printed : "[\(printed)]"))
    }

    @Test(arguments: [
        "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2::3",
        "1:::2", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "12345::", "g::", "::-1", "::+1", "::1%lo", "::1%1", "fe80::1",
        "febf::",
        "fe80::1%eth0", "[::1]", "::1.2.3", "::1.2.3.4.5", "::256.0.0.1", "1.2.3.4::", "::1.2.3.4:1", "::01.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4", "1.2.3", " ::1", "::1 ", "::１", "0x1::", "::1/64", "1.2.3.4.",
        String(repeating: ":1", count: 40),
    ])
    func everythingElseIsRefused(text: String) { #expect(IPAddress(text) == nil) }

    @Test func everyAddressIsReadAgain() throws {
        var rng = Generator(seed: 11)
        for _ in 0..<20_000 {
            // Many zeros, so that all runs of them occur.
            func half() -> UInt64 {
                (0..<4).reduce(0) { sum, _ in sum << 16 | (rng.below(2) == 0 ? 0 : rng.next() & 0xFFFF) }
            }
            let address = IPAddress(high: half(), low: half())
            guard !address.isLinkLocal else { continue }
            #expect(IPAddress(address.description) == address, "\(address)")
        }
    }

    @Test func kinds() throws {
        func address(_ text: String) -> IPAddress { IPAddress(text)! }
        for text in ["127.0.0.1", "127.255.0.1", "::1"] { #expect(address(text).isLoopback, "\(text)") }
        for text in ["128.0.0.1", "::2", "::"] { #expect(!address(text).isLoopback, "\(text)") }
        for text in ["0.0.0.0", "::"] { #expect(address(text).isUnspecified, "\(text)") }
        for text in ["0.0.0.0", "::", "224.0.0.1", "239.1.1.1", "255.255.255.255", "ff02::1", "ff0e::1"] {
            #expect(!address(text).isOfOneHost, "\(text)")
        }
        for text in ["10.0.0.1", "::1", "fd00::1", "2001:db8::1"] { #expect(address(text).isOfOneHost, "\(text)") }
        #expect(!IPAddress(high: 0xFE80 << 48, low: 1).isOfOneHost)
        #expect(address("2001:db8:1:2:3::4").allotment == address("2001:db8:1:2::"))
        #expect(address("10.0.0.1").allotment == address("10.0.0.1"))
    }

    @Test func oneThatIsBoundServesItsOwnFamilyAndTheOpenOneBoth() {
        let (four, six) = (IPAddress.loopback, IPAddress.loopback6)
        #expect(four.serves(four) && !four.serves(six) && IPAddress.any.serves(four) && !IPAddress.any.serves(six))
        #expect(six.serves(six) && !six.serves(four) && IPAddress.any6.serves(four) && IPAddress.any6.serves(six))
    }

    @Test func anOrderByNumber() {
        let sorted = ["::1", "1.2.3.4", "9.0.0.1", "10.0.0.1", "64:ff9b::1", "fd00::1"].map { IPAddress($0)! }
        #expect(sorted.sorted() == sorted)
    }
}

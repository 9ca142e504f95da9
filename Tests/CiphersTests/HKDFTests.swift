import MeshBase
import Testing

@testable import Ciphers

@Suite struct HKDFTests {
    /// Cases 1 and 3 of RFC 5869.
    @Test func examples() {
        let secret = [UInt8](repeating: 0x0B, count: 22)
        #expect(
            HexText.text(
                HKDF.key(from: secret, salt: Array(0x00...0x0C), purpose: Array(0xF0...0xF9), count: 42))
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
        #expect(
            HexText.text(HKDF.key(from: secret, salt: [], purpose: [], count: 42))
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    }

    @Test func aKeyIsOfItsPurpose() {
        let keys = ["a", "b"].map { HKDF.key(from: [1, 2, 3], salt: [], purpose: Array($0.utf8)) }
        #expect(keys[0] != keys[1])
        #expect(keys[0].count == 32)
    }
}

import MeshBase
import Testing

@testable import Ciphers

@Suite struct HashTests {
    /// The examples of FIPS 180-4.
    @Test func digests() {
        #expect(
            HexText.text(SHA256.hash(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            HexText.text(SHA256.hash([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func piecesAndCopiesGoOnByThemselves() {
        let text = (0..<300).map { UInt8($0 & 255) }
        for cut in [0, 1, 63, 64, 65, 300] {
            var begun = SHA256()
            text[..<cut].withUnsafeBytes { begun.update($0) }
            var other = begun
            [UInt8(9)].withUnsafeBytes { other.update($0) }
            text[cut...].withUnsafeBytes { begun.update($0) }
            #expect(begun.finish() == SHA256.hash(text))
            #expect(other.finish() == SHA256.hash(Array(text[..<cut]) + [9]))
        }
    }

    /// Cases 1, 2 and 6 of RFC 4231: a short key, a shorter one, and one longer than a block.
    @Test func proofs() {
        func proof(_ key: [UInt8], _ text: String) -> String {
            var hmac = HMACSHA256(key: key)
            hmac.update(Array(text.utf8))
            return HexText.text(hmac.finish())
        }
        #expect(
            proof([UInt8](repeating: 0x0B, count: 20), "Hi There")
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            proof(Array("Jefe".utf8), "what do ya want for nothing?")
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            proof([UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First")
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test func aBegunProofIsCopied() {
        var begun = HMACSHA256(key: [1, 2, 3])
        begun.update([4, 5])
        var (first, second) = (begun, begun)
        first.update([6])
        second.update([7])
        let proofs = (first.finish(), second.finish())
        #expect(proofs.0 != proofs.1)
        var whole = HMACSHA256(key: [1, 2, 3])
        whole.update([4, 5, 6])
        #expect(whole.finish() == proofs.0)
    }

    @Test func equalityLooksAtEveryByte() {
        #expect(ConstantTime.areEqual([], []))
        #expect(!ConstantTime.areEqual([1], []))
        let bytes = (UInt8(0)..<40).map { $0 }
        #expect(ConstantTime.areEqual(bytes, bytes))
        #expect(ConstantTime.areEqual((bytes + [9])[..<40], bytes))
        for place in bytes.indices {
            var other = bytes
            other[place] ^= 0x80
            #expect(!ConstantTime.areEqual(bytes, other))
        }
    }
}

import MeshBase
import Testing

@testable import Ciphers

@Suite struct ChaChaPolyTests {
    private let key = (UInt8(0x80)...0x9F).map { $0 }
    private let nonce: [UInt8] = [0x07, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47]
    private let label: [UInt8] = [0x50, 0x51, 0x52, 0x53, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7]
    private let text =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."

    private func seal(_ plain: [UInt8]) -> [UInt8] {
        var output = ByteBuffer()
        plain.withUnsafeBytes { plain in
            nonce.withUnsafeBytes { ChaChaPoly(key: key).seal(plain, nonce: $0, label: label, into: &output) }
        }
        return Array(output.bytes)
    }

    private func open(_ sealed: [UInt8], nonce: [UInt8]? = nil, label: [UInt8]? = nil) -> [UInt8]? {
        var output = ByteBuffer()
        output.append(byte: 1)
        let isGenuine = sealed.withUnsafeBytes { sealed in
            (nonce ?? self.nonce).withUnsafeBytes {
                ChaChaPoly(key: key).open(sealed, nonce: $0, label: label ?? self.label, into: &output)
            }
        }
        if !isGenuine { #expect(output.count == 1) }
        return isGenuine ? Array(output.bytes.dropFirst()) : nil
    }

    /// RFC 8439, 2.8.2.
    @Test func example() {
        let sealed = seal(Array(text.utf8))
        #expect(HexText.text(sealed.prefix(16)) == "d31a8d34648e60db7b86afbc53ef7ec2")
        #expect(HexText.text(sealed.suffix(16)) == "1ae10b594f09e26a7e902ecbd0600691")
        #expect(open(sealed) == Array(text.utf8))
    }

    @Test func nothingIsSealedToo() { #expect(open(seal([])) == []) }

    @Test func whatIsChangedIsNotOpened() {
        let sealed = seal(Array(text.utf8))
        for place in sealed.indices {
            var other = sealed
            other[place] ^= 1
            #expect(open(other) == nil)
        }
        for count in 0..<16 { #expect(open(Array(sealed[..<count])) == nil) }
        #expect(open(sealed, nonce: [UInt8](repeating: 0, count: 12)) == nil)
        #expect(open(sealed, label: []) == nil)
    }
}

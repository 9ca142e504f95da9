import MeshBase
import Replication
import Testing

@testable import Wire

@Suite struct SessionSealTests {
    private let seal = SessionSeal(secret: Array(repeating: 7, count: 32), mesh: "m")

    private func session(keys: Int) -> SessionRecord {
        var session = SessionRecord(customer: CustomerHash("c1"))
        for key in 0..<keys {
            session.note(
                RecordVersion(counter: .max / 2 - UInt64(key), writer: .max), ofKey: UInt64(key) << 40,
                isDeletion: key % 2 == 1)
        }
        return session
    }

    private func read(_ text: [UInt8], by seal: SessionSeal? = nil) -> SessionRecord? {
        text.withUnsafeBytes { (seal ?? self.seal).read($0) }
    }

    @Test(arguments: [0, 1, 2, 3, 16, 40]) func aTokenComesBackAsItWent(keys: Int) {
        let session = session(keys: keys)
        let text = seal.text(session)
        #expect(read(text) == session)
        #expect(text.count <= SessionSeal.longest)
        #expect(text.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }

    /// Nobody makes one of his own: a counter of the far future would stop a key for all.
    @Test func whatWasChangedIsNoToken() {
        let text = seal.text(session(keys: 2))
        for index in text.indices {
            var other = text
            other[index] = other[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(read(other) == nil, "\(index)")
            #expect(read(Array(text.prefix(index))) == nil)
        }
        #expect(read(text + text) == nil)
        #expect(read(text, by: SessionSeal(secret: Array(repeating: 7, count: 32), mesh: "n")) == nil)
        #expect(read(text, by: SessionSeal(secret: Array(repeating: 8, count: 32), mesh: "m")) == nil)
    }

    @Test func noBytesAtAllHarm() {
        var generator = Generator(seed: 5, concern: "tokens")
        for _ in 0..<2_000 {
            let text = (0..<generator.below(700)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            #expect(read(text) == nil)
        }
    }
}

import MeshBase
import Testing

@testable import Replication

@Suite struct SiblingSetTests {
    private func dot(_ counter: UInt64, _ writer: UInt64 = 1) -> RecordVersion {
        RecordVersion(counter: counter, writer: writer)
    }

    @discardableResult
    private func write(
        _ set: inout SiblingSet, _ dot: RecordVersion, over: [RecordVersion] = [], at writer: UInt64 = 7,
        tombstone: Bool = false
    ) -> Bool {
        set.write(
            dot, value: [UInt8(truncatingIfNeeded: dot.counter)], tombstone: tombstone, superseding: over,
            writer: writer)
    }

    @Test func aBlindWriteBecomesASiblingAndOneThatHasSeenSupersedesExactlyThat() {
        var set = SiblingSet()
        write(&set, dot(10))
        #expect(set.value == [10])
        write(&set, dot(20))
        write(&set, dot(30))
        #expect(set.isConflicted && set.dots == [dot(10), dot(20), dot(30)])
        write(&set, dot(40), over: [dot(10), dot(30)])
        #expect(set.dots == [dot(20), dot(40)])
        write(&set, dot(50), over: set.dots)
        #expect(set.value == [50] && !set.isConflicted)
    }

    @Test func aWriteThatIsSentAgainChangesNothingEvenWhenItIsSuperseded() {
        var set = SiblingSet()
        write(&set, dot(10))
        #expect(!write(&set, dot(10), at: 8))
        write(&set, dot(20), over: [dot(10)])
        #expect(!write(&set, dot(10), at: 8))
        #expect(set.dots == [dot(20)])
    }

    @Test func deletionsAreSiblings() {
        var set = SiblingSet()
        write(&set, dot(10))
        write(&set, dot(20), tombstone: true)
        #expect(set.isConflicted && !set.isDeleted)
        write(&set, dot(30), over: set.dots, tombstone: true)
        #expect(set.isDeleted && !set.isConflicted)
    }

    /// One cell took up a write that no other has; it comes back after more writes than are named.
    @Test func whatACellAloneHasIsKeptAndWhatWasSupersededLongAgoDoesNotComeBack() {
        var a = SiblingSet()
        write(&a, dot(10), at: 1)
        var b = a
        write(&a, dot(11), at: 1)
        for counter in UInt64(20)..<60 { write(&b, dot(counter), over: b.dots, at: 2) }
        let merged = a.merged(with: b)
        #expect(merged.dots == [dot(11), dot(59)])
        #expect(b.merged(with: a) == merged)
    }

    @Test func ofTooManySiblingsTheOldestGoAndStayAway() {
        var set = SiblingSet()
        for counter in UInt64(1)...10 { write(&set, dot(counter)) }
        let before = set
        #expect(set.bound() == 2)
        #expect(set.dots == (3...10).map { dot($0) })
        #expect(set.merged(with: before).dots == set.dots)
    }

    @Test func itsBytesAreReadBackAndNothingElseIs() throws {
        var set = SiblingSet()
        write(&set, dot(10), at: 1)
        write(&set, dot(20), at: 2, tombstone: true)
        write(&set, dot(30), over: [dot(10)], at: 9)
        let bytes = set.encoded()
        #expect(SiblingSet(bytes) == set)
        for length in 0..<bytes.count { #expect(SiblingSet(Array(bytes[..<length])) == nil) }
        #expect(SiblingSet(bytes + [0]) == nil)
        var rng = Generator(seed: 3, concern: "damage")
        for _ in 0..<2_000 {
            var damaged = bytes
            damaged[Int(rng.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: rng.next())
            if let read = SiblingSet(damaged) { #expect(read.encoded() == damaged) }
        }
    }

    @Test func tagsAreReadAsTheyAreWritten() {
        func read(_ text: String) -> [ProvenDot]? {
            Array(text.utf8).withUnsafeBytes { SiblingTag.dots(ofCondition: $0) }
        }
        let dots = [ProvenDot(dot(0x10, 0xABC), proof: .max), ProvenDot(dot(77, 5), proof: 0)]
        #expect(read("\"\(SiblingTag.text(dots))\"") == dots)
        #expect(read("\"10-abc-ffffffffffffffff\", \"4d-5\"") == dots)
        for bad in [
            "", "*", "10-abc", "\"\"", "\"10\"", "W/\"10-abc\"", "\"10-abc", "\"10-abc\" \"4d-5\"", "\"0-1\"",
            "\"10-ABC\"", "\"10-abc,\"", ",\"10-abc\"", "\"ffffffffffffffff-1\"",
        ] { #expect(read(bad) == nil, "\(bad)") }
        #expect(read("\"" + Array(repeating: "1-1", count: 17).joined(separator: ",") + "\"") == nil)
    }
}

import MeshBase
import Sharding
import Testing

@testable import Wire

@Suite struct EntryExchangeTests {
    private let seal = EntrySeal(secret: Array(repeating: 3, count: 32), mesh: "m")

    private func bytes(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
        var buffer = ByteBuffer()
        write(&buffer)
        return Array(buffer.bytes)
    }
    private func entry(_ cohort: Int) throws -> PlacementEntry {
        var entry = PlacementEntry(cohort: cohort)
        try entry.begin(evacuated: [0, 2])
        return entry
    }

    @Test func whatWasWrittenIsReadBack() throws {
        let exchange = EntryExchange(
            digest: 77, versions: [1, 2, 3, 4],
            entries: [seal.seal(decided: try entry(1)), seal.seal(decided: try entry(3))])
        let written = bytes { exchange.append(to: &$0) }
        #expect(written.withUnsafeBytes { EntryExchange($0, cohorts: 4) } == exchange)
        #expect(written.withUnsafeBytes { EntryExchange($0, cohorts: 3) } == nil)
        let question = EntryExchange(digest: 5)
        let short = bytes { question.append(to: &$0) }
        #expect(short.withUnsafeBytes { EntryExchange($0, cohorts: 9) } == question)
        for count in 0..<written.count {
            // Whatever is cut off is refused, or ends where something ended before.
            let cut = Array(written.prefix(count)).withUnsafeBytes { EntryExchange($0, cohorts: 4) }
            #expect(cut.map { $0.entries.count < 2 } ?? true)
        }
        var rng = Generator(seed: 9)
        for _ in 0..<20_000 {
            var damaged = written
            damaged[Int(rng.below(UInt64(damaged.count)))] = UInt8(rng.below(256))
            _ = damaged.withUnsafeBytes { EntryExchange($0, cohorts: 4) }
        }
    }

    @Test func onlyWhoHoldsTheSecretProvesAnEntry() throws {
        let sealed = seal.seal(decided: try entry(1))
        #expect(seal.isGenuine(sealed) && sealed.proof.count == EntrySeal.size)
        #expect(!EntrySeal(secret: Array(repeating: 4, count: 32), mesh: "m").isGenuine(sealed))
        #expect(!EntrySeal(secret: Array(repeating: 3, count: 32), mesh: "n").isGenuine(sealed))
        var other = sealed
        try other.entry.switchOver()
        #expect(!seal.isGenuine(other))
        other = sealed
        other.proof = []
        #expect(!seal.isGenuine(other))
    }

    @Test func statusAndQuestionsAreReadBack() {
        let all = [
            CohortStatus(
                cohort: 7, version: 9, filled: Epoch(4), votes: true, isPurging: false, verified: .sound, rows: 3),
            CohortStatus(
                cohort: 1023, version: 1, filled: Epoch(0), votes: false, isPurging: true, trouble: .full),
        ]
        let written = bytes { buffer in all.forEach { $0.append(to: &buffer) } }
        #expect(written.count == 2 * CohortStatus.size)
        #expect(written.withUnsafeBytes { CohortStatus.all($0) } == all)
        #expect(Array(written.dropLast()).withUnsafeBytes { CohortStatus.all($0) } == nil)
        let question = StatusQuestion(cohorts: [0, 5], verifies: true)
        let asked = bytes { question.append(to: &$0) }
        #expect(asked.withUnsafeBytes { StatusQuestion($0, cohorts: 6) } == question)
        #expect(asked.withUnsafeBytes { StatusQuestion($0, cohorts: 5) } == nil)
        #expect([UInt8]().withUnsafeBytes { StatusQuestion($0, cohorts: 6) } == nil)
        let list = ListQuestion(cohort: 63, version: 12, verifies: true)
        #expect(ListQuestion(list.words.0, list.words.1, cohorts: 64) == list)
        #expect(ListQuestion(list.words.0, list.words.1, cohorts: 63) == nil)
        #expect(ListQuestion(1, 1 << 40, cohorts: 64) == nil)
    }
}

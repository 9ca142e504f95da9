import MeshBase
import Sharding
import Testing
import Topology
import Wire

@testable import Nodes

@Suite struct PlacementLedgerTests {
    private func ledger() -> PlacementLedger { PlacementLedger(Placement(topology()), seal: seal) }

    /// Two that tell each other until nothing is left to be said; how many messages it took.
    private func talk(_ one: inout PlacementLedger, _ other: inout PlacementLedger) -> Int {
        var question: EntryExchange? = one.question
        var messages = 0
        while let asked = question, messages < 20 {
            let answer = other.hear(asked).answer
            question = one.hear(answer: answer).more
            messages += 2
        }
        return messages
    }

    @Test(arguments: 0..<30)
    func twoAgreeAfterOneTalkWhateverEachHasHeard(seed: UInt64) throws {
        var rng = Generator(seed: seed, concern: "ledger")
        var (one, other) = (ledger(), ledger())
        for _ in 0..<Int(rng.below(40)) {
            var entry = PlacementEntry(cohort: Int(rng.below(64)))
            for _ in 0...rng.below(3) { try entry.refence() }
            if rng.chance(0.5) { one.take(decided: entry) } else { other.take(decided: entry) }
        }
        let messages = talk(&one, &other)
        #expect(messages <= 6)
        #expect(one.table == other.table && one.digest == other.digest, "seed \(seed)")
        let again = talk(&one, &other)
        #expect(again == 2)
    }

    @Test func whatDoesNotFitIsCountedAndRefused() throws {
        var ledger = ledger()
        var entry = PlacementEntry(cohort: 2)
        try entry.begin(evacuated: [7])
        let isTaken = ledger.take(seal.seal(decided: entry))
        #expect(!isTaken)
        var far = PlacementEntry(cohort: 70)
        try far.refence()
        let isFarTaken = ledger.take(seal.seal(decided: far))
        #expect(!isFarTaken)
        #expect(ledger.counters.refused == 2 && ledger.table == PlacementTable())
        #expect(ledger.sealed(2) == nil)
    }
}

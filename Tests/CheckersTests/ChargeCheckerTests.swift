import MeshBase
import Testing

@testable import Checkers

@Suite("charged-once: what cells have carried out against what clients were told")
struct ChargeCheckerTests {
    /// A service that charges by key over three cells, sound or broken in a known way.
    private struct Shop {
        enum Defect: CaseIterable {
            /// Whoever is asked again charges again, and gives the first answer.
            case chargesAgain
            /// Another cell does not know the key.
            case forgetsKeys
            /// The answer comes before the charge, which is lost.
            case answersFirst
        }
        var defect: Defect?
        var cells: [[UInt64: UInt32]] = [[:], [:], [:]]
        var answers: [UInt64: UInt64] = [:]

        mutating func call(_ key: UInt64, at cell: Int, _ rng: inout Generator) -> (answer: UInt64, isReplay: Bool) {
            let known = defect == .forgetsKeys && rng.chance(0.3) ? nil : answers[key]
            if let known {
                if defect == .chargesAgain, rng.chance(0.3) { cells[cell][key, default: 0] += 1 }
                return (known, true)
            }
            if defect != .answersFirst || rng.chance(0.7) { cells[cell][key, default: 0] += 1 }
            let answer = StableHash.combine(key, UInt64(cell))
            answers[key] = answer
            return (answer, false)
        }
    }

    private func run(_ defect: Shop.Defect?, seed: UInt64, missing: Int? = nil) -> ChargeChecker {
        var rng = Generator(seed: seed)
        var shop = Shop(defect: defect)
        var checker = ChargeChecker()
        for _ in 0..<400 {
            let key = rng.below(150) + 1
            let outcome = shop.call(key, at: Int(rng.below(3)), &rng)
            // A fifth of the answers never arrives.
            if rng.chance(0.8) { checker.answered(key, outcome.answer, isReplay: outcome.isReplay) }
        }
        for (cell, counts) in shop.cells.enumerated() where cell != missing {
            for (key, times) in counts { checker.charged(key, times: times, by: "c\(cell)") }
        }
        if let missing { checker.lacks("c\(missing)") }
        return checker
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func whatIsSoundIsCalledSound(_ seed: UInt64) {
        let verdict = run(nil, seed: seed).verdict()
        #expect(verdict.ok && verdict.standing == .judged, "seed \(seed): \(verdict.detail)")
    }

    @Test(arguments: Shop.Defect.allCases, 1...10 as ClosedRange<UInt64>)
    private func whatIsBrokenIsFound(_ defect: Shop.Defect, _ seed: UInt64) {
        #expect(!run(defect, seed: seed).verdict().ok, "\(defect), seed \(seed)")
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>) func aMissingCellAccusesNobody(_ seed: UInt64) {
        let verdict = run(nil, seed: seed, missing: 1).verdict()
        #expect(verdict.ok && verdict.detail.contains("missing of c1"), "seed \(seed): \(verdict.detail)")
        #expect(
            !run(.chargesAgain, seed: seed, missing: 1).verdict().ok, "what was charged twice is found all the same")
    }

    @Test func whatIsDoneLaterIsDoneAtLeastOnce() {
        var checker = ChargeChecker()
        checker.queued(1)
        checker.queued(1)
        checker.answered(1, 7, isReplay: true)
        checker.charged(1, times: 3, by: "a")
        checker.queued(2)
        let verdict = checker.verdict()
        #expect(verdict.ok, "\(verdict.detail)")
        #expect(verdict.detail.contains("; 2 were to be done later, 1 of them not yet"))
        // Its answer is nevertheless one, and of what was not put off nothing is done twice.
        checker.answered(1, 8, isReplay: true)
        checker.answered(3, 8, isReplay: false)
        checker.charged(3, times: 2, by: "a")
        let worse = checker.verdict()
        #expect(worse.detail.contains("key 1 has two answers") && worse.detail.contains("key 3 was charged 2 times"))
    }

    @Test func eachKindIsNamed() {
        var checker = ChargeChecker()
        checker.answered(1, 7, isReplay: false)
        checker.answered(1, 7, isReplay: true)
        checker.charged(1, times: 1, by: "a")
        #expect(checker.verdict().ok)
        checker.charged(1, times: 1, by: "b")
        checker.answered(2, 8, isReplay: true)
        checker.answered(3, 9, isReplay: false)
        checker.answered(3, 9, isReplay: false)
        checker.charged(3, times: 1, by: "a")
        checker.answered(4, 1, isReplay: false)
        checker.answered(4, 2, isReplay: true)
        checker.charged(4, times: 1, by: "a")
        let verdict = checker.verdict()
        #expect(!verdict.ok)
        for words in [
            "key 1 was charged 2 times, last by b", "key 3 was answered twice", "key 4 has two",
            "key 2 was answered as done",
        ] {
            #expect(verdict.detail.contains(words), "\(verdict.detail)")
        }
    }

    @Test func nothingIsVacuous() { #expect(ChargeChecker().verdict().standing == .vacuous) }
}

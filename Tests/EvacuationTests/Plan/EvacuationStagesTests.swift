import MeshBase
import Testing

@testable import Evacuation

@Suite struct EvacuationStagesTests {
    static let standard = [5, 25, 50, 75, 95, 100]

    @Test func sixtyFourCohorts() throws {
        let stages = try EvacuationStages(planID: 1, cohorts: 64, percents: Self.standard)
        #expect((0...7).map { stages.begun(through: $0) } == [0, 3, 16, 32, 48, 60, 64, 64])
        #expect((1...6).map { stages.cohorts(of: $0).count } == [3, 13, 16, 16, 12, 4])
        #expect(stages.stage(6).sorted() == Array(0..<64))
        #expect(stages.cohorts(of: 0).isEmpty && stages.cohorts(of: 7).isEmpty && stages.stage(0).isEmpty)
    }

    /// A golden order: another one would make a coordinator that resumes with a newer program move other cohorts first.
    @Test func theOrderIsStable() throws {
        let stages = try EvacuationStages(planID: 42, cohorts: 8, percents: [50, 100])
        #expect(stages.order == (try EvacuationStages(planID: 42, cohorts: 8, percents: [100])).order)
        #expect(stages.order == Self.goldenOrder, "\(stages.order)")
        #expect(stages.order != (try EvacuationStages(planID: 43, cohorts: 8, percents: [100])).order)
    }
    /// Worked out apart from this code.
    static let goldenOrder = [7, 1, 5, 2, 4, 3, 0, 6]

    @Test func stagesPartitionTheCohorts() throws {
        for seed in UInt64(0)..<500 {
            var rng = Generator(seed: seed, concern: "stages")
            let cohorts = 1 + Int(rng.below(rng.chance(0.3) ? 1024 : 70))
            var percents: [Int] = []
            for percent in 1...99 where rng.chance(0.06) { percents.append(percent) }
            percents.append(100)
            let id = rng.next()
            let stages = try EvacuationStages(planID: id, cohorts: cohorts, percents: percents)
            var seen: [Int] = []
            for number in 1...stages.count {
                let new = stages.cohorts(of: number)
                seen += new
                #expect(stages.stage(number) == seen, "seed \(seed)")
                // Never more than the percentage, but the first cohort.
                #expect(seen.count * 100 <= percents[number - 1] * cohorts || seen.count == 1, "seed \(seed)")
                #expect((seen.count + 1) * 100 > percents[number - 1] * cohorts, "seed \(seed)")
            }
            #expect(seen.sorted() == Array(0..<cohorts), "seed \(seed)")
            #expect(!stages.cohorts(of: 1).isEmpty, "seed \(seed)")
            #expect(stages == (try EvacuationStages(planID: id, cohorts: cohorts, percents: percents)), "seed \(seed)")
            for begun in [0, Int(rng.below(UInt64(cohorts))), cohorts] {
                guard let next = stages.stage(afterBegun: begun) else {
                    #expect(begun == cohorts, "seed \(seed)")
                    continue
                }
                #expect(stages.begun(through: next - 1) <= begun || next == 1, "seed \(seed)")
                #expect(stages.begun(through: next) > begun, "seed \(seed)")
            }
        }
    }

    /// Cohorts of one stage must not be neighbours of the hash space: each plan takes others first.
    @Test func everyCohortIsEarlySometimes() throws {
        var first = Array(repeating: 0, count: 64)
        for id in UInt64(1)...2_000 {
            for cohort in try EvacuationStages(planID: id, cohorts: 64, percents: Self.standard).cohorts(of: 1) {
                first[cohort] += 1
            }
        }
        // 2000 plans of 3 in 64: 94 +- 9.5 each.
        #expect(first.allSatisfy { abs(Double($0) - 93.75) < 45 }, "\(first)")
    }

    @Test func stagesAreReadFromText() throws {
        #expect(try EvacuationStages.percents(parsing: "5,25,50,75,95,100") == Self.standard)
        #expect(try EvacuationStages.percents(parsing: " 50% , 100 %") == [50, 100])
        func fault(_ text: String) -> EvacuationPlanFault? {
            do {
                _ = try EvacuationStages.percents(parsing: text)
                return nil
            } catch {
                return error
            }
        }
        #expect(
            fault("") == .notANumber("") && fault("5,,100") == .notANumber("") && fault("x,100") == .notANumber("x"))
        #expect(fault("-5,100") == .notANumber("-5") && fault("99999999999999999999") != nil)
        #expect(fault("5,101") == .badPercent(101) && fault("60,50,100") == .stagesDoNotRise(60, 50))
        #expect(fault(Array(repeating: "1", count: 100_000).joined(separator: ",")) != nil)
    }
}

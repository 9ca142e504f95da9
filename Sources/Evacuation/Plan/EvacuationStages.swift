import MeshBase
import Sharding

/// Which cohorts begin in which stage: percentages of the cohorts, in an order by hash of plan and cohort.
///
/// Whoever knows the plan's id, the number of cohorts and the percentages gets the same stages, so that a coordinator
/// that resumes needs no list. A stage moves no more than its percentage of the cohorts, rounded down, but one at
/// least; where cohorts are few, a stage may add none.
public struct EvacuationStages: Sendable, Equatable {
    /// More are not accepted: each costs a watch.
    public static let most = 100

    /// Percent of the cohorts that have begun at the end of each stage: rising, 1...100, the last is 100.
    public let percents: [Int]
    /// Every cohort once, in the order in which they begin.
    public let order: [Int]

    /// - Parameters:
    ///   - planID: the plan's id; another one gives another order.
    ///   - cohorts: how many the placement has, 1...`PlacementTable.maximumCohortCount`.
    ///   - percents: as `percents`; checked.
    public init(planID: UInt64, cohorts: Int, percents: [Int]) throws(EvacuationPlanFault) {
        guard (1...PlacementTable.maximumCohortCount).contains(cohorts) else { throw .badCohortCount(cohorts) }
        try Self.check(percents)
        self.percents = percents
        let keys = (0..<cohorts).map { StableHash.combine(planID, UInt64($0)) }
        order = (0..<cohorts).sorted { (keys[$0], $0) < (keys[$1], $1) }
    }

    /// Reads what a user writes: `5,25,50,75,95,100`, each with or without `%`.
    public static func percents(parsing text: some StringProtocol) throws(EvacuationPlanFault) -> [Int] {
        var percents: [Int] = []
        for part in text.split(separator: ",", maxSplits: most, omittingEmptySubsequences: false) {
            var digits = part.drop { $0 == " " }
            while let last = digits.last, last == " " || last == "%" { digits.removeLast() }
            guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let percent = Int(digits) else {
                throw .notANumber(String(part.prefix(20)))
            }
            percents.append(percent)
        }
        try check(percents)
        return percents
    }

    private static func check(_ percents: [Int]) throws(EvacuationPlanFault) {
        guard let last = percents.last else { throw .noStages }
        for percent in percents where percent < 1 || percent > 100 { throw .badPercent(percent) }
        for (first, second) in zip(percents, percents.dropFirst()) where second <= first {
            throw .stagesDoNotRise(first, second)
        }
        guard last == 100 else { throw .lastStageLeaves(last) }
    }

    /// How many stages there are, 1...100.
    public var count: Int { percents.count }

    /// How many cohorts have begun when stage `number` ends, 0 for the time before the first; a number beyond the last
    /// stage counts as the last.
    public func begun(through number: Int) -> Int {
        guard number >= 1 else { return 0 }
        return max(1, order.count * percents[min(number, count) - 1] / 100)
    }

    /// The cohorts that have begun when stage `number` (1...`count`) ends: cumulative, all of them at the last stage.
    public func stage(_ number: Int) -> [Int] { Array(order[..<begun(through: number)]) }

    /// The cohorts that begin in stage `number` (1...`count`); none for any other number.
    public func cohorts(of number: Int) -> [Int] {
        guard number >= 1, number <= count else { return [] }
        return Array(order[begun(through: number - 1)..<begun(through: number)])
    }

    /// The first stage whose cohorts have not all begun, by how many have; nil when all have. What a coordinator that
    /// resumes goes on with.
    public func stage(afterBegun begun: Int) -> Int? {
        guard begun < order.count else { return nil }
        return (1...count).first { self.begun(through: $0) > begun }
    }
}

import MeshBase
import Testing

@testable import Resilience

@Suite struct LoadShedderTests {
    /// The classes that are taken up beside so much work in hand.
    private func admitted(_ inWork: Int, of shedder: LoadShedder) -> [Priority] {
        Priority.allCases.filter { shedder.admits($0, inWork: inWork) }
    }

    // MARK: State by state

    @Test(arguments: [
        (0, 4), (699, 4),
        // From 70 % on low goes, from 85 % on normal, from 95 % on all but critical.
        (700, 3), (849, 3), (850, 2), (949, 2), (950, 1), (999, 1), (1000, 1), (5000, 1),
    ])
    func eachBandShedsOneClassMore(_ inWork: Int, _ classes: Int) {
        #expect(admitted(inWork, of: LoadShedder(capacity: 1000)) == Array(Priority.allCases.prefix(classes)))
    }

    @Test(arguments: [(0.55, 100, 55), (0.07, 100, 7), (0.7, 10, 7), (0.85, 20, 17), (0.95, 64, 61), (1.0 / 3, 3, 1)])
    func aThresholdIsMetAtTheLeastWorkThatReachesIt(_ threshold: Double, _ capacity: Int, _ bound: Int) {
        let shedder = LoadShedder(
            capacity: capacity, thresholds: ShedThresholds(high: threshold, normal: threshold, low: threshold))
        #expect(admitted(bound - 1, of: shedder).count == 4)
        #expect(admitted(bound, of: shedder) == [.critical])
    }

    @Test func atAHundredPercentAClassIsLeftToThePlaceItself() {
        let shedder = LoadShedder(capacity: 10, thresholds: ShedThresholds(high: 1, normal: 1, low: 0.5))
        #expect(admitted(10, of: shedder) == [.critical, .high, .normal])
        #expect(admitted(10, of: LoadShedder(capacity: 10, thresholds: .never)) == Priority.allCases)
    }

    @Test func atZeroAClassIsNeverTakenUp() {
        let shedder = LoadShedder(capacity: 10, thresholds: ShedThresholds(high: 1, normal: 0.5, low: 0))
        #expect(admitted(0, of: shedder) == [.critical, .high, .normal])
    }

    @Test func thresholdsThatRiseAreMadeToFall() {
        let shedder = LoadShedder(capacity: 100, thresholds: ShedThresholds(high: 0.5, normal: 0.8, low: 0.9))
        #expect(admitted(49, of: shedder).count == 4)
        #expect(admitted(50, of: shedder) == [.critical])
    }

    @Test func theSmallestPlacesAndTheLargest() {
        #expect(admitted(0, of: LoadShedder(capacity: 1)).count == 4)
        #expect(admitted(1, of: LoadShedder(capacity: 1)) == [.critical])
        #expect(admitted(Int.max - 1, of: LoadShedder(capacity: .max)) == [.critical])
        #expect(admitted(Int.max / 2, of: LoadShedder(capacity: .max)).count == 4)
    }

    @Test func refusalsAreCountedByClassAndAdmissionsAreNot() {
        var shedder = LoadShedder(capacity: 100)
        for inWork in [0, 70, 85, 95, 100] {
            for priority in Priority.allCases { _ = shedder.admit(priority, inWork: inWork) }
        }
        #expect(Priority.allCases.map { shedder.shed[$0] } == [0, 2, 3, 4])
        #expect(shedder.shed.total == 9)
    }

    // MARK: What is told

    private func told(_ shedder: inout LoadShedder) -> [String] {
        var told: [String] = []
        shedder.changes { told.append("\($0.name) \($1 ? "begun" : "ended")") }
        return told
    }

    @Test func beginningAndEndAreToldOnce() {
        var shedder = LoadShedder(capacity: 100)
        #expect(told(&shedder) == [])
        for _ in 0..<10 { _ = shedder.admit(.low, inWork: 90) }
        #expect(told(&shedder) == ["low begun"])
        _ = shedder.admit(.low, inWork: 90)
        _ = shedder.admit(.normal, inWork: 90)
        #expect(told(&shedder) == ["normal begun"])
        _ = shedder.admit(.normal, inWork: 90)
        #expect(told(&shedder) == ["low ended"])
        #expect(told(&shedder) == ["normal ended"])
        #expect(told(&shedder) == [])
    }

    // MARK: Conformance 20

    /// Requests of all classes at a place of random size and thresholds, at every load that it comes to.
    @Test(arguments: 1...50) func aHigherClassIsNeverRefusedWhileALowerOneIsAdmitted(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "shedding", node: 0)
        let capacity = 1 + Int(random.next() % 300)
        let thresholds = ShedThresholds(high: random.unit(), normal: random.unit(), low: random.unit())
        var shedder = LoadShedder(capacity: capacity, thresholds: thresholds)
        var inWork = 0
        for step in 0..<5_000 {
            let refused = Priority.allCases.filter { !shedder.admits($0, inWork: inWork) }
            let lowestTaken = Priority.allCases.last { shedder.admits($0, inWork: inWork) }
            #expect(
                refused.allSatisfy { $0 > lowestTaken! },
                "seed \(seed), step \(step): \(inWork)/\(capacity), \(thresholds)")
            #expect(!refused.contains(.critical), "seed \(seed), step \(step)")
            let priority = Priority(rawValue: UInt8(random.next() % 4))!
            // The hard bound of the place: critical is refused by nothing else.
            if inWork < capacity, shedder.admit(priority, inWork: inWork) {
                inWork += 1
            } else if inWork > 0, random.chance(0.6) {
                inWork -= 1
            }
        }
        #expect(shedder.shed[.critical] == 0)
    }

    /// As long as what is in work at once of critical fits beside the highest threshold, none of it finds the place full.
    @Test(arguments: 1...20) func criticalIsNeverRefusedWhileItFits(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "shedding-critical", node: 0)
        let capacity = 100 + Int(random.next() % 400)
        var shedder = LoadShedder(capacity: capacity)
        let room = capacity - (capacity * 95 + 99) / 100
        var work: [Priority] = []
        for step in 0..<20_000 {
            // Three times what it can hold comes, and a quarter of it leaves.
            if random.chance(0.75) {
                let critical = work.reduce(0) { $0 + ($1 == .critical ? 1 : 0) }
                let priority: Priority =
                    critical < room && random.chance(0.2)
                    ? .critical : Priority(rawValue: UInt8(1 + random.next() % 3))!
                let isTaken = shedder.admit(priority, inWork: work.count) && work.count < capacity
                #expect(isTaken || priority != .critical, "seed \(seed), step \(step), \(work.count)/\(capacity)")
                if isTaken { work.append(priority) }
            } else if !work.isEmpty {
                work.remove(at: Int(random.next() % UInt64(work.count)))
            }
        }
        #expect(shedder.shed.total > 0)
    }
}

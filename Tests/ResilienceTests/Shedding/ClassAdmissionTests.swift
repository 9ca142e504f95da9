import MeshBase
import Testing

@testable import Resilience

@Suite struct ClassAdmissionTests {
    private static func signals(_ random: inout Generator) -> LoadSignals {
        LoadSignals(
            cpu: random.unit() * 1.2, loopLag: .milliseconds(Int64(random.below(20))),
            memory: random.chance(0.5) ? random.unit() * 1.1 : nil,
            p95: random.chance(0.5) ? .milliseconds(Int64(random.below(2_500))) : nil)
    }

    private static func admission(_ random: inout Generator) -> ClassAdmission {
        ClassAdmission(
            capacity: 1 + Int(random.below(400)),
            thresholds: ShedThresholds(high: random.unit(), normal: random.unit(), low: random.unit()),
            early: EarlyPolicy(load: random.unit(), share: random.unit() * 0.4, hard: random.unit()))
    }

    /// Any load, pressure and draw: in one look, what is admitted of the classes is the highest of them.
    @Test(arguments: 1...60) func conformance20NoClassIsRefusedWhileALowerOneIsAdmitted(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "class-admission", node: 0)
        var admission = Self.admission(&random)
        for step in 0..<5_000 {
            if step % 20 == 0 { admission.look(Self.signals(&random)) }
            let inWork = Int(random.below(UInt64(admission.load.capacity + 20)))
            let draw = random.unit()
            var refused: Priority?
            for priority in Priority.allCases {
                let isIn = admission.decide(priority, inWork: inWork, draw: draw) == .admitted
                if let refused, isIn {
                    Issue.record(
                        "seed \(seed), step \(step): \(refused) refused, \(priority) admitted, \(inWork), \(draw)")
                    return
                }
                if !isIn, refused == nil { refused = priority }
            }
            if refused == .critical { Issue.record("seed \(seed), step \(step): critical refused, \(inWork) in work") }
        }
        let shed = admission.early.shed.total + admission.adaptive.shed.total + admission.load.shed.total
        #expect(shed > 0, "seed \(seed)")
    }

    /// Three times what the place can hold comes, with critical work that fits beside the highest threshold: all of it
    /// is admitted and finds room, whatever the pressure.
    @Test(arguments: 1...20) func conformance20CriticalIsNeverShedWhileItFits(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "class-admission-critical", node: 0)
        let capacity = 100 + Int(random.below(400))
        var admission = ClassAdmission(capacity: capacity, early: .seed)
        let room = capacity - (capacity * 95 + 99) / 100
        var work: [Priority] = []
        var critical = 0
        for step in 0..<20_000 {
            if step % 100 == 0 { admission.look(Self.signals(&random)) }
            if random.chance(0.75) {
                let priority: Priority =
                    critical < room && random.chance(0.2) ? .critical : Priority(rawValue: UInt8(1 + random.below(3)))!
                let verdict = admission.admit(priority, inWork: work.count, random: &random)
                let isTaken = verdict == .admitted && work.count < capacity
                #expect(
                    isTaken || priority != .critical,
                    "seed \(seed), step \(step), \(work.count)/\(capacity), \(verdict)")
                guard isTaken else { continue }
                work.append(priority)
                if priority == .critical { critical += 1 }
            } else if !work.isEmpty {
                let index = Int(random.below(UInt64(work.count)))
                if work[index] == .critical { critical -= 1 }
                work.swapAt(index, work.count - 1)
                work.removeLast()
            }
        }
        #expect(admission.early.shed.total > 0 && admission.adaptive.shed.total > 0 && admission.load.shed.total > 0)
    }

    /// What the blind shedder leaves is drawn for as evenly as if the pressure had a draw of its own.
    @Test func oneDrawServesBoth() {
        var random = Generator(seed: 7, concern: "class-admission-draws", node: 0)
        var admission = ClassAdmission(capacity: 100, early: .seed)
        admission.look(LoadSignals(memory: 0.925))
        var counts = [0, 0, 0, 0]
        let total = 100_000
        for _ in 0..<total { counts[Int(admission.admit(.normal, inWork: 0, random: &random).rawValue)] += 1 }
        // Memory is short, so 30 % go blindly, and half of the rest by pressure; 5 standard deviations.
        let expected = [0.35, 0.3, 0.35, 0]
        for index in 0..<4 {
            let deviation = (Double(total) * expected[index] * (1 - expected[index])).squareRoot()
            #expect(abs(Double(counts[index]) - Double(total) * expected[index]) <= 5 * deviation, "\(counts)")
        }
    }

    @Test func withoutPressureAndBelowLoadNothingIsDrawn() {
        var random = Generator(seed: 1)
        var untouched = random
        var admission = ClassAdmission(capacity: 100)
        for inWork in 0..<70 {
            let verdict1 = admission.admit(.low, inWork: inWork, random: &random)
            #expect(verdict1 == .admitted)
        }
        #expect(random.next() == untouched.next())
    }

    @Test func eachVerdictHasItsPolicyAndItsReason() {
        var admission = ClassAdmission(capacity: 100, adaptive: .seed, early: .seed)
        admission.look(LoadSignals(memory: 0.9))
        let verdict2 = admission.decide(.low, inWork: 0, draw: 0.1)
        #expect(verdict2 == .early)
        let verdict3 = admission.decide(.low, inWork: 0, draw: 0.31)
        #expect(verdict3 == .adaptive)
        let verdict4 = admission.decide(.high, inWork: 95, draw: 0.9)
        #expect(verdict4 == .load)
        let verdict5 = admission.decide(.critical, inWork: 1_000, draw: 0)
        #expect(verdict5 == .admitted)
        let verdicts = ClassAdmission.Verdict.allCases
        #expect(verdicts.map(\.policy) == [nil, .earlyShed, .shedding, .shedding])
        #expect(verdicts.map { admission.retryAfter($0) } == [.seconds(1), .seconds(1), .seconds(5), .seconds(1)])
        #expect(
            verdicts.map { admission.explain($0, .high, inWork: 95).detail } == [
                "admitted beside 95 in work", "0.3 is refused blindly, CPU or memory is short",
                "pressure 0.33 from memory, 0 of high is refused",
                "95 of 100 in work, high is refused from 0.95 on",
            ])
    }
}

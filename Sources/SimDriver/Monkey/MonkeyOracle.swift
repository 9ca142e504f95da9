import Checkers
import MeshBase
import Reports
import Scenarios

/// Holds a monkey's kills against its rules, by what the simulation knows and the monkey does not see: which processes run, and since
/// when.
struct MonkeyOracle {
    private let plan: MonkeyPlan
    private let excepted: Set<String>
    private var kills = 0
    private var violations: [String: [String]] = [:]
    /// The end of the last kill.
    private var freeAt = Instant.zero

    private static let hours = "monkey-hours"
    private static let newest = "monkey-newest"
    private static let least = "monkey-least"
    private static let alone = "monkey-alone"

    init(_ plan: MonkeyPlan, excepted: Set<String>) {
        self.plan = plan
        self.excepted = excepted
    }

    /// A cell is about to be killed.
    mutating func kills(
        _ machine: SimMachine, for lease: TimeAmount, in mesh: [SimMachine], at wall: Int64, now: Instant
    ) {
        kills += 1
        let time = WeekTime(utc: wall)
        func isBroken(_ rule: String, _ detail: String) {
            violations[rule, default: []].append("\(machine.name) at day \(time.day), minute \(time.minute): \(detail)")
        }
        if !plan.within.isEmpty, !plan.within.contains(where: { $0.contains(time) }) {
            isBroken(Self.hours, "out of hours")
        }
        let running = mesh.filter { $0.role == .cell && $0.region == machine.region && $0.isUp && !$0.isPaused }
        if running.count <= plan.least {
            isBroken(Self.least, "\(running.count) cells run, and more than \(plan.least) have to")
        }
        // As a bound: of what runs and does not serve yet the monkey knows nothing.
        if !running.contains(where: { $0 !== machine && $0.startedAt >= machine.startedAt }) {
            isBroken(Self.newest, "it was started last")
        }
        if excepted.contains(machine.name) { isBroken(Self.least, "it is excepted") }
        if now < freeAt { isBroken(Self.alone, "another one is still down") }
        freeAt = now + lease
    }

    /// The kill was taken back earlier.
    mutating func freed(now: Instant) { freeAt = now }

    var verdicts: [Verdict] {
        [Self.hours, Self.newest, Self.least, Self.alone].map { rule in
            let found = violations[rule] ?? []
            return Verdict(
                oracle: rule, ok: found.isEmpty, kills > 0 ? .judged : .vacuous,
                detail: found.isEmpty
                    ? Wording.plural(kills, "kill")
                    : "\(Wording.plural(found.count, "violation")): \(found.prefix(3).joined(separator: "; "))")
        }
    }
}

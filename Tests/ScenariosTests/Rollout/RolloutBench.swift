import MeshBase
import Reports
import Scenarios
import Topology

/// A mesh that is rolled out over, second by second: what routers see of its cells is drawn from a seed.
struct RolloutBench {
    /// How a cell answers.
    struct Conduct {
        /// Attempts a second.
        var rate = 120
        /// How many times longer its answers take than others'.
        var slower = 1.0
        /// The share of attempts that fail.
        var errors = 0.0
    }

    var rollout: Rollout
    /// Of cells with the former version, and with the new one.
    var old = Conduct()
    var new = Conduct()
    /// Why the change of a cell fails.
    var failures: [String: String] = [:]
    /// Changed cells that have died.
    var down: [String: String] = [:]
    /// How late the machine's timers are.
    var late = TimeAmount.zero
    private(set) var now = Instant(nanoseconds: 0)
    /// Those that run with the new version.
    private(set) var changed: Set<String> = []
    /// What was ordered, in words.
    private(set) var log: [String] = []
    private(set) var isFinished = false
    private var generator: Generator
    private let wait = WaitSampler(.init(p50: .milliseconds(2), p99: .milliseconds(8)))

    init(_ plan: RolloutPlan, seed: UInt64 = 1) {
        rollout = Rollout(plan)
        generator = Generator(seed: seed, concern: "rollout-bench")
    }

    var report: RolloutReport { rollout.report }

    private mutating func figures(_ conduct: Conduct) -> CellFiguresPage.Cell {
        var times = DurationHistogram()
        var cell = CellFiguresPage.Cell()
        // As they come, a little more or less.
        let count = max(0, Int(Double(conduct.rate) + generator.normal() * Double(conduct.rate).squareRoot()))
        for _ in 0..<count {
            if Double(generator.next() >> 11) / Double(1 << 53) < conduct.errors {
                cell.services.failed += 1
            } else {
                cell.services.ok += 1
            }
            times.record(wait.sample(using: &generator) * conduct.slower)
        }
        cell.services.times = AttemptFigures.times(times)
        return cell
    }

    /// One second. Orders are carried out at once.
    mutating func second() {
        now = now + .seconds(1)
        var sight = Rollout.Sight()
        for cell in rollout.plan.cells {
            let seen = figures(changed.contains(cell.name) ? new : old)
            sight.cells[cell.name] = seen
            sight.requests += UInt64(old.rate)
        }
        sight.down = down
        sight.late = late
        carryOut(rollout.look(sight, now: now))
    }

    mutating func carryOut(_ orders: [Rollout.Order]) {
        for order in orders {
            switch order {
            case .change(let unit):
                log.append("+\(unit)")
                if failures[unit] == nil { changed.insert(unit) }
                carryOut(rollout.told(failures[unit], now: now))
            case .revert(let unit):
                log.append("-\(unit)")
                changed.remove(unit)
                carryOut(rollout.told(nil, now: now))
            case .finish: isFinished = true
            }
        }
    }

    /// Until it is over, or so many seconds.
    mutating func run(_ seconds: Int = 3_600, until: (RolloutReport) -> Bool = { _ in false }) {
        for _ in 0..<seconds where !isFinished && !until(report) { second() }
    }

    /// The control plane dies and another one comes: what it has is what was kept.
    mutating func restart() {
        let kept = ReportJSON.encode(rollout)
        rollout = ReportJSON.decode(Rollout.self, kept)!
        now = now + .seconds(60)
        carryOut(rollout.resume())
    }
}

extension RolloutPlan {
    /// Of cells `a-1`, `b-1`, ... in turn by region.
    static func of(
        _ regions: Int = 3, cells: Int = 4, routers: [String] = [], stages: [Int] = usualStages,
        watch: TimeAmount = usualWatch,
        undecided: RolloutOrder.Undecided = .rollback
    ) -> RolloutPlan {
        let names = (0..<regions).flatMap { region in
            (1...cells).map { number in
                let letter = String(UnicodeScalar(UInt8(97 + region)))
                return Cell("\(letter)-\(number)", region: letter, version: 1)
            }
        }
        return RolloutPlan(
            blueprint: "echo", version: 2, source: "new.yaml", cells: names, routers: routers, stages: stages,
            watch: watch,
            undecided: undecided)
    }
}

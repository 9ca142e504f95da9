import MeshBase
import Reports

/// A rollout under way: which cells it changes next, how long it watches them, and whether it goes on or back.
///
/// It is a value that is told what came of its orders and what routers saw, and says what is to be done. All of it is kept
/// before an order is carried out, so that whoever comes after a control plane that died goes on with it.
package struct Rollout: Codable, Sendable, Equatable {
    /// What is to be done now; what follows waits until it is told what came of that.
    package enum Order: Sendable, Equatable {
        /// Give a cell the new version, or have a router start anew.
        case change(String)
        /// Give it the version that it had.
        case revert(String)
        /// All is over.
        case finish
    }

    /// What routers saw since they were asked last.
    package struct Sight: Sendable, Equatable {
        /// By the name of a cell.
        package var cells: [String: CellFiguresPage.Cell] = [:]
        /// Requests of clients.
        package var requests: UInt64 = 0
        /// How late 99 of 100 timers were on the control plane's machine, lately.
        package var late = TimeAmount.zero
        /// Changed cells that do not run any more, each with what became of it.
        package var down: [String: String] = [:]

        /// Nothing.
        package init() {}
    }

    /// What was seen over some time.
    private struct Window: Codable, Sendable, Equatable {
        /// Nil before the first look, from which on it counts.
        var since: Instant?
        /// It is judged, or was, at this age.
        var due: TimeAmount
        var cells: [String: CellFiguresPage.Cell] = [:]
        var requests: UInt64 = 0
        /// The most that timers were late meanwhile.
        var late: TimeAmount?

        mutating func take(_ sight: Sight) {
            late = max(late ?? .zero, sight.late)
            for (name, cell) in sight.cells { cells[name, default: .init()].add(cell) }
            requests &+= sight.requests
        }

        func sum(_ names: some Sequence<String>) -> CellFiguresPage.Cell {
            names.reduce(into: .init()) { $0.add(cells[$1] ?? .init()) }
        }
    }

    /// Between the last change of a stage and its watch: what was on its way to a process that ended has been given up then.
    package static let settle = TimeAmount.seconds(2)
    /// Attempts that are waited for at the first stage's cells before anything is changed, as long as there is time.
    package static let wantedBefore: UInt64 = 4_000

    /// What it does.
    package let plan: RolloutPlan
    /// Where it stands.
    package private(set) var report: RolloutReport
    /// What an order is out for; nil where none is.
    package private(set) var pending: String?
    /// Why it is to be taken back once the order under way has ended.
    private var abortion: String?
    private var window: Window
    /// As the cells were before any was changed.
    private var before: Window?
    /// When the next stage, or its watch, begins.
    private var next: Instant?
    private var steps: [RolloutPlan.Step] { plan.steps }

    /// One that begins with a look at the cells as they are.
    package init(_ plan: RolloutPlan) {
        self.plan = plan
        report = RolloutReport(
            state: .before, blueprint: plan.blueprint, version: plan.version, source: plan.source,
            cells: plan.cells.map(\.name))
        window = Window(due: plan.watch)
        report.of = steps.count
    }

    /// When it began, and ended, in RFC 3339.
    package mutating func stamp(began: String? = nil, ended: String? = nil) {
        report.began = began ?? report.began
        report.ended = ended ?? report.ended
    }

    // MARK: Events

    /// The looks of a second.
    package mutating func look(_ sight: Sight, now: Instant) -> [Order] {
        guard pending == nil else { return [] }
        let fallen = sight.down.filter { report.changed.contains($0.key) }
        if report.state == .watching || report.state == .waiting, let (name, why) = fallen.min(by: { $0.key < $1.key })
        {
            if report.state == .watching { end(.ended, window.since.map { now - $0 } ?? .zero) }
            return rollBack("\(name), which was changed, does not run: \(why)")
        }
        switch report.state {
        case .before, .watching:
            guard let since = window.since else {
                let begins = next ?? now + (report.state == .before ? .zero : min(Self.settle, plan.watch))
                next = now >= begins ? nil : begins
                if now >= begins { window.since = now }
                return []
            }
            window.take(sight)
            let age = now - since
            if report.state == .before { return lookBefore(age) }
            return judge(age)
        case .waiting:
            guard let next else {
                next = now + plan.wait
                return []
            }
            return now >= next ? change() : []
        case .changing, .rollingBack, .none, .done, .rolledBack: return []
        }
    }

    /// An order was carried out.
    ///
    /// - Parameter failure: why it was not.
    package mutating func told(_ failure: String?, now: Instant) -> [Order] {
        guard let unit = pending else { return [] }
        pending = nil
        guard report.state == .changing else {
            if failure != nil { report.left.append(unit) }
            report.changed.removeAll { $0 == unit }
            return revert()
        }
        // Also one that failed: nobody knows how far it came.
        report.changed.append(unit)
        if let failure {
            end(.failed, .zero)
            return rollBack("\(unit) did not take the new version: \(failure)")
        }
        if let abortion {
            end(.ended, .zero)
            return rollBack(abortion)
        }
        return change()
    }

    /// Somebody takes it back. Nothing happens where it has ended, or is being taken back.
    package mutating func abort(_ reason: String) -> [Order] {
        guard !report.state.isFinal, report.state != .rollingBack else { return [] }
        guard report.state != .changing || pending == nil else {
            abortion = reason
            return []
        }
        if report.state == .watching { end(.ended, .zero) }
        return rollBack(reason)
    }

    /// Another control plane goes on: what was seen until now is seen no more, and what was ordered is ordered again.
    package mutating func resume() -> [Order] {
        window.since = nil
        window.cells = [:]
        window.requests = 0
        window.late = nil
        next = nil
        guard let pending else {
            switch report.state {
            case .changing: return change()
            case .rollingBack: return revert()
            default: return []
            }
        }
        return [report.state == .rollingBack ? .revert(pending) : .change(pending)]
    }

    /// Until when the window under way is watched at least; nil where there is none.
    package func due(now: Instant) -> TimeAmount? {
        guard report.state == .before || report.state == .watching else { return nil }
        return max(window.due - (window.since.map { now - $0 } ?? .zero), .zero)
    }

    // MARK: Before

    private mutating func lookBefore(_ age: TimeAmount) -> [Order] {
        guard age >= plan.watch else { return [] }
        let seen = window.sum(steps.first?.changes ?? []).count
        let isLast = age >= plan.watch * RolloutPlan.longest
        guard seen >= Self.wantedBefore || isLast else { return [] }
        if window.sum(plan.cells.map(\.name)).count == 0, plan.undecided == .rollback {
            report.reason =
                "no request reached these cells in \(Wording.time(milliseconds: age.milliseconds)): nothing can be judged, "
                + "and nothing was changed"
            report.state = .rolledBack
            return [.finish]
        }
        before = window
        return change()
    }

    // MARK: Changing

    /// The next one of the stage, or the next stage, or the watch of what is changed.
    private mutating func change() -> [Order] {
        let done = report.changed.count
        let upTo = report.stages.reduce(0) { $0 + $1.changes.count }
        if done == upTo, report.state == .changing {
            report.state = .watching
            report.stages[report.stages.count - 1].state = .watching
            window = Window(due: plan.watch(ofStage: report.stages.count - 1))
            return []
        }
        if done == upTo {
            let step = steps[report.stages.count]
            report.stages.append(RolloutReport.Stage(percent: step.percent, changes: step.changes))
        }
        report.state = .changing
        next = nil
        let unit = steps.flatMap(\.changes)[done]
        pending = unit
        return [.change(unit)]
    }

    // MARK: Watching

    private mutating func judge(_ age: TimeAmount) -> [Order] {
        let stage = report.stages.count - 1
        let isDue = age >= window.due
        var gates: RolloutGates
        let compared: [String]
        (gates, compared) = self.gates()
        if !isDue { gates.deviations = RolloutGates.hasty }
        gates.late = max(window.late ?? .zero, compared.isEmpty ? before?.late ?? .zero : .zero)
        let found = gates.all
        let failed = found.filter { $0.verdict == .failed }
        guard isDue || !failed.isEmpty else { return [] }
        report.stages[stage].gates = found
        report.stages[stage].compared = compared
        if !failed.isEmpty {
            end(.failed, age)
            return rollBack("a gate of stage \(stage + 1) failed: \(failed.map(\.text).joined(separator: "; "))")
        }
        let open = found.filter { $0.verdict == .undecided }
        guard !open.isEmpty else { return pass(.passed, age) }
        let longest = plan.watch(ofStage: stage) * RolloutPlan.longest
        guard age >= longest else {
            window.due = min(window.due * 2, longest)
            report.stages[stage].watchedMilliseconds = Int64(age.milliseconds)
            return []
        }
        let why =
            "too little traffic for stage \(stage + 1): \(open.map(Self.lacking).joined(separator: "; ")) after "
            + Wording.time(milliseconds: age.milliseconds)
        if plan.undecided == .goOn {
            report.reason = why + "; it went on as asked for"
            return pass(.undecided, age)
        }
        end(.undecided, age)
        return rollBack(why)
    }

    private static func lacking(_ gate: RolloutReport.Gate) -> String {
        gate.text + " is undecided" + (gate.needed.map { " (about \($0) would decide)" } ?? "")
    }

    private mutating func pass(_ state: RolloutReport.Stage.State, _ age: TimeAmount) -> [Order] {
        end(state, age)
        guard report.stages.count < steps.count else {
            report.state = .done
            return [.finish]
        }
        report.state = .waiting
        return []
    }

    private mutating func end(_ state: RolloutReport.Stage.State, _ age: TimeAmount) {
        guard let stage = report.stages.indices.last else { return }
        report.stages[stage].state = state
        if age > .zero { report.stages[stage].watchedMilliseconds = Int64(age.milliseconds) }
    }

    /// Changed cells and those that are not, of regions that have both where any has; where all are changed, as they were before.
    private func gates() -> (RolloutGates, compared: [String]) {
        let isChanged = Set(report.changed)
        func regions(_ cells: [RolloutPlan.Cell]) -> Set<String> { Set(cells.map(\.region)) }
        var changed = plan.cells.filter { isChanged.contains($0.name) }
        var others = plan.cells.filter { !isChanged.contains($0.name) }
        let both = regions(changed).intersection(regions(others))
        if !both.isEmpty {
            changed.removeAll { !both.contains($0.region) }
            others.removeAll { !both.contains($0.region) }
        }
        let before = before ?? Window(due: .zero)
        let (names, compared) = (changed.map(\.name), others.map(\.name))
        let (now, then) = (window.sum(names), before.sum(names))
        guard !others.isEmpty else {
            return (
                RolloutGates(
                    changed: .init(now, offered: window.requests), others: .init(then),
                    changedBefore: .init(then, offered: before.requests)), []
            )
        }
        let beside = window.sum(compared)
        return (
            RolloutGates(
                changed: .init(now, offered: beside.ok), others: .init(beside),
                changedBefore: .init(then, offered: before.sum(compared).ok)), compared
        )
    }

    // MARK: Back

    private mutating func rollBack(_ reason: String) -> [Order] {
        report.reason = reason
        report.state = .rollingBack
        abortion = nil
        return revert()
    }

    /// The last one that was changed first; routers behind all cells, since they go by what those have then.
    private mutating func revert() -> [Order] {
        let routers = Set(plan.routers)
        guard let unit = report.changed.last(where: { !routers.contains($0) }) ?? report.changed.last else {
            report.state = .rolledBack
            return [.finish]
        }
        pending = unit
        return [.revert(unit)]
    }
}

import MeshBase
import Reports
import Scenarios
import Store
import Telemetry
import UVDriver

/// Rolls a blueprint out over cells of the mesh. Where it stands is in the journal before anything is done: the next control
/// plane goes on with it.
final class RolloutDesk {
    /// What the desk asks of its control plane.
    struct Acts {
        /// What routers have seen since they were asked last.
        var look: (_ changed: [String], _ done: @escaping (Rollout.Sight) -> Void) -> Void
        /// Gives a cell or a router a version; nil for one that works, else why it does not.
        var change: (_ unit: String, _ version: Int, _ done: @escaping (String?) -> Void) -> Void
        /// The same back.
        var revert: (_ unit: String, _ version: Int, _ done: @escaping (String?) -> Void) -> Void
    }

    private static let key = "rollout"

    private let loop: EventLoop
    private let journal: Journal
    private let period: TimeAmount
    private var rollout: Rollout?
    private var timer: LoopTimer?
    private var isLooking = false
    /// While one is under way: a machine that has too much to do makes answers slow.
    private let lateness: LatenessMeter
    /// What was told of it last.
    private var told: (state: RolloutReport.State, changed: Int, stages: [RolloutReport.Stage.State])?
    var acts: Acts?

    /// Takes over what a predecessor has begun.
    ///
    /// - Parameter period: from one look to the next.
    init(loop: EventLoop, journal: Journal, period: TimeAmount = .seconds(1)) {
        self.period = period
        self.loop = loop
        lateness = LatenessMeter(loop: loop)
        self.journal = journal
        let text = (try? journal.meta(Self.key)) ?? nil
        rollout = text.flatMap { ReportJSON.decode(Rollout.self, Array($0.utf8)) }
    }

    /// Goes on with what a predecessor had begun.
    func start() {
        guard rollout?.report.state.isFinal == false else { return }
        note("resumed", rollout?.report.blueprint ?? "", [])
        follow()
        carryOut(rollout?.resume() ?? [])
    }

    func close() {
        timer?.close()
        timer = nil
        lateness.run(false)
    }

    // MARK: Commands

    /// Whether one is under way.
    var isUnderWay: Bool { rollout.map { !$0.report.state.isFinal } ?? false }

    /// The one under way, or the last one.
    var report: RolloutReport {
        guard let rollout else { return .nothing }
        var report = rollout.report
        report.remainingMilliseconds = rollout.due(now: loop.now())?.millisecondsRoundedUp
        return report
    }

    /// A cell that has not taken yet, or not given back yet, what its file says.
    var pending: String? { rollout?.pending }

    /// The version that a cell had before the rollout; nil of one that it is not about.
    func formerVersion(of cell: String) -> Int? { rollout?.plan.cells.first { $0.name == cell }?.version }

    /// Begins one.
    /// - Throws: 500 where it cannot be written down: nothing is changed then.
    func begin(_ plan: RolloutPlan) throws(APIFailure) -> RolloutReport {
        let former = rollout
        var new = Rollout(plan)
        new.stamp(began: Timestamp.string(loop.wallClock()))
        rollout = new
        told = nil
        guard
            note(
                "started", plan.blueprint,
                [
                    .init("version", .integer(Int64(plan.version))), .init("cells", .integer(Int64(plan.cells.count))),
                    .init("source", .string(plan.source)),
                ])
        else {
            rollout = former
            throw APIFailure(500, "Nothing was changed: the journal cannot be written.")
        }
        follow()
        return report
    }

    /// Takes the one under way back.
    func abort(_ reason: String) throws(APIFailure) -> RolloutReport {
        guard isUnderWay else { throw APIFailure(409, "No rollout is under way.") }
        carryOut(rollout?.abort(reason) ?? [])
        return report
    }

    // MARK: Each second

    private func follow() {
        timer?.close()
        timer = try? LoopTimer(loop: loop) { [weak self] in self?.look() }
        timer?.start(after: period, every: period)
        lateness.run(true)
    }

    private func look() {
        guard let rollout, isUnderWay, !isLooking, let acts else { return }
        isLooking = true
        acts.look(rollout.report.changed) { [weak self] sight in
            guard let self else { return }
            isLooking = false
            var sight = sight
            sight.late = lateness.p99 ?? .zero
            carryOut(self.rollout?.look(sight, now: loop.now()) ?? [])
        }
    }

    private func carryOut(_ orders: [Rollout.Order]) {
        tell()
        for order in orders {
            switch order {
            case .change(let unit):
                acts?.change(unit, rollout?.plan.version ?? 0, done(unit, "changed", "not-changed"))
            case .revert(let unit):
                let former = formerVersion(of: unit) ?? 0
                acts?.revert(unit, former, done(unit, "changed-back", "not-changed-back"))
            case .finish:
                close()
                rollout?.stamp(ended: Timestamp.string(loop.wallClock()))
                let report = report
                note(
                    report.state.rawValue, report.blueprint,
                    [.init("version", .integer(Int64(report.version)))]
                        + (report.reason.map { [.init("reason", .string($0))] } ?? []))
            }
        }
    }

    private func done(_ unit: String, _ good: String, _ bad: String) -> (String?) -> Void {
        { [weak self] failure in
            guard let self else { return }
            let orders = rollout?.told(failure, now: loop.now()) ?? []
            note(failure == nil ? good : bad, unit, failure.map { [.init("reason", .string($0))] } ?? [])
            carryOut(orders)
        }
    }

    // MARK: Journal

    /// Writes down where it stands, where that has changed, with what there is to be told of it.
    private func tell() {
        guard let rollout else { return }
        let report = rollout.report
        let now = (report.state, report.changed.count, report.stages.map(\.state))
        if let told, told == now { return }
        let former = told
        told = now
        guard let stage = report.stages.last, former?.stages != now.2 else { return save() }
        var attributes: [TelemetryEvent.Attribute] = [
            .init("stage", .integer(Int64(report.stages.count))), .init("percent", .integer(Int64(stage.percent))),
            .init("state", .string(stage.state.rawValue)),
        ]
        if !stage.gates.isEmpty {
            attributes.append(.init("gates", .string(stage.gates.map(\.text).joined(separator: "; "))))
        }
        note("stage", report.blueprint, attributes)
    }

    private var text: String { rollout.map { String(decoding: ReportJSON.encode($0), as: UTF8.self) } ?? "" }

    private func save() { _ = try? journal.setMeta(Self.key, text) }

    /// With where it stands.
    @discardableResult
    private func note(_ action: String, _ id: String, _ attributes: [TelemetryEvent.Attribute]) -> Bool {
        let event = JournalEvent(
            TelemetryEvent(time: loop.wallClock(), type: "rollout", action: action, id: id, attributes: attributes))
        let written: Void? = try? journal.write { transaction in
            try transaction.setMeta(Self.key, text)
            try transaction.append(event)
        }
        return written != nil
    }
}

import Consensus
import Evacuation
import MeshBase
import Nodes
import Reports
import Sharding
import Store
import Topology
import UVDriver

/// What is told of a plan: where it stands, and what came of it.
extension EvacuationDesk {
    /// Where the plan under way stands, or how the last one ended.
    var status: EvacuationStatus {
        let state = host.state
        guard let open = plan else {
            // Its own stages, where they are known; the topology's else.
            let kept = keeper.course.flatMap { $0.ended == nil ? nil : $0.plan }
            guard let report, report.outcome.isFinal, let ended = kept ?? decree(of: report),
                let plan = evacuationPlan(ended)
            else { return .none(cohorts: table.entries.count) }
            var status = EvacuationStatus(
                plan: plan, outcome: report.outcome, stage: report.stages.count, step: nil,
                moved: table.entries.count { ended.isTarget($0.state.target) },
                records: EvacuationStatus.Records(
                    copied: report.recordsCopied, verified: report.recordsVerified,
                    different: report.acknowledgedWritesLost), reason: report.reason)
            status.writePause = report.writePause
            return status
        }
        guard let plan = evacuationPlan(open) else {
            return .none(cohorts: table.entries.count)
        }
        let progress = state.progress
        // Watches and pauses move nobody.
        let now = loop.wallClock()
        let atWork = keeper.course?.atWork(until: now) ?? .nanoseconds(now - open.began)
        let moving = atWork - open.watch * Int64(progress.stage)
        let waits = state.waits(now: loop.now())
        var status = EvacuationStatus(
            plan: plan, outcome: open.isPaused ? .paused : .running,
            // Whoever took the plan over has not seen its first stages.
            stage: min(
                max(
                    progress.stages.count + 1,
                    progress.moved > 0 ? plan.stages.stage(afterBegun: progress.moved - 1) ?? 0 : 0),
                plan.stages.count), step: progress.step, moved: progress.moved,
            records: EvacuationStatus.Records(
                copied: seen.copied, verified: seen.verified, different: seen.damaged),
            remaining: EvacuationEstimate.remaining(
                moving: max(moving, .zero), moved: progress.moved, of: table.entries.count,
                stagesLeft: plan.stages.count - progress.stages.count, watch: open.watch),
            reason: waits.isEmpty ? nil : waits)
        if let observed { status.gate = EvacuationGate(topology.evacuation).figures(observed) }
        let headroom = 1 - topology.evacuation.headroom
        let targets = sides(of: open).targets.compactMap { cell -> EvacuationStatus.Target? in
            let name = topology.cells[cell.position].name
            return utilisation(ProcessName(.cell, name)).map {
                EvacuationStatus.Target(cell: name, load: $0, headroom: headroom)
            }
        }
        let hottest = targets.sorted { ($1.load, $0.cell) < ($0.load, $1.cell) }
        status.targets = Array(hottest.prefix(EvacuationStatus.mostTargets))
        status.writePause = seen.pause
        return status
    }

    func evacuationPlan(_ decree: PlanDecree) -> EvacuationPlan? {
        try? EvacuationPlan(
            topology, region: decree.region, cells: decree.cells, id: decree.id, kind: decree.kind,
            cohorts: table.entries.count, percents: decree.percents)
    }

    /// What was decided for the plan that a report is of, as far as that says.
    private func decree(of report: EvacuationReport) -> PlanDecree? {
        guard let region = topology.regions.firstIndex(where: { $0.name == report.region }) else { return nil }
        return PlanDecree(
            id: 0, kind: report.kind, region: region,
            cells: (report.cells ?? []).compactMap { topology.cellIndex(named: $0) }, founded: topology.foundingCells,
            percents: topology.evacuation.stages, watch: .zero, began: 0)
    }

    func end(_ plan: PlanDecree, completed: Bool) {
        collect { [self] in
            var report =
                self.report ?? EvacuationReport(plan: evacuationPlan(plan)!)
            change { $0.end(at: $1) }
            let course = keeper.course
            let stages = course?.verdicts ?? []
            report.outcome = completed ? .completed : plan.isAborted ? .aborted : .rolledBack
            report.reason =
                completed
                ? nil
                : plan.isAborted
                    ? "taken back by 'evacuation abort'"
                    : course?.reason ?? stages.last.map {
                        "the gate was red at \($0.percent) %: \($0.detail)"
                    }
                        ?? "it was taken back"
            report.customersMoved = completed ? customersMoved(by: plan) : 0
            report.heldBack = heldBack
            report.recordsCopied = seen.copied
            report.recordsVerified = seen.verified
            // What was compared and could not be brought together; nothing is said where nothing was compared.
            report.acknowledgedWritesLost = seen.verified > 0 ? seen.damaged : nil
            report.writePause = seen.pause
            if plan.kind.empties, let begin = course?.firstBegin {
                let first = loop.now() - .nanoseconds(loop.wallClock() - begin)
                let cells = topology.cells.enumerated().filter {
                    plan.leaves(CellIndex($0.offset), region: $0.element.region)
                }.map(\.element.name)
                report.reroutedMilliseconds = seen.lastUse(of: cells, since: first).map { ($0 - first).milliseconds }
            }
            report.endPhases(completed ? .completed : .rolledBack)
            course?.time(&report, now: loop.wallClock())
            self.report = report
            write(report.outcome.rawValue, plan, reason: report.reason)
            // Where it cannot be kept, the journal's line remains.
            try? SystemFile.replace(reportPath, with: ReportJSON.encode(report))
            onEnd(plan, completed)
        }
    }

    /// Names of customers who were held back, the first hundred.
    private var heldBack: [String] {
        let placement = host.state.ledger.placement
        // Who is where its cohort is goes free.
        let held = Set(
            table.entries.flatMap(\.pins).filter { pin in
                pin.isHeld && Set(placement.cohortAssignment(of: pin.customer).inForce) != Set(pin.shard)
            }.map(\.customer))
        let count = min(topology.customers.count, LoadPrediction.mostCustomers)
        guard !held.isEmpty, count > 0 else { return [] }
        return Array(
            (1...count).lazy.filter { held.contains(CustomerHash(number: $0)) }.prefix(EvacuationReport.mostHeldBack)
                .map { Customers.name($0) })
    }

    /// Customers that have other cells than if the plan were taken back.
    private func customersMoved(by plan: PlanDecree) -> Int {
        let (now, before) = Self.before(topology, host.state.ledger.placement) { plan.origin(of: $0) }
        let count = min(topology.customers.count, LoadPrediction.mostCustomers)
        return now.differences(to: before, customers: count)
    }
}

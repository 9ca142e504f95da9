import Evacuation
import MeshBase
import Sharding
import Topology

/// What comes next of the plan: its stages, their gates, its end.
extension Coordinator {
    /// All cohorts are where the plan leads.
    var isComplete: Bool { looks.all.allSatisfy { $0.isThere && $0.phase != .joint } }

    /// How many cohorts may begin, in the order of the stages; looks at the gate of the stage under watch.
    mutating func stage(
        _ plan: PlanDecree, _ stages: EvacuationStages, now: Instant, into sink: inout some CoordinatorSink
    ) -> Int {
        guard plan.state == .moving else {
            progress.step = plan.state.name
            return 0
        }
        // The first stage that is not whole yet; it may begin once the one before has been watched.
        var number = 1
        while number <= stages.count, looks.areWhole(upTo: stages.begun(through: number)) { number += 1 }
        let whole = number - 1
        if whole > progress.stage || whole >= 1 && watch == nil && whole > watched {
            progress.stage = whole
            watch = (whole, now)
            sink.note(.stageBegan(percent: stages.percents[whole - 1], cohorts: stages.begun(through: whole)))
        }
        if let watch {
            let isOver = now - watch.since >= plan.watch
            let verdict = EvacuationGate(topology.evacuation).judge(observation, watchEnded: isOver)
            progress.step = "watching"
            switch verdict.decision {
            case .undecided:
                due = min(due, watch.since + plan.watch)
                return isPartial(stages, number) ? stages.begun(through: number) : 0
            case .red:
                reverse(plan, stages, verdict, into: &sink, now: now)
                return 0
            case .green:
                endStage(stages, watch.stage, verdict, into: &sink)
                watched = watch.stage
                self.watch = nil
                waitsSince = now
            }
        }
        // Between two watches, and while all is verified, customers are served as well: what speaks against it counts.
        let verdict = EvacuationGate(topology.evacuation).judge(observation, watchEnded: false)
        if verdict.decision == .red, progress.firstBegin != nil {
            reverse(plan, stages, verdict, into: &sink, now: now)
            return 0
        }
        guard number <= stages.count else {
            progress.step = "verifying"
            return 0
        }
        guard !plan.isPaused else {
            progress.step = "paused"
            return 0
        }
        progress.step = "moving"
        return stages.begun(through: number)
    }

    /// A stage has come to its verdict.
    private mutating func note(
        _ verdict: EvacuationGate.Verdict, ofStage percent: Int, into sink: inout some CoordinatorSink
    ) {
        progress.stages.removeAll { $0.percent == percent }
        progress.stages.append(
            EvacuationReport.Stage(percent: percent, requests: observation.requests, gate: verdict))
        sink.note(.stageEnded(percent: percent, verdict, requests: observation.requests))
    }

    /// The gate is red: all that has moved goes back.
    private mutating func reverse(
        _ plan: PlanDecree, _ stages: EvacuationStages, _ verdict: EvacuationGate.Verdict,
        into sink: inout some CoordinatorSink, now: Instant
    ) {
        let number = min(max(watch?.stage ?? progress.stage + 1, 1), stages.count)
        if progress.stages.last?.outcome != .red {
            note(verdict, ofStage: stages.percents[number - 1], into: &sink)
        }
        if !isChangingPlan { start(.changePlan(id: plan.id, .reverse(isAborted: false)), now: now) }
    }

    /// A plan that nothing has come of for a while: it is taken back where it can be, and otherwise says what it waits
    /// for.
    mutating func lookForStall(_ plan: PlanDecree, now: Instant, into sink: inout some CoordinatorSink) {
        guard !plan.isPaused, watch == nil else {
            progressAt = now
            return
        }
        guard let since = progressAt else {
            progressAt = now
            return
        }
        guard now - since > Self.stallLimit else { return }
        progressAt = now
        stall("nothing was decided for \(Int64(Self.stallLimit.seconds)) s: \(reason(plan))", now: now, into: &sink)
        if plan.state == .moving {
            progress.reason = stalled
            start(.changePlan(id: plan.id, .reverse(isAborted: false)), now: now)
        }
    }

    /// A stage that has begun, and was interrupted by the end of a coordinator, goes on.
    private func isPartial(_ stages: EvacuationStages, _ number: Int) -> Bool {
        stages.cohorts(of: number).contains { looks.all[$0].leadsThere }
    }

    private mutating func endStage(
        _ stages: EvacuationStages, _ number: Int, _ verdict: EvacuationGate.Verdict,
        into sink: inout some CoordinatorSink
    ) {
        let percent = stages.percents[number - 1]
        guard progress.stages.last?.percent != percent else { return }
        note(verdict, ofStage: percent, into: &sink)
    }

    /// The plan's own next step, when all cohorts have taken theirs.
    mutating func finish(_ plan: PlanDecree, now: Instant) {
        guard !isChangingPlan else { return }
        switch plan.state {
        case .moving:
            guard isComplete, watch == nil, watched >= 1 || plan.watch == .zero,
                ledger.table.entries.allSatisfy({ $0.state.phase == .stable || isVerified($0) })
            else { return }
            start(.changePlan(id: plan.id, .release), now: now)
        case .releasing:
            guard areAllStable, looks.all.allSatisfy(\.isThere), !hasPinsToMove(plan) else { return }
            if plan.kind.empties {
                var rows = 0
                for position in links.indices where isLeft(CellIndex(position), by: plan) {
                    guard links[position].isAlive else { continue }
                    guard uncounted(position) == nil else { return }
                    rows += links[position].rows.values.reduce(0) { $0 + $1.rows }
                }
                progress.rowsLeft = rows
            }
            start(.changePlan(id: plan.id, .end), now: now)
        case .reversing:
            // Where the plan had found nothing to do, there is nothing to be taken back.
            guard areAllStable else { return }
            start(.changePlan(id: plan.id, .end), now: now)
        }
    }
}

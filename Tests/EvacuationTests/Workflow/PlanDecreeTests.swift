import MeshBase
import Sharding
import Testing

@testable import Evacuation

@Suite struct PlanDecreeTests {
    private func plan(_ kind: EvacuationPlan.Kind = .evacuate, region: Int = 1) -> PlanDecree {
        PlanDecree(
            id: 0xFEED_0000_0000_0001, kind: kind, region: region,
            cells: kind.isOfCells ? [CellIndex(3), CellIndex(9)] : [], founded: kind.isOfCells ? 9 : 0,
            percents: [5, 50, 100], watch: .milliseconds(200), began: 1_700_000_000_000_000_000)
    }

    @Test func whatWasWrittenIsReadBackAndNothingElse() {
        for kind in EvacuationPlan.Kind.allCases {
            for state in PlanDecree.State.allCases {
                for (paused, aborted) in [(false, false), (true, false), (false, true), (true, true)] {
                    var plan = plan(kind)
                    plan.state = state
                    plan.isPaused = paused
                    plan.isAborted = aborted
                    #expect(PlanDecree.read(plan.bytes) == .some(plan))
                }
            }
        }
        #expect(PlanDecree.read(nil) == .some(nil))
        #expect(PlanDecree.read([]) == .some(nil))
        for bytes in [plan().bytes, plan(.add).bytes] {
            for count in 1..<bytes.count { #expect(PlanDecree.read(Array(bytes.prefix(count))) == nil) }
            #expect(PlanDecree.read(bytes + [0]) == nil)
            var rng = Generator(seed: 4)
            for _ in 0..<5_000 {
                var damaged = bytes
                damaged[Int(rng.below(UInt64(bytes.count)))] = UInt8(rng.below(256))
                if case .some(.some(let read)) = PlanDecree.read(damaged) { #expect(read.bytes == damaged) }
            }
        }
    }

    @Test func aPlanOfCellsLeadsToThemOrOffThem() {
        // Cell 3 is of the founding, cell 9 was added.
        let (add, drain) = (plan(.add), plan(.drain))
        let before = Eligibility(evacuated: [2], drained: [CellIndex(3)])
        let after = add.target(from: before)
        #expect(after == Eligibility(evacuated: [2], added: [CellIndex(9)]))
        #expect(drain.target(from: after) == before && add.origin(of: after) == before)
        #expect(drain.origin(of: before) == after)
        #expect(
            add.isTarget(PlacementSide(since: .first, after)) && !add.isTarget(PlacementSide(since: .first, before)))
        #expect(drain.leaves(CellIndex(9), region: 1) && !drain.leaves(CellIndex(4), region: 1))
        #expect(!add.leaves(CellIndex(9), region: 1) && plan().leaves(CellIndex(4), region: 1))
    }

    @Test func aPlanLeadsOutOfARegionOrBack() {
        func target(_ kind: EvacuationPlan.Kind, from evacuated: [Int]) -> [Int] {
            plan(kind).target(from: Eligibility(evacuated: evacuated)).evacuated
        }
        #expect(target(.evacuate, from: []) == [1] && target(.evacuate, from: [2]) == [1, 2])
        #expect(target(.restore, from: [1, 2]) == [2] && target(.restore, from: [2]) == [2])
        // What was added or drained stays so.
        let cells = Eligibility(evacuated: [], added: [CellIndex(9)], drained: [CellIndex(3)])
        #expect(plan(.restore).target(from: plan().target(from: cells)) == cells)
        #expect(plan().isTarget(PlacementSide(since: .first, evacuated: [0, 1])))
        #expect(!plan().isTarget(PlacementSide(since: .first)))
        #expect(plan(.restore).isTarget(PlacementSide(since: .first, evacuated: [0])))
    }
}

@Suite struct CohortDirectiveTests {
    private func plan(_ state: PlanDecree.State, _ kind: EvacuationPlan.Kind = .evacuate) -> PlanDecree {
        var plan = PlanDecree(id: 7, kind: kind, region: 1, percents: [100], watch: .zero, began: 0)
        plan.state = state
        return plan
    }

    /// Follows the directives to their end, as if every cell did at once what it is asked for.
    private func end(of entry: PlacementEntry, _ plan: PlanDecree?) throws -> (PlacementEntry, steps: Int) {
        var entry = entry
        for step in 0..<20 {
            switch CohortDirective(entry, plan: plan, mayBegin: true) {
            case .rest, .wait: return (entry, step)
            case .begin(let eligibility): try entry.begin(eligibility)
            case .now(let step), .whenFilled(let step), .whenVerified(let step): try entry.advance(step)
            }
        }
        Issue.record("a cohort goes round and round: \(entry)")
        return (entry, 20)
    }

    /// Every state that an interrupted plan can leave a cohort in.
    private func states() throws -> [PlacementEntry] {
        var states = [PlacementEntry(cohort: 0)]
        var forward = PlacementEntry(cohort: 0)
        try forward.begin(evacuated: [1])
        states.append(forward)
        var aborted = forward
        try aborted.abort()
        states.append(aborted)
        try forward.switchOver()
        states.append(forward)
        var back = forward
        try back.reverse()
        states.append(back)
        try back.switchOver()
        states.append(back)
        return states
    }

    @Test func whateverWasInterruptedEndsWhereThePlanLeads() throws {
        for entry in try states() {
            // Moving ends on the new side, which is kept until the release.
            let (moved, _) = try end(of: entry, plan(.moving))
            #expect(moved.state.inForce.evacuated == [1] && moved.state.phase != .joint, "\(entry.state)")
            let (released, _) = try end(of: moved, plan(.releasing))
            #expect(released.state.phase == .stable && released.state.inForce.evacuated == [1], "\(entry.state)")
            // Reversing ends on the old side, with nothing left over.
            let (reversed, _) = try end(of: entry, plan(.reversing))
            #expect(reversed.state.phase == .stable && reversed.state.inForce.evacuated == [], "\(entry.state)")
            // Without a plan nothing stays on the way.
            let (alone, _) = try end(of: entry, nil)
            #expect(alone.state.phase == .stable, "\(entry.state)")
        }
    }

    @Test func aRestoreIsTheWayBack() throws {
        var entry = PlacementEntry(cohort: 0)
        try entry.begin(evacuated: [1])
        try entry.switchOver()
        try entry.release()
        let (moved, _) = try end(of: entry, plan(.moving, .restore))
        let (home, _) = try end(of: moved, plan(.releasing, .restore))
        #expect(home.state.phase == .stable && home.state.inForce.evacuated == [])
    }

    @Test func nobodyBeginsBeforeItsStage() throws {
        #expect(CohortDirective(PlacementEntry(cohort: 0), plan: plan(.moving), mayBegin: false) == .wait)
        var joint = PlacementEntry(cohort: 0)
        try joint.begin(evacuated: [1])
        // Who has begun goes on, also while the plan is paused.
        #expect(CohortDirective(joint, plan: plan(.moving), mayBegin: false) == .whenFilled(.switchOver))
    }
}

import MeshBase
import Reports
import Sharding
import Testing
import Topology

@testable import Feed

/// What customers felt of faults that are ending, that lie on services, and that were before customers moved.
extension LiveModelTests {
    /// Of the placement that was in force then, whatever is in force now.
    @Test func whatWasPredictedBeforeCustomersMovedIsKept() throws {
        var model = model()
        var vitals = router()
        vitals.impact = impact(model, out: [CellIndex(0)], seen: { _ in true }, open: false)
        vitals.impact?.struck = [0]
        vitals.impact?.endedMilliseconds = 1_500
        model.look(healthy(), routersRun: true, now: at(1))
        var idle = vitals
        idle.impact = .init(phase: 0, open: false)
        model.take(idle, of: "e1", now: at(1))
        _ = model.state(t: 1_000, now: at(1))
        model.take(vitals, of: "e1", now: at(2))
        model.look(healthy(), routersRun: true, now: at(2))
        #expect(model.state(t: 2_000, now: at(2)).impact.before == nil)
        let placement = Placement(topology)
        let report = BlastRadius(topology, placement: placement).report(dead: [CellIndex(0)])
        var table = PlacementTable(cohortCount: 4)
        for cohort in 0..<4 {
            try table.change(cohort: cohort) { entry in
                try entry.begin(Eligibility(evacuated: [0]))
                try entry.switchOver()
                try entry.release()
            }
        }
        for round in [3.0, 4] {
            model.take(topology, placement: try Placement(topology, table: table))
            model.look(healthy(), routersRun: true, now: at(round))
            model.take(vitals, of: "e1", now: at(round))
            let kept = model.state(t: milliseconds(round), now: at(round)).impact
            #expect(kept.before == .init(epoch: placement.table.highestEpoch.rawValue, report: report))
            #expect(kept.struck == [0] && report.cells == [names[0]])
        }
    }

    /// A region was cut off. When that is healed a cell of the other side is out for a moment, and the router tells of it with the cut.
    @Test func aBlipAfterAFaultChangesNothingOfIt() throws {
        var model = model()
        var sights = healthy()
        func look(_ second: Double, out: [Int], _ vitals: RouterVitals) -> FeedImpact {
            sights = healthy()
            for cell in out { sights[cell] = CellSight(state: .unreachable, process: .running, gossip: .dead) }
            model.look(sights, routersRun: true, now: at(second))
            model.take(vitals, of: "e1", now: at(second))
            return model.state(t: milliseconds(second), now: at(second)).impact
        }
        var vitals = router()
        vitals.impact = impact(model, out: [CellIndex(0), CellIndex(1)]) { _ in true }
        vitals.impact?.struck = [0, 1]
        vitals.impact?.windowMilliseconds = 8_000
        let cut = look(10, out: [0, 1], vitals)
        #expect(cut.open && cut.since == 2_000 && cut.struck == [0, 1] && cut.different == 0)
        // It is being healed, and then over.
        vitals.impact?.windowMilliseconds = 9_000
        let healing = look(11, out: [1, 4], vitals)
        vitals.impact?.open = false
        vitals.impact?.windowMilliseconds = 9_800
        vitals.impact?.endedMilliseconds = 200
        let over = look(12, out: [4], vitals)
        #expect(over.ended == 12_000 && !over.open)
        let later = look(13, out: [5], vitals)
        // The router's window is open again for it.
        vitals.impact?.open = true
        vitals.impact?.windowMilliseconds = 12_050
        vitals.impact?.endedMilliseconds = nil
        let again = look(14, out: [5], vitals)
        #expect(again.open && again.ended == nil)
        for told in [healing, over, later, again] {
            #expect(told.since == 2_000 && told.struck == [0, 1] && told.predicted == cut.predicted)
            #expect(told.different == 0 && told.observed == cut.observed && told.marks == cut.marks)
        }
        // What lasts is a fault of its own, as the router has it by then.
        vitals.impact = impact(model, out: [CellIndex(5)]) { _ in true }
        vitals.impact?.struck = [5]
        vitals.impact?.phase = 2
        vitals.impact?.windowMilliseconds = 4_000
        let next = look(17.5, out: [5], vitals)
        #expect(next.since == 13_500 && next.struck == [5] && next.different == 0)
    }

    @Test func aFaultOnAServiceIsHeldAgainstWhatRoutersSaw() throws {
        var model = model()
        let impaired: CellSet = [CellIndex(0)]
        let radius = BlastRadius(topology, placement: Placement(topology))
        var vitals = router()
        var seen = RouterVitals.Impact(phase: 1, open: true, windowMilliseconds: 900)
        (seen.struck, seen.impaired) = ([], [0])
        // Of the customers of the cell one was lost, which no fault on a service does, one got less, and others called another one.
        var turn = 0
        let marks = (model.customers?.numbers ?? []).map { number -> UInt8 in
            guard radius.effect(ofCustomer: number, dead: impaired) != .untouched else { return 1 }
            turn += 1
            return turn == 1 ? 3 : turn == 2 ? 2 : 1
        }
        (seen.lost, seen.degraded, seen.untouched, seen.harmed) = (1, 1, marks.count - 2, 2)
        seen.marks = CustomerMarks.text(marks, bits: 2)
        vitals.impact = seen
        model.news.impaired = impaired
        model.look(healthy(), routersRun: true, now: at(1))
        model.take(vitals, of: "e1", now: at(1))
        let told = model.state(t: 1_000, now: at(1)).impact
        #expect(told.open && told.seen == marks.count && told.impaired == [0] && told.struck == nil)
        #expect(
            told.observed.lost == 1 && told.observed.degraded == 1 && told.different == 1 && told.observed.harmed == 2)
        #expect(told.ofThoseSeen?.lost == 0 && told.ofThoseSeen?.degraded == 2 && told.predicted.lost == 0)
        // Who has no such cell and is hit differs.
        let stranger = try #require(
            (model.customers?.numbers ?? []).firstIndex { radius.effect(ofCustomer: $0, dead: impaired) == .untouched })
        var wrong = marks
        wrong[stranger] = 2
        vitals.impact?.marks = CustomerMarks.text(wrong, bits: 2)
        model.take(vitals, of: "e1", now: at(2))
        #expect(model.state(t: 2_000, now: at(2)).impact.different == 2)
    }
}

import Chaos
import MeshBase
import Reports
import Sharding
import Testing
import Topology

@testable import Feed

/// What became of customers, beside what was predicted of them.
extension LiveModelTests {
    /// What a router would say of these customers with these cells out.
    func impact(_ model: LiveModel, out: CellSet, seen: (Int) -> Bool, open: Bool = true) -> RouterVitals.Impact {
        let radius = BlastRadius(topology, placement: Placement(topology))
        var impact = RouterVitals.Impact(phase: 1, open: open, windowMilliseconds: 2_000)
        let marks = (model.customers?.numbers ?? []).map { number -> UInt8 in
            guard seen(number) else { return 0 }
            switch radius.effect(ofCustomer: number, dead: out) {
            case .untouched: impact.untouched += 1
            case .degraded: impact.degraded += 1
            case .lost: impact.lost += 1
            }
            return [.untouched: 1, .degraded: 2, .lost: 3][radius.effect(ofCustomer: number, dead: out)] ?? 0
        }
        impact.marks = CustomerMarks.text(marks, bits: 2)
        return impact
    }

    @Test func predictedStandsBesideObserved() throws {
        var model = model()
        var sights = healthy()
        sights[0] = CellSight(state: .down, process: .gone, gossip: .dead)
        model.look(sights, routersRun: true, now: at(1))
        let dead: CellSet = [CellIndex(0)]
        let expected = BlastRadius(topology, placement: Placement(topology)).report(dead: dead)
        #expect(expected.degraded > 20 && expected.untouched > 20)
        // Cells are down, and nobody has asked.
        let quiet = model.state(t: 1_000, now: at(1)).impact
        #expect(quiet.predicted.degraded == expected.degraded && quiet.predicted.lost == expected.lost)
        #expect(quiet.seen == 0 && quiet.different == 0 && !quiet.open && quiet.since == nil && quiet.marks != nil)
        var vitals = router()
        vitals.impact = impact(model, out: dead) { $0 % 2 == 0 }
        model.take(vitals, of: "e1", now: at(2))
        model.look(sights, routersRun: true, now: at(2))
        let seen = model.state(t: 2_000, now: at(2)).impact
        #expect(seen.open && seen.since == 0 && seen.seen == 100 && seen.different == 0)
        #expect(seen.observed.degraded == seen.ofThoseSeen?.degraded && seen.observed.degraded > 10)
        let text = try #require(seen.marks)
        let marks = try #require(CustomerMarks.values(text, bits: 4, count: 200))
        #expect(marks.count { $0 >> 2 != 0 } == 100 && marks.allSatisfy { $0 >> 2 == 0 || $0 >> 2 == $0 & 3 })
        // The cell comes back; what was observed is the worst since, and so is the prediction.
        model.look(healthy(), routersRun: true, now: at(3))
        model.take(vitals, of: "e1", now: at(3))
        let after = model.state(t: 3_000, now: at(3)).impact
        #expect(after.different == 0 && after.predicted.degraded == expected.degraded && after.since == 0)
        vitals.impact?.open = false
        model.take(vitals, of: "e1", now: at(4))
        model.look(healthy(), routersRun: true, now: at(4))
        let over = model.state(t: 4_000, now: at(4)).impact
        #expect(!over.open && over.different == 0 && over.since == 0 && over.observed == after.observed)
        #expect(after.ended == nil && over.ended == 4_000)
        model.look(healthy(), routersRun: true, now: at(4.5))
        #expect(model.state(t: 4_500, now: at(4.5)).impact.ended == 4_000, "it was over then")
        // The same cell is out again, and nobody has asked: what was told is of no fault of the past.
        model.look(sights, routersRun: true, now: at(4.6))
        #expect(model.state(t: 4_600, now: at(4.6)).impact.ended == nil)
        // Another cell goes: the last fault's figures are none of this one.
        sights = healthy()
        sights[3] = CellSight(state: .paused, process: .stopped, gossip: .suspect)
        model.look(sights, routersRun: true, now: at(5))
        model.take(vitals, of: "e1", now: at(5))
        let next = model.state(t: 5_000, now: at(5)).impact
        #expect(next.seen == 0 && next.since == nil && next.observed == .init() && next.ended == nil)
    }

    @Test func whoFaresOtherwiseIsCounted() throws {
        var model = model()
        model.look(healthy(), routersRun: true, now: at(1))
        var vitals = router()
        vitals.impact = impact(model, out: [CellIndex(0)]) { _ in true }
        model.take(vitals, of: "e1", now: at(1))
        // The router has lost a cell that is well by all that is known here.
        let state = model.state(t: 1_000, now: at(1)).impact
        #expect(state.different == state.observed.degraded && state.observed.degraded > 20)
        #expect(state.ofThoseSeen?.untouched == 200)
    }

    @Test func eachRouterIsHeldAgainstWhatWasOutForIt() throws {
        var model = model()
        model.look(healthy(), routersRun: true, now: at(1))
        var vitals = router()
        vitals.impact = impact(model, out: [CellIndex(0)]) { _ in true }
        vitals.impact?.struck = [0]
        model.take(vitals, of: "e1", now: at(1))
        // It is cut off, and says so: its customers fare as they must.
        let cut = model.state(t: 1_000, now: at(1)).impact
        #expect(cut.different == 0 && cut.observed.degraded > 20)
        #expect(cut.observed.degraded == cut.predicted.degraded && cut.observed.degraded == cut.ofThoseSeen?.degraded)
        // It counts for other cells from now on; what was out before is another matter.
        vitals.impact = impact(model, out: [CellIndex(5)]) { $0 % 3 == 0 }
        vitals.impact?.phase = 2
        vitals.impact?.struck = [5]
        model.take(vitals, of: "e1", now: at(2))
        model.look(healthy(), routersRun: true, now: at(2))
        let other = model.state(t: 2_000, now: at(2)).impact
        #expect(other.different == 0 && other.seen < 100 && other.observed.degraded == other.ofThoseSeen?.degraded)
    }

    @Test func whoWasSeenBeforeMoreWentOutDoesNotDifferUntilTheRouterHasHadItsTime() throws {
        var model = model()
        var sights = healthy()
        sights[0] = CellSight(state: .down, process: .gone, gossip: .dead)
        var vitals = router()
        vitals.impact = impact(model, out: [CellIndex(0)]) { _ in true }
        vitals.impact?.struck = [0]
        func look(at second: Double) -> FeedImpact {
            model.look(sights, routersRun: true, now: at(second))
            model.take(vitals, of: "e1", now: at(second))
            return model.state(t: milliseconds(second), now: at(second)).impact
        }
        let first = look(at: 1)
        #expect(first.different == 0 && first.observed.degraded > 20)
        // Another cell goes out by all that is known here; the router doubts, and counts as it did.
        sights[3] = CellSight(state: .down, process: .gone, gossip: .dead)
        _ = look(at: 2)
        let doubted = look(at: 2.5)
        #expect(doubted.different == 0 && doubted.observed == first.observed)
        #expect(doubted.predicted.untouched < first.predicted.untouched, "what is predicted is of both")
        #expect(look(at: 6.9).different == 0)
        // One that sends customers to a cell that is gone for so long is the news.
        #expect(look(at: 7.1).different ?? 0 > 20)
        // It has begun anew.
        vitals.impact = impact(model, out: [CellIndex(0), CellIndex(3)]) { $0 % 2 == 0 }
        vitals.impact?.phase = 2
        vitals.impact?.struck = [0, 3]
        let next = look(at: 7.5)
        #expect(next.different == 0 && next.observed.degraded == next.ofThoseSeen?.degraded)
    }

    @Test func aFaultThatIsOverStaysAsItWas() throws {
        var model = model()
        var sights = healthy()
        sights[0] = CellSight(state: .down, process: .gone, gossip: .dead)
        model.look(sights, routersRun: true, now: at(1))
        var vitals = router()
        vitals.impact = impact(model, out: [CellIndex(0)]) { _ in true }
        vitals.impact?.struck = [0]
        model.take(vitals, of: "e1", now: at(1))
        let open = model.state(t: 1_000, now: at(1)).impact
        vitals.impact?.open = false
        vitals.impact?.endedMilliseconds = 100
        model.take(vitals, of: "e1", now: at(2))
        model.look(healthy(), routersRun: true, now: at(2))
        var over = open
        (over.open, over.ended) = (false, 2_000)
        #expect(model.state(t: 2_000, now: at(2)).impact == over)
        // Everybody moves: nobody is judged by shards that were not his.
        var topology = topology
        topology.seed += 1
        model.take(topology, placement: Placement(topology))
        var moved = model.state(t: 2_500, now: at(2)).impact
        #expect(moved.before?.report.degraded == over.predicted.degraded)
        moved.before = nil
        #expect(moved == over)
    }

    @Test func whoIsMovedWhileAFaultGoesOnKeepsWhatWasPredicted() throws {
        var model = model()
        var sights = healthy()
        sights[0] = CellSight(state: .down, process: .gone, gossip: .dead)
        model.look(sights, routersRun: true, now: at(1))
        var vitals = router()
        vitals.impact = impact(model, out: [CellIndex(0)]) { _ in true }
        vitals.impact?.struck = [0]
        model.take(vitals, of: "e1", now: at(1))
        let before = model.state(t: 1_000, now: at(1)).impact
        #expect(before.different == 0 && before.predicted.degraded > 20)
        // Everybody leaves the region of the cell that is out: by the placement of now nobody is touched.
        var table = PlacementTable(cohortCount: 4)
        for cohort in 0..<4 {
            try table.change(cohort: cohort) { entry in
                try entry.begin(Eligibility(evacuated: [0]))
                try entry.switchOver()
                try entry.release()
            }
        }
        model.take(topology, placement: try Placement(topology, table: table))
        model.look(sights, routersRun: true, now: at(2))
        model.take(vitals, of: "e1", now: at(2))
        let after = model.state(t: 2_000, now: at(2)).impact
        #expect(after.predicted == before.predicted && after.ofThoseSeen == before.ofThoseSeen)
        #expect(after.different == 0 && after.observed == before.observed && after.marks == before.marks)
        // Who asked since it was moved alone is seen whole, as it is to be by where it is.
        var late = vitals
        late.impact = impact(model, out: CellSet()) { _ in true }
        late.impact?.struck = [0]
        model.take(late, of: "e1", now: at(2.5))
        let whole = model.state(t: 2_500, now: at(2.5)).impact
        #expect(whole.different == 0 && whole.ofThoseSeen?.degraded == 0 && whole.predicted == before.predicted)
        // Another cell goes out: those that are moved are predicted by where they are.
        sights[3] = CellSight(state: .down, process: .gone, gossip: .dead)
        model.look(sights, routersRun: true, now: at(3))
        model.take(vitals, of: "e1", now: at(3))
        #expect(model.state(t: 3_000, now: at(3)).impact.predicted.untouched < after.predicted.untouched)
    }

    @Test func aServiceThatDoesNotAnswerWholeIsPredicted() throws {
        var model = model()
        let fault = Fault(id: "f1", .service(.errors(1, status: 500)), on: [.service("shipping", cell: names[0])])
        let impaired = CellSet(ServiceStrike.cells(of: [fault], topology))
        #expect(Array(impaired) == [CellIndex(0)])
        let expected = BlastRadius(topology, placement: Placement(topology)).report(dead: impaired)
        func look(at second: Double, out: Int? = nil) -> FeedImpact {
            var sights = healthy()
            if let out { sights[out] = CellSight(state: .down, process: .gone, gossip: .dead) }
            model.look(sights, routersRun: true, now: at(second))
            return model.state(t: milliseconds(second), now: at(second)).impact
        }
        model.news.impaired = impaired
        let quiet = look(at: 1)
        #expect(quiet.predicted.degraded == expected.degraded + expected.lost && quiet.predicted.lost == 0)
        #expect(quiet.impaired == [0] && quiet.seen == 0 && quiet.different == 0 && quiet.marks != nil)
        // A cell goes out beside it. Who was seen whole has not called the service, and is none that differs.
        var vitals = router()
        vitals.impact = impact(model, out: [CellIndex(3)]) { $0 % 2 == 0 }
        vitals.impact?.struck = [3]
        model.take(vitals, of: "e1", now: at(2))
        let both = look(at: 2, out: 3)
        #expect(both.different == 0 && both.observed.degraded == both.ofThoseSeen?.degraded)
        #expect(both.predicted.degraded > max(quiet.predicted.degraded, both.observed.degraded))
        // The fault on the service goes on when the cell is back: that is not over.
        vitals.impact?.open = false
        vitals.impact?.endedMilliseconds = 10
        model.take(vitals, of: "e1", now: at(3))
        #expect(look(at: 3).ended == nil)
        model.news.impaired = CellSet()
        #expect(look(at: 3.5).ended == 3_500)
        // One that comes later is news.
        model.news.impaired = impaired
        let next = look(at: 4)
        #expect(next.since == nil && next.seen == 0 && next.predicted == quiet.predicted)
    }

    @Test func aFaultBetweenTwoLooksIsTold() throws {
        var model = model()
        var vitals = router()
        vitals.impact = .init(phase: 0, open: false)
        model.look(healthy(), routersRun: true, now: at(1))
        model.take(vitals, of: "e1", now: at(1))
        #expect(model.state(t: 1_000, now: at(1)).impact.since == nil)
        // A cell went and came back while nobody looked.
        vitals.impact = impact(model, out: [CellIndex(0)], seen: { _ in true }, open: false)
        vitals.impact?.struck = [0]
        vitals.impact?.endedMilliseconds = 1_500
        model.look(healthy(), routersRun: true, now: at(6))
        model.take(vitals, of: "e1", now: at(6))
        let told = model.state(t: 6_000, now: at(6)).impact
        #expect(!told.open && told.since == 2_500 && told.seen == 200 && told.different == 0)
        #expect(told.observed.degraded > 20 && told.observed.degraded == told.predicted.degraded)
        model.look(healthy(), routersRun: true, now: at(7))
        model.take(vitals, of: "e1", now: at(7))
        #expect(model.state(t: 7_000, now: at(7)).impact.observed == told.observed)
    }

    @Test func whatOneRouterIsThroughWithIsNoneOfAnothersFault() throws {
        var model = model(routers: 2)
        model.look(healthy(), routersRun: true, now: at(1))
        var past = router()
        past.impact = impact(model, out: [CellIndex(4)], seen: { _ in true }, open: false)
        past.impact?.struck = [4]
        past.impact?.endedMilliseconds = 60_000
        past.router = "e1"
        var present = past
        present.impact = impact(model, out: [CellIndex(0)]) { $0 % 2 == 0 }
        present.impact?.struck = [0]
        present.impact?.noQuorum = 3
        present.impact?.quorumMarks = CustomerMarks.text(
            (0..<200).map { [0, 2, 4].contains($0) ? 1 : 0 }, bits: 2)
        present.router = "e2"
        model.take(past, of: "e1", now: at(1))
        model.take(present, of: "e2", now: at(1))
        let impact = model.state(t: 1_000, now: at(1)).impact
        #expect(impact.seen == present.impact.map { $0.degraded + $0.untouched })
        #expect(impact.different == 0)
        // Of a customer that two routers saw, a want of a quorum is one.
        var both = present
        both.router = "e1"
        model.take(both, of: "e1", now: at(2))
        model.take(present, of: "e2", now: at(2))
        #expect((model.state(t: 2_000, now: at(2)).impact.observed.noQuorum ?? -1) <= 3)
    }

    @Test func withoutARouterAllAreLost() {
        var model = model()
        model.look(healthy(), routersRun: false, now: at(1))
        #expect(model.state(t: 1, now: at(1)).impact.predicted.lost == 200)
    }

    @Test func marksOfAnotherMeshAreNotBelieved() {
        var model = model()
        var vitals = router()
        vitals.impact = .init(phase: 1, open: true, windowMilliseconds: -5, lost: 3, degraded: 4, untouched: .max)
        vitals.impact?.marks = "AAAA"
        model.take(vitals, of: "e1", now: at(1))
        let impact = model.state(t: 1_000, now: at(1)).impact
        #expect(impact.seen == .max && impact.ofThoseSeen == nil && impact.different == nil && impact.since == 1_000)
    }

    @Test func strangersAreNotTaken() {
        var model = model()
        model.take(cell(), of: CellIndex(99), now: at(1))
        model.take(router(), of: "nobody", now: at(1))
        #expect(model.told.isEmpty && model.routers.isEmpty)
    }
}

import Feed
import Foundation
import MeshBase
import Reports
import Sharding
import Testing

@testable import cellmesh

@Suite struct ImpactComparisonTests {
    private let model: StoredMesh
    private let cell: CellIndex
    private let radius: BlastRadius

    init() throws {
        model = try StoredMesh(topology: try #require(TopologyFile.embedded().topology))
        cell = try #require(model.topology.cellIndex(named: "us-east-1"))
        radius = BlastRadius(model.topology, placement: model.placement)
    }

    private func isTouched(_ number: Int) -> Bool {
        model.placement.shard(of: CustomerHash(number: number)).contains(cell)
    }

    /// `outcome`: effect, requests, slow, failed, no quorum, refused.
    private func page(
        _ numbers: [Int], cells: [String] = ["us-east-1"], ended: Int? = nil, moved: Bool = false,
        _ outcome: (Int) -> [Int]
    ) -> ImpactPage {
        let rows = numbers.map { number in
            #"["\#(String(CustomerHash(number: number).rawValue, radix: 16))","#
                + outcome(number).map(String.init).joined(separator: ",") + "]"
        }
        let window =
            #""window_ms":50,"open":\#(ended == nil),"ended_ms":\#(ended.map(String.init) ?? "null"),"moved":\#(moved)"#
        let text =
            #"{\#(window),"cells":\#(cells),"phase":1,"overflow":0,"total":{"requests":500,"slow":0,"#
            + #""failed":7,"no_quorum":0,"refused":0},"seen":[\#(rows.joined(separator: ","))]}"#
        return ReportJSON.decode(ImpactPage.self, Array(text.utf8))!
    }

    private func compare(_ impact: ObservedImpact, dead: CellSet? = nil) -> ImpactComparison {
        ImpactComparison(impact, radius, model.topology, dead: dead)
    }

    @Test func anotherFaultIsLeftOutAndMovedCustomersAreNotJudged() {
        let present = page(Array(1...60)) { [isTouched($0) ? 1 : 0, 2, 0, 0, 0, 0] }
        let past = page(Array(1...100), cells: ["eu-west-1"], ended: 80_000) { _ in [1, 1, 0, 0, 0, 0] }
        let impact = ObservedImpact([("r1", [past]), ("r2", [present])])
        #expect((impact.customers, impact.cells) == (60, ["us-east-1"]))
        #expect(compare(impact).different == 0)
        // Alone, the past one is the last fault; who has moved since is not held against today's shards.
        #expect(ObservedImpact([("r1", [past])]).endedMilliseconds == 80_000)
        let moved = page(Array(1...100), ended: 10, moved: true) { _ in [1, 1, 0, 0, 0, 0] }
        let stale = ObservedImpact([("r1", [moved])])
        #expect(stale.isMoved && compare(stale).moved == .unknown && compare(stale).deviations.isEmpty)
        let list = CustomerList(topology: model.topology, placement: model.placement, observed: stale, dead: [cell])
        #expect(list.page("m", .init(isDifferent: true), after: 0, most: 9).matching == 0)
    }

    @Test func whatRoutersSawIsHeldAgainstThePrediction() {
        var impact = ObservedImpact()
        impact.add("r1", [page(Array(1...60)) { [isTouched($0) ? 1 : 0, 2, 0, 0, 0, 0] }])
        // Another router saw some of them too, and was luckier: the worst counts.
        impact.add("r2", [page(Array(41...100)) { [isTouched($0) ? 1 : 0, 2, 0, 0, 0, 0] }])
        impact.add("r3", [page(Array(1...10)) { _ in [0, 1, 0, 0, 0, 0] }])
        #expect(impact.customers == 100)
        #expect(impact.cells == ["us-east-1"])
        #expect(impact.outcomes.requests == 60 * 2 + 60 * 2 + 10)
        #expect(impact.total.requests == 1_500)
        let comparison = compare(impact)
        #expect(comparison.different == 0 && comparison.deviations.isEmpty)
        #expect(comparison.counts == impact.counts)
        #expect(impact.counts.degraded > 0 && impact.counts.untouched > 0)
        // Had every customer felt it, those whose shard has not the cell would differ.
        var worse = ObservedImpact()
        worse.add("r1", [page(Array(1...100)) { _ in [1, 1, 0, 0, 0, 0] }])
        #expect(compare(worse).different == comparison.counts.untouched)
    }

    /// How requests ended is told beside; the shard alone says who differs, here as in the feed.
    @Test func whoWasHarmedOrSlowAsPredictedDoesNotDiffer() throws {
        let untouched = try #require((1...1000).first { !isTouched($0) })
        let touched = try #require((1...1000).first { isTouched($0) })
        var impact = ObservedImpact()
        impact.add(
            "r1",
            [page([untouched, touched]) { $0 == untouched ? [0, 12, 1, 3, 0, 0] : [1, 9, 1, 0, 0, 0] }])
        let comparison = compare(impact)
        #expect(comparison.different == 0 && comparison.deviations.isEmpty)
        let view = BlastRadiusView(
            report: radius.report(dead: CellSet([cell])),
            observed: .init(impact: impact, comparison: comparison))
        let observed = view.full.fields["observed"]
        #expect(observed["unexpected"].int == 0 && observed["different"].int == 0)
        #expect(observed["outcomes"]["failed"].int == 3)
        let text = view.full.table(TableStyle(isWide: false, hasColors: false))
        #expect(text.contains("each as predicted"))
        #expect(text.contains("21 requests, 14.3 % harmed: 3 failed"))
        var worse = ObservedImpact()
        worse.add("r1", [page([untouched, touched]) { _ in [1, 12, 1, 3, 0, 0] }])
        #expect(compare(worse).deviations.map(\.name) == ["c\(untouched)"])
        #expect(
            compare(worse).deviations.first?.sentence
                == "predicted untouched, seen degraded: of 12 requests 3 failed, 1 slow")
    }

    @Test func whoHasMovedIsHeldAgainstWhatWasForetold() throws {
        let seen = page(Array(1...100), moved: true) { [isTouched($0) ? 1 : 0, 1, 0, 0, 0, 0] }
        let observed = ObservedImpact([("r1", [seen])])
        let customers = try #require(CustomerTable.customers(model.topology.customers.count))
        func told(since: Int64) -> ForetoldImpact {
            var told = FeedImpact(predicted: .init(lost: 0, degraded: 236, untouched: 764))
            (told.open, told.since) = (true, since)
            told.marks = CustomerMarks.text(customers.map { isTouched($0.number) ? 2 : 1 }, bits: 4)
            return ForetoldImpact(told, t: 10_000, model.topology).current(observed, model.topology).foretold
        }
        // By the placement of now nobody would be touched.
        let elsewhere = BlastRadius(
            model.topology, placement: try Placement(model.topology, table: try away()))
        let kept = ImpactComparison(observed, elsewhere, model.topology, dead: nil, foretold: told(since: 9_950))
        #expect(kept.moved == .foretold && kept.different == 0 && kept.counts == observed.counts)
        #expect(kept.counts.degraded > 10)
        let list = CustomerList(
            topology: model.topology, placement: elsewhere.placement, observed: observed, dead: [cell],
            foretold: told(since: 9_950))
        let page = list.page("m", .init(isDegraded: true), after: 0, most: 1_000)
        #expect(page.matching == 236 && page.customers.allSatisfy { $0.predicted == "degraded" && !$0.different })
        // Who has asked only since it was moved is seen whole.
        let late = ObservedImpact([("r1", [self.page(Array(1...100), moved: true) { _ in [0, 1, 0, 0, 0, 0] }])])
        let whole = ImpactComparison(late, elsewhere, model.topology, dead: nil, foretold: told(since: 9_950))
        #expect(whole.moved == .foretold && whole.different == 0 && whole.counts.untouched == 100)
        // What it tells is of another fault: nobody knows.
        let other = ImpactComparison(observed, elsewhere, model.topology, dead: nil, foretold: told(since: 2_000))
        #expect(other.moved == .unknown && other.counts == .init())
    }

    /// All columns are of one placement, which is named; cells are said to be out as those say who saw it.
    @Test func aFaultBeforeCustomersMovedIsToldByThePlacementOfThen() throws {
        let seen = page(Array(1...100), ended: 5_000, moved: true) { [isTouched($0) ? 1 : 0, 1, 0, 0, 0, 0] }
        let observed = ObservedImpact([("r1", [seen])])
        let customers = try #require(CustomerTable.customers(model.topology.customers.count))
        let then = radius.report(dead: CellSet([cell]))
        let elsewhere = BlastRadius(model.topology, placement: try Placement(model.topology, table: try away()))
        func view(_ before: FeedImpact.Before?) -> BlastRadiusView {
            var told = FeedImpact(predicted: .init(lost: 0, degraded: 236, untouched: 764))
            (told.since, told.before) = (4_950, before)
            told.marks = CustomerMarks.text(customers.map { isTouched($0.number) ? 2 : 1 }, bits: 4)
            let foretold = ForetoldImpact(told, t: 10_000, model.topology).current(observed, model.topology).foretold
            let comparison = ImpactComparison(observed, elsewhere, model.topology, dead: nil, foretold: foretold)
            var view = BlastRadiusView(report: elsewhere.report(dead: CellSet([cell])))
            view.isSeen = true
            view.take(comparison.moved, foretold.told)
            view.words = CellWords(status: nil, observed).words(of: ["us-east-1"])
            view.observed = .init(impact: observed, comparison: comparison)
            return view
        }
        let known = view(.init(epoch: 3, report: then))
        #expect(known.report == then && known.document.epoch == 3)
        let text = known.full.table(TableStyle(isWide: false, hasColors: false))
        #expect(
            text.hasPrefix(
                "the last fault, over for 5.0 s: 1 cell of 12: us-east-1 out for router r1; 1 000 customers"))
        #expect(text.contains("by the placement of epoch 3, before customers moved"))
        // Of the placement of now the cell has no customer: what nobody kept stands nowhere.
        let lost = view(nil)
        #expect(lost.document.epoch == nil && lost.report.degraded == 236)
        let row = try #require(
            lost.full.table(TableStyle(isWide: false, hasColors: false)).split(separator: "\n").first {
                $0.hasPrefix("degraded")
            })
        #expect(row.split(separator: " ").filter { $0 == "-" }.count == 3, "\(row)")
    }

    @Test func howACellIsOutIsSaidByItsWitnesses() {
        var observed = ObservedImpact()
        observed.add("r1", [page([1], cells: ["us-east-1", "us-east-2"]) { _ in [1, 1, 0, 0, 0, 0] }])
        observed.add("r2", [page([1]) { _ in [1, 1, 0, 0, 0, 0] }])
        let words = CellWords(status: nil, observed).words(of: ["us-east-1", "us-east-2", "eu-west-1"])
        #expect(words["us-east-1"] == "out for every router" && words["us-east-2"] == "out for router r1")
        #expect(words["eu-west-1"] == "out")
        let status = StatusReport.sample(
            "degraded",
            [.sample("us-east-1", .down), .sample("us-east-2", .unreachable), .sample("eu-west-1", .paused)])
        let now = CellWords(status: MeshStatus(status), observed).words(of: ["us-east-1", "us-east-2", "eu-west-1"])
        #expect(now == ["us-east-1": "dead", "us-east-2": "out for router r1", "eu-west-1": "paused"])
    }

    @Test func customersSayThatTheFaultIsOver() {
        let seen = page(Array(1...100), ended: 12_000) { [isTouched($0) ? 1 : 0, 1, 0, 0, 0, 0] }
        func head(_ observed: ObservedImpact) -> String {
            let list = CustomerList(
                topology: model.topology, placement: model.placement, observed: observed, dead: CellSet([cell]))
            return CustomersView.make(list.page("m", .init(isDegraded: true), after: 0, most: 1))
                .table(TableStyle(isWide: false, hasColors: false))
        }
        #expect(head(ObservedImpact([("r1", [seen])])).contains("the last fault, over for 12.0 s: out: us-east-1"))
        let open = page(Array(1...100)) { [isTouched($0) ? 1 : 0, 1, 0, 0, 0, 0] }
        #expect(head(ObservedImpact([("r1", [open])])).hasPrefix("236 of 1 000 customers; out: us-east-1\n"))
    }

    private func away() throws -> PlacementTable {
        var table = PlacementTable()
        for cohort in table.entries.indices {
            try table.change(cohort: cohort) { entry in
                try entry.begin(Eligibility(evacuated: [0]))
                try entry.switchOver()
                try entry.release()
            }
        }
        return table
    }

    @Test func routersThatSeeDifferentCellsAreEachHeldAgainstTheirOwn() {
        let other = model.topology.cellIndex(named: "eu-west-1")!
        let number = (1...1000).first { number in
            let shard = model.placement.shard(of: CustomerHash(number: number))
            return shard.contains(cell) && !shard.contains(other)
        }!
        var impact = ObservedImpact()
        impact.add("r1", [page([number], cells: ["eu-west-1"]) { _ in [0, 1, 0, 0, 0, 0] }])
        #expect(compare(impact).deviations.isEmpty)
        // Held against the cell that the other router lost it would be wrong.
        #expect(compare(impact, dead: CellSet([cell])).different == 1)
        impact.add("r2", [page([number], cells: ["us-east-1"]) { _ in [1, 1, 0, 0, 0, 0] }])
        #expect(compare(impact).deviations.isEmpty)
    }

    @Test func aPageOfAnythingIsNoTrap() {
        var impact = ObservedImpact()
        let rows = #"["zz",1,1,1,1,1,1],["ff",9,1,1,1,1,1],["ff",1,-5,9223372036854775807,1,1,1]"#
        let text =
            #"{"cells":[],"window_ms":-7,"open":false,"phase":1,"overflow":-1,"total":{"requests":1,"slow":0,"failed":0,"#
            + #""no_quorum":0,"refused":-1},"seen":[\#(rows)]}"#
        impact.add("r1", [ReportJSON.decode(ImpactPage.self, Array(text.utf8))!])
        for text in ["5", "{}", text.replacingOccurrences(of: "[]", with: "7")] {
            #expect(ReportJSON.decode(ImpactPage.self, Array(text.utf8)) == nil)
        }
        impact.add("r2", [])
        #expect(impact.customers == 1 && impact.outcomes.requests == 0 && impact.overflow == 0)
    }
}

import Feed
import MeshBase
import Reports
import Sharding
import Testing

@testable import cellmesh

@Suite struct RunImpactTests {
    private let model: StoredMesh
    private let table: CustomerTable
    private var names: [String] { model.topology.cells.map(\.name) }

    init() throws {
        model = try StoredMesh(topology: try #require(TopologyFile.embedded().topology))
        table = try #require(CustomerTable(model.topology, model.placement))
    }

    /// All customers asked while a cell was out, and fared as predicted but for some.
    private func impact(of cell: String, since: Int64, except: Set<Int> = []) throws -> FeedImpact {
        let dead = CellSet([try #require(model.topology.cellIndex(named: cell))])
        let radius = BlastRadius(model.topology, placement: model.placement)
        let marks = table.numbers.map { number -> UInt8 in
            let fate = radius.fate(of: CustomerHash(number: number), dead: dead).effect
            let mark = fate == .lost ? CustomerMark.lost : fate == .degraded ? .degraded : .untouched
            let seen = except.contains(number) ? CustomerMark.lost : mark
            return mark.rawValue | seen.rawValue << 2
        }
        var impact = FeedImpact()
        (impact.since, impact.open, impact.seen) = (since, true, table.numbers.count)
        impact.struck = dead.map(\.position)
        impact.ofThoseSeen = .init()
        impact.marks = CustomerMarks.text(marks, bits: 4)
        return impact
    }

    /// Seen means the whole run, in a report as in the document of the load itself.
    @Test func whoWasSeenIsOfTheWholeRunAndWhoWasSeenInHarmIsCalledSo() {
        var figures: [RunReport.Figure] = [
            .init("customers seen", 500), .init("customers lost", 1), .init("customers degraded", 2),
            .init("customers untouched", 497), .init("degraded answers", 7),
        ]
        var observed = ObservedBlastRadius.Observed()
        (observed.customers, observed.lost, observed.degraded, observed.untouched) = (60, 3, 40, 17)
        LoadReporter.count(observed, &figures)
        #expect(
            figures.map(\.name) == [
                "customers seen", "customers seen in windows of harm", "customers lost", "customers degraded",
                "customers untouched", "degraded answers",
            ])
        #expect(figures.map(\.value) == [500, 60, 3, 40, 457, 7])
    }

    /// The last window alone would say that one cell was out, and that all were as predicted.
    @Test func allWindowsOfARunAreInItsReport() throws {
        var windows = RunWindows(begun: 1_000, ended: 60_000)
        let count = table.numbers.count
        windows.take(
            try impact(of: "us-east-1", since: 2_000, except: [7]), cells: names, t: 3_000, customers: count)
        windows.take(FeedImpact(closed: 2_000), cells: names, t: 9_000, customers: count)
        windows.take(try impact(of: "eu-west-3", since: 20_000), cells: names, t: 21_000, customers: count)
        let found = try #require(RunImpact.impact(windows, model, last: nil))
        #expect(found.windows?.map(\.cells) == [["us-east-1"], ["eu-west-3"]])
        #expect(found.windows?.map(\.different) == [1, 0] && found.observed.cells == ["us-east-1", "eu-west-3"])
        #expect(found.observed.different == 1 && found.observed.deviations.map(\.customer) == ["c7"])
        #expect(found.observed.deviations.map(\.observed) == ["lost"] && found.observed.customers == count)
        #expect(found.observed.windowMilliseconds == 7_000 && found.observed.open)
        // Either cell degrades its customers; both together would lose some of them.
        let rows = try #require(found.windows)
        #expect(found.observed.degraded > rows[0].observed.degraded && found.predicted.lost == 0)
        #expect(found.observed.lost == 1 && found.predicted.degraded > rows[1].predicted.degraded)
        #expect(
            found.sentence
                == "out: us-east-1, eu-west-3; \(Wording.count(count)) customers asked meanwhile, 1 otherwise than predicted"
        )
    }

    /// Where no feed is there to tell, the routers know of the last window; a cell that takes nobody is not out.
    @Test func withoutAFeedItIsWhatTheRoutersKnow() throws {
        var last = ObservedImpact()
        let text =
            #"{"window_ms":50,"open":true,"cells":["us-east-1"],"phase":1,"overflow":0,"total":{"requests":5,"slow":0,"#
            + #""failed":0,"no_quorum":0,"refused":0},"seen":[]}"#
        last.add("r1", [try #require(ReportJSON.decode(ImpactPage.self, Array(text.utf8)))])
        let none = RunWindows(begun: 0, ended: 1)
        #expect(RunImpact.impact(none, model, last: last)?.observed.cells == ["us-east-1"])
        #expect(RunImpact.impact(none, model, last: last)?.windows == nil)
        #expect(RunImpact.impact(none, model, last: nil) == nil)
        #expect(RunImpact.impact(none, model, last: ObservedImpact()) == nil)
    }
}

extension FeedImpact {
    fileprivate init(closed since: Int64) {
        self.init()
        self.since = since
    }
}

import MeshBase
import Reports
import Resilience
import Testing
import Topology

@testable import cellmesh

@Suite struct SettingsViewTests {
    private let plain = TableStyle(isWide: false, hasColors: false)
    private let now = WallTime(milliseconds: 1_700_000_000_000)

    private func parsed(_ text: String) throws -> SettingsReport {
        try ReportJSON.read(SettingsReport.self, Array(text.utf8))
    }

    private func topology() throws -> MeshTopology { try #require(TopologyFile.embedded().topology) }

    @Test func whatChangedAndWhereItIsInForce() throws {
        let answer = try parsed(
            #"""
            {"applied":12,"changed":[{"kind":"flag","name":"offers","scope":"mesh","until":"2026-01-01T00:00:00.000Z",
            "value":"off"},{"kind":"level","name":"","scope":"cell/a-1"}],"late":["cell/a-2"],"of":13,
            "schema":"cellmesh/1","took_ms":1002,"version":4}
            """#)
        let report = SettingsView.changed(answer)
        #expect(
            report.table(plain) == """
                WHAT   NAME    SCOPE     VALUE       UNTIL
                flag   offers  mesh      off         2026-01-01T00:00:00.000Z
                level  -       cell/a-1  taken back  -
                applied 12 of 13 in 1002 ms
                late: cell/a-2

                """)
        #expect(report.names == ["flag/offers", "level/cell/a-1"])
        #expect(
            report.json(.compact).hasPrefix(
                #"{"schema":"cellmesh/1","version":4,"applied":12,"of":13,"late":["cell/a-2"],"took_ms":1002,"changed":[{"#
            ))
        #expect(
            report.json(.compact).hasSuffix(
                #"{"kind":"level","name":"","scope":"cell/a-1","value":null,"until":null}]}"#))
        let none = try parsed(
            #"{"applied":2,"changed":[],"late":[],"of":2,"took_ms":3,"version":4,"schema":"cellmesh/1"}"#)
        #expect(
            SettingsView.changed(none).table(plain) == "nothing to change: it is so already\napplied 2 of 2 in 3 ms\n")
    }

    @Test func flagsAreListedWithThoseThatNobodySet() throws {
        let settings = SettingsDocument(
            version: 7,
            flags: [
                FlagEntry("shipping", isOn: false, scope: .cell("us-east-1"), set: now),
                FlagEntry("shipping", isOn: false, until: now),
            ])
        let report = FlagsView.list(settings, try topology(), now: now)
        let rows = report.fields["flags"].elements
        #expect(report.fields["version"].int == 7)
        let mine = rows.filter { $0["name"].text == "shipping" }
        #expect(mine.map { $0["scope"].text } == [nil, "cell/us-east-1"], "what has ended is not in force")
        #expect(mine.map { $0["value"].text } == ["on", "off"])
        #expect(mine[1]["set"].text == "2023-11-14T22:13:20.000Z" && mine[1]["until"].isNull)
        #expect(report.names.contains("flag/shipping"))
        #expect(report.table(plain).contains("shipping   cell/us-east-1  off    -"))
    }

    @Test func levelsSayWhatIsLeftOfEachFeature() throws {
        let settings = SettingsDocument(
            version: 2, flags: [],
            levels: [LevelEntry(.critical), LevelEntry(.normal, scope: .cell("a"), isPinned: true)],
            comparison: ComparisonEntry(a: .normal, b: .minor, share: 0.2))
        let report = LevelsView.list(settings, try topology(), now: now)
        let levels = report.fields["levels"].elements
        #expect(levels.map { $0["scope"].text } == ["cell/a", "mesh"])
        #expect(levels.map { $0["level"].text } == ["normal", "critical"])
        #expect(levels.map { $0["why"].text } == ["set, pinned", "set"])
        let features = report.fields["features"].elements
        #expect(!features.isEmpty && features.allSatisfy { $0["on"].flag == false })
        #expect(report.table(plain).contains("compared: normal, and minor for 20.0 % of the customers\n"))
        let none = LevelsView.list(SettingsDocument(), try topology(), now: now)
        #expect(none.table(plain).hasPrefix("SCOPE  LEVEL   WHY          UNTIL\nmesh   normal  nothing set  -\n"))
        #expect(none.fields["features"].elements.allSatisfy { $0["quality"].double == 1 })
    }

    /// Of many cells the worst is shown, and which that is.
    @Test func whichCellHasTheLeastOfAFeatureIsSaid() throws {
        func cell(_ name: String, _ quality: Double) throws -> CellDegradation {
            let feature = #"{"name":"shipping","criticality":"luxury","on":true,"quality":\#(quality),"score":null}"#
            return try ReportJSON.read(
                CellDegradation.self,
                Array(#"{"scope":"cell/\#(name)","level":"minor","by":"controller","features":[\#(feature)]}"#.utf8))
        }
        let topology = try topology()
        func shipping(_ cells: [CellDegradation]) -> (cell: String?, text: String) {
            let report = LevelsView.list(SettingsDocument(), topology, cells: cells, now: now)
            let row = report.fields["features"].elements.first { $0["name"].text == "shipping" }
            return (row?["cell"].text, report.table(plain))
        }
        let worst = shipping([try cell("a", 1), try cell("b", 0.5), try cell("c", 0.7)])
        #expect(worst.cell == "b" && worst.text.contains("LEAST IN"))
        #expect(worst.text.contains("50.0 %  b"), "\(worst.text)")
        let alike = shipping([try cell("a", 0.7), try cell("b", 0.7)])
        #expect(alike.cell == nil && alike.text.contains("70.0 %  all alike"), "\(alike.text)")
    }

    @Test func amplificationIsTheMeanOfProcessesAndTheProductOfLayers() {
        let page = #"cellmesh_amplification{layer="router"} 1.5"# + "\n# other\n"
        let found = Amplification([
            page, #"cellmesh_amplification{layer="router"} 1"#, #"cellmesh_amplification{layer="edge"} 2"#, "x 1",
        ])
        #expect(found.values == ["router": 1.25, "edge": 2] && found.product == 2.5)
        #expect(found.text == "amplification router 1.25, edge 2.00: 2.50 in all")
        #expect(found.document.store == nil && Amplification([]).text == nil)
    }

    @Test func breakersAreListedByName() throws {
        func gate(_ name: String, _ state: String, _ more: String) -> String {
            #"{"name":"\#(name)","node":"r1","cell":"us-1","from":"a","to":"b","state":"\#(state)","threshold":0.5,"#
                + #""volume":20,"since_ms":1,"forced":false,"influence":0,"predicted":false,"limit":8,"busy":0,"#
                + #""waiting":0,"full":0,"attempt_ms":80,"p50_ms":null,"p99_ms":null,"#
                + #""results":{"ok":1,"failed":0,"slow":0,"ignored":0},\#(more)}"#
        }
        let text =
            #"{"breakers":["#
            + gate(
                "us-1/shop/pay", "open",
                #""calls":26,"failure_rate":0.62,"openings":1,"refused":40,"slow_rate":0,"until_ms":1400,"mode":"partial""#
            )
            + ","
            + gate(
                "r1/us-1/shop", "closed",
                #""calls":2,"failure_rate":null,"slow_rate":null,"openings":0,"refused":0,"until_ms":null,"mode":"unknown""#
            )
            + #"],"schema":"cellmesh/1"}"#
        let gates = try ReportJSON.read(BreakersReport.self, Array(text.utf8)).breakers
        let report = BreakersView.list(gates)
        #expect(
            report.table(plain) == """
                GATE           STATE   FAILED   SLOW  CALLS  REFUSED  OPENINGS     UNTIL  FINDING
                r1/us-1/shop   closed       -      -      2        0         0         -  -
                us-1/shop/pay  open    62.0 %  0.0 %     26       40         1  in 1.4 s  partial

                """)
        #expect(report.names == ["gate/r1/us-1/shop", "gate/us-1/shop/pay"])
        #expect(BreakersView.list([]).table(plain).hasPrefix("no gate yet"))
    }

    @Test func policiesSayWhereEachValueCameFrom() throws {
        var topology = try topology()
        let gates = PoliciesView.gates(topology, cell: "us-east-2", named: nil)
        #expect(
            gates.contains { $0.name == "r1/us-east-2/checkout" }
                && gates.contains { $0.name == "r1/us-east-2/records" })
        #expect(gates.allSatisfy { $0.name.contains("us-east-2/") })
        let report = PoliciesView.list(gates, topology, SettingsDocument(version: 3, at: now))
        #expect(report.fields["profile"].text == "local" && report.fields["settings"]["version"].int == 3)
        let policies = report.fields["gates"].elements.first?["policies"].elements ?? []
        #expect(policies.contains { $0["policy"].text == "breaker" && $0["from"].text == "profile local" })
        let open = policies.first { !$0["values"]["open_ms"].isNull }
        #expect(open?["values"]["open_ms"].double == 2_000)

        let one = PoliciesView.gates(topology, cell: nil, named: ["eu-west-1/checkout/payment"])
        #expect(one.map(\.name) == ["eu-west-1/checkout/payment"])
        topology.policies = PoliciesBlock()
        topology.policies?.profile = .off
        let off = PoliciesView.list(PoliciesView.gates(topology, cell: nil, named: nil), topology, SettingsDocument())
        #expect(off.table(plain).hasSuffix("no policy is in force\n"))
    }

    @Test func aPeakIsAsFarAsTheCellsAre() throws {
        var mesh = try topology()
        var sale = PeakSettings(name: "sale")
        sale.course.over = .seconds(10)
        sale.course.duration = .seconds(60)
        mesh.peaks = [sale]
        func after(_ seconds: Int64) -> Report {
            let settings = SettingsDocument(
                version: 3, peak: PeakEntry("sale", set: now, until: .init(milliseconds: now.milliseconds + 70_000)))
            return PeaksView.status(settings, mesh, now: .init(milliseconds: now.milliseconds + seconds * 1_000))
        }
        #expect([0, 3, 10, 70, 74].map { after($0).fields["progress"].double } == [0, 0.3, 1, 1, 0.6])
        #expect(after(0).fields["name"].text == "sale" && after(3).names == ["peak/sale"])
        let over = after(90).fields
        #expect(over["name"].isNull && over["progress"].double == 0 && over["until"].isNull)
        #expect(after(3).table(plain).contains("sale"))
        #expect(PeaksView.status(SettingsDocument(), try topology(), now: now).fields["peaks"].elements.isEmpty)
    }
}

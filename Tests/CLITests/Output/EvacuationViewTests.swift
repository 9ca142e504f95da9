import Evacuation
import MeshBase
import Reports
import Sharding
import Testing
import Topology

@testable import cellmesh

@Suite struct EvacuationViewTests {
    private let plain = TableStyle(isWide: false, hasColors: false)

    private func parsed<Document: Decodable>(_ text: String) throws -> Document {
        try ReportJSON.read(Document.self, Array(text.utf8))
    }

    private func status(_ outcome: EvacuationOutcome = .running, reason: String? = nil) -> EvacuationStatus {
        .sample(outcome, reason: reason)
    }

    @Test func theStatusSaysHowFarItIs() {
        let report = EvacuationView.status(status())
        #expect(
            report.table(plain) == """
                evacuate of us-east is running: stage 2 (25 %), fill

                COHORTS MOVED  OF  RECORDS COPIED  VERIFIED  ABOUT LEFT
                           10  64           1 204     3 310      12.0 s

                """)
        #expect(report.names == ["region/us-east"])
        #expect(
            report.json(.compact).hasPrefix(
                #"{"schema":"cellmesh/1","region":"us-east","kind":"evacuate","outcome":"running","stage":2,"#))
        #expect(
            EvacuationView.status(status(.paused, reason: "a-1 is not filled")).table(plain)
                .hasSuffix("waits: a-1 is not filled\n"))
        let none = EvacuationStatus.none(cohorts: 64)
        #expect(EvacuationView.status(none).table(plain) == "no evacuation is under way, and none is known\n")
        #expect(EvacuationView.status(none).names.isEmpty)
    }

    @Test func whatIsNotKnownYetIsNotMadeUp() {
        #expect(EvacuationView.line(.none(cohorts: 64), stages: 6) == "about to begin")
        let back = status(.rolledBack, reason: "why")
        #expect(EvacuationView.failure(back)?.message == "the evacuation of us-east was rolled back: why")
        var unknown = status()
        unknown.records = .init(copied: nil, verified: nil)
        #expect(EvacuationView.status(unknown).json(.compact).contains(#""records":{"copied":null,"verified":null}"#))
        #expect(EvacuationView.status(unknown).table(plain).contains("10  64               -         -"))
    }

    @Test func oneLineIsEnoughForAStage() {
        #expect(
            EvacuationView.line(status(), stages: 6)
                == "evacuate us-east: stage 2 of 6 (25 %), fill, 10 of 64 cohorts moved, 1 204 records copied, "
                + "about 12.0 s left")
        var log = EvacuationLog(stages: 6)
        #expect(log.lines(status()).count == 1)
        // More rows, the same stage: nothing that a log needs.
        var later = status()
        later.remainingMilliseconds = 500
        #expect(log.lines(later).isEmpty)
        #expect(log.lines(status(.paused)).first?.contains("paused at stage 2") == true)
        #expect(log.lines(status(.paused, reason: "x")).first?.hasSuffix("waits: x") == true)
    }

    private func report(_ outcome: String, lost: String = "0", reason: String = "null") throws -> EvacuationReport {
        try parsed(
            #"""
            {"acknowledged_writes_lost":\#(lost),"customers_moved":667,"duration_ms":18250,"held_back":["c7"],
            "kind":"evacuate","notes":[{"code":"low-shed","text":"low priority is shed"}],"outcome":"\#(outcome)",
            "phases":[{"does":"copied","duration_ms":18000,"name":"records","outcome":"completed",
            "service":"records","start_ms":120,"strategy":"bulk-transfer"}],"reason":\#(reason),"records_copied":33212,
            "records_verified":100000,"refusals":[],"region":"us-east","rerouted_ms":15500.5,
            "schema":"cellmesh/1","stages":[{"detail":"errors 0 % of 1000, bound 1 %","error_rate":0,
            "outcome":"green","percent":50}],"control_planes":2,
            "timeline":[{"name":"plan","stage":null,"start_ms":0,"duration_ms":120},
            {"name":"fill","stage":50,"start_ms":120,"duration_ms":2500}],"write_pause_ms":{"max":31,"p50":2,"p99":14.5}}
            """#)
    }

    @Test func theReportTellsWhatWasDone() throws {
        #expect(
            EvacuationView.report(try report("completed")).table(plain) == """
                evacuate of us-east: completed in 18.3 s

                FIGURE                                                     VALUE
                customers moved                                              667
                records copied                                            33 212
                records verified                                         100 000
                acknowledged writes lost                                       0
                last request to the region after                          15.5 s
                longest pause of a write          31 ms (p50 2.00 ms, p99 15 ms)

                PHASE    SERVICE  STRATEGY       OUTCOME        AT    TOOK
                records  records  bulk-transfer  completed  120 ms  18.0 s

                STAGE  OUTCOME  GATE
                 50 %  green    errors 0 % of 1000, bound 1 %

                2 control planes have carried it out, one after the other

                held back for want of a quorum: c7
                note (low-shed): low priority is shed

                """)
        let wide = EvacuationView.report(try report("completed")).table(TableStyle(isWide: true, hasColors: false))
        #expect(
            wide.contains(
                """
                PART  STAGE       AT    TOOK
                plan      -  0.00 ms  120 ms
                fill   50 %   120 ms   2.5 s
                """), "\(wide)")
    }

    @Test(arguments: [
        ("completed", "0", 0), ("completed", "null", 0), ("completed", "2", 5), ("rolled-back", "null", 5),
        ("aborted", "null", 1), ("refused", "null", 2), ("running", "null", 1), ("paused", "null", 1),
    ])
    func everyOutcomeHasItsExitCode(_ outcome: String, _ lost: String, _ code: Int32) throws {
        let failure = EvacuationView.failure(try report(outcome, lost: lost, reason: #""because""#))
        #expect(failure?.status.rawValue ?? 0 == code)
        if let failure, outcome != "completed" { #expect(failure.message.hasSuffix(": because")) }
    }

    @Test func theForecastStandsBeforeTheDeed() throws {
        let forecast: EvacuationForecast = try parsed(
            #"""
            {"customers_moved":667,"kind":"evacuate","load":{"after":0.75,"before":0.5,"cells":[
            {"after":0.75,"before":0.5,"cell":"us-west-1","factor":1.5},
            {"after":0.9,"before":0.6,"cell":"eu-west-1","factor":1.5},
            {"after":null,"before":null,"cell":"eu-west-2","factor":null}],"factor":1.5,"limit":0.85,"shed":0},
            "notes":[{"code":"hot-cell","text":"eu-west-1 comes to 90 %"}],"outcome":"proceeds","phases":[
            {"after":["errors-in-bounds"],"before":["targets-serve"],"does":"switched","kind":"stateless",
            "name":"stateless","services":["a","b"],"strategy":"blue-green","verification":["errors-in-bounds"]}],
            "reason":null,"refusals":[],"region":"us-east","schema":"cellmesh/1",
            "stages":[{"cohorts":3,"percent":5},{"cohorts":61,"percent":100}]}
            """#)
        #expect(
            ForecastView.make(forecast).table(plain) == """
                prediction: evacuate us-east moves 667 customers in 2 stages, load of the cells that take over x 1.50 (50.0 % to 75.0 %)

                PHASE      STRATEGY    SERVICES  WHAT IS DONE
                stateless  blue-green  a, b      switched

                stages: 5 % (3 cohorts), 100 % (61 cohorts)

                CELL         LOAD  USE NOW  PREDICTED
                us-west-1  x 1.50   50.0 %     75.0 %
                eu-west-1  x 1.50   60.0 %     90.0 %
                eu-west-2       -        -          -
                at most 85.0 % of the capacity may be in use

                note (hot-cell): eu-west-1 comes to 90 %

                """)
        let refused: EvacuationForecast = try parsed(
            #"""
            {"kind":"evacuate","load":null,"outcome":"refused","phases":[],"region":"us-east","stages":[],"schema":"cellmesh/1","notes":[],
            "refusals":[{"code":"last-region","figure":"1 of 1","next":"restore another","reason":"no other is left"}]}
            """#)
        #expect(
            ForecastView.make(refused).table(plain) == """
                prediction: evacuate us-east would be refused; in 0 stages

                refused (last-region): no other is left: restore another

                """)
    }

    @Test func pinsAreListed() throws {
        let answer: PinsReport = try parsed(
            #"""
            {"count":3,"pins":[{"cells":["a-1","b-1"],"cohort":5,"customer":"c7","ends":false,"epoch":9,
            "hash":"00000000000000ff","home":[],"leaving":["a-2"],"phase":"joint"},
            {"cells":["a-1"],"cohort":6,"customer":null,"ends":false,"epoch":3,"hash":"0123456789abcdef","home":[],
            "leaving":[],"phase":"stable"}],"schema":"cellmesh/1"}
            """#)
        let report = PinsView.make(answer)
        #expect(
            report.table(plain) == """
                CUSTOMER           CELLS     STATE           LEAVES
                c7                 a-1, b-1  moving (joint)  a-2
                #0123456789abcdef  a-1       pinned          -
                1 more are not listed

                """)
        #expect(report.names == ["customer/c7"])
        let none: PinsReport = try parsed(#"{"count":0,"pins":[],"schema":"cellmesh/1"}"#)
        #expect(PinsView.make(none).table(plain) == "no customer is pinned\n")
        #expect(PinsView.make(none, of: "c81").table(plain) == "c81 is not pinned\n", "others may be")
        #expect(PinsView.removed("c7", none).table(plain) == "c7 is back with its cohort\n")
    }

    @Test func theStatusOfAMeshHasALineOfIt() {
        let answer = StatusReport.sample("serving", evacuated: ["eu-west"], plan: .running)
        let lines = StatusView.make(answer).table(plain).split(separator: "\n")
        #expect(lines[1] == "evacuated: region/eu-west")
        #expect(lines[2].hasPrefix("evacuate us-east: stage 2 (25 %), fill, 10 of 64 cohorts moved"))
    }

    private func texts(_ report: Report, _ key: String) -> [String] { report.fields[key].elements.compactMap(\.text) }

    @Test func aCustomerOnTheMoveHasTwoShards() throws {
        let topology = try #require(TopologyFile.embedded().topology)
        let stable = try StoredMesh(topology: topology)
        let region = 0
        let name = try #require(
            (1...100).map { Customers.name($0) }.first { name in
                stable.placement.geography(of: CustomerHash(name)) == nil
                    && stable.placement.shard(of: CustomerHash(name)).contains {
                        topology.cells[$0.position].region == region
                    }
            })
        let cohort = stable.table.cohort(of: CustomerHash(name))
        var table = stable.table
        try table.change(cohort: cohort) { entry throws(PlacementChangeError) in try entry.begin(evacuated: [region]) }
        let joint = RouteView(try StoredMesh(topology: topology, table: table), customer: name, status: nil).report
        #expect(joint.fields["phase"].text == "joint" && joint.fields["leaving"].isNull)
        #expect(texts(joint, "shard") == texts(RouteView(stable, customer: name, status: nil).report, "shard"))
        let joining = joint.fields["joining"].elements.compactMap(\.text)
        #expect(joining.count == 3 && joining.allSatisfy { !$0.hasPrefix("us-east") })
        #expect(joint.table(plain).contains(", joint\n") && joint.table(plain).contains("moving (joint) to: "))
        try table.change(cohort: cohort) { entry throws(PlacementChangeError) in try entry.switchOver() }
        let new = RouteView(try StoredMesh(topology: topology, table: table), customer: name, status: nil).report
        #expect(new.fields["phase"].text == "new" && new.fields["joining"].isNull)
        #expect(texts(new, "leaving") == texts(joint, "shard"))
        #expect(new.fields["shard"].elements.compactMap(\.text) == joining)
        #expect(new.table(plain).contains("moved (new) from: "))
        #expect(RouteView(stable, customer: name, status: nil).report.fields["phase"].text == "stable")
        // In joint the joining cells serve first.
        func serving(_ table: PlacementTable) throws -> String? {
            let all = MeshStatus(.sample("serving", topology.cells.map { .sample($0.name, .serving) }))
            return RouteView(try StoredMesh(topology: topology, table: table), customer: name, status: all).report
                .fields["serving"].text
        }
        table = stable.table
        try table.change(cohort: cohort) { entry throws(PlacementChangeError) in try entry.begin(evacuated: [region]) }
        #expect(try serving(table) == joining.first)
    }
}

@Suite struct MoveCommandTests {
    @Test func stagesAreReadStrictly() throws {
        #expect(StageList(argument: "5,25,100")?.percents == [5, 25, 100])
        #expect(StageList(argument: "5%, 100 %")?.percents == [5, 100])
        for text in ["", "5", "100,5", "0,100", "5,,100", "x,100", "5,5,100", "101"] {
            #expect(StageList(argument: text) == nil, "\(text)")
        }
    }

    @Test func cellsAreNamedWithCommasOrOneByOne() throws {
        let command = try #require(
            try CellMesh.parseAsRoot(["move", "c7", "--to", "a-1,b-1", "--to", "cell/c-1"]) as? MoveCommand)
        #expect(command.cells == ["a-1", "b-1", "cell/c-1"])
    }

    @Test(arguments: [
        ["evacuate"], ["evacuate", "us-east", "--stages", "5,50"], ["evacuate", "us-east", "--watch", "2"],
        ["restore", "us-east", "--confirm", "us-east"], ["evacuation", "stop"], ["move", "c7"], ["pins", "rm"],
    ])
    func whatIsWrongIsUsage(_ words: [String]) {
        #expect(throws: (any Error).self) {
            let command = try CellMesh.parseAsRoot(words)
            // `move` without cells is found when it runs.
            if let move = command as? MoveCommand, move.cells.isEmpty { throw CommandFailure(.usage, "") }
        }
    }

    @Test func theNextStepNamesTheMesh() {
        for command in ["evacuate us-east --confirm us-east", "restore us-east", "evacuation status", "pins ls"] {
            #expect(
                NextStep.complete("cellmesh \(command)", mesh: "shop") { false } == "cellmesh \(command) --mesh shop")
        }
    }
}

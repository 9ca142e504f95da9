import Drills
import Evacuation
import Foundation
import LoadGenerator
import MeshBase
import Reports
import Resilience
import Sharding
import Testing
import Wire

@testable import ControlPlane
@testable import SimDriver
@testable import Store
@testable import cellmesh

/// What each command writes with `-o json`, byte by byte: keys, their order, nulls and numbers. A golden is a document that
/// some mesh has written; the type that reads it has to write the very same again, and a view has to show the same.
@Suite struct GoldenDocumentTests {
    struct Golden: Sendable, CustomTestStringConvertible {
        var name: String
        var write: @Sendable ([UInt8]) throws -> String
        /// What people are shown of such a document; nil where a command makes that of something else.
        var shown: (@Sendable ([UInt8]) throws -> Report)?
        var testDescription: String { name }

        /// A type that commands write as it is.
        static func document<Document: Codable & SendableMetatype>(_ name: String, _ type: Document.Type) -> Golden {
            Golden(name: name, write: { DocumentText.json(try ReportJSON.read(type, $0)) })
        }

        /// A view of what another process has answered.
        static func view<Answer: Decodable & SendableMetatype>(
            _ name: String, _ type: Answer.Type, _ make: @escaping @Sendable (Answer) -> Report
        ) -> Golden {
            let shown: @Sendable ([UInt8]) throws -> Report = { make(try ReportJSON.read(type, $0)) }
            return Golden(name: name, write: { try shown($0).json() }, shown: shown)
        }

        /// A view of what the command itself has found.
        static func made(_ name: String, _ make: @escaping @Sendable () throws -> Report) -> Golden {
            Golden(name: name, write: { _ in try make().json() }, shown: { _ in try make() })
        }
    }

    static let goldens: [Golden] = [
        .view("status", StatusReport.self) { StatusView.make($0) },
        .view("ps", ProcessesReport.self) { ProcessesView.make($0) },
        .view("members", MembersReport.self) { MembersView.make($0) }, .document("members-diff", ViewsReport.self),
        .document("why", WhyReport.self), .document("ls", MeshesReport.self),
        .document("route-explain", RouteReport.self), .document("route-explain-several", RoutesReport.self),
        .document("flags-ls", FlagsReport.self), .view("flags-set", SettingsReport.self) { SettingsView.changed($0) },
        .document("degrade-ls", LevelsReport.self),
        .view("degrade-report", LoadReport.Comparison.self) { ComparisonView.make($0) },
        .document("peak-status", PeaksReport.self), .document("conflicts-ls", ConflictsReport.self),
        .view("breaker-ls", BreakersReport.self) { BreakersView.list($0.breakers) },
        .document("trace-ls", TracesReport.self), .document("trace-show", TraceReport.self),
        .view("fault-ls", FaultsReport.self) { FaultsView.list($0) },
        .view("fault-rm", FaultsReport.self) { FaultsView.removed($0) },
        .view("halt", HaltReport.self) { HaltView.make($0) },
        .view("halt-release", HaltReport.self) { HaltView.make($0) },
        .view("alerts", AlertsReport.self) { AlertsView.make($0) },
        .view("export-prometheus", ExportedFilesReport.self) { ExportedFilesView.make($0) },
        .view("dashboard-record", RecordingReport.self) { RecordingView.make($0) },
        .made("fault-add") { FaultsView.added(faults) },
        .view("pins-ls", PinsReport.self) { PinsView.make($0) },
        .view("evacuation-status", EvacuationStatus.self) { EvacuationView.status($0) },
        .view("evacuate-dry-run", EvacuationForecast.self) { ForecastView.make($0) },
        .view("evacuate", EvacuationReport.self) { EvacuationView.report($0) },
        .view("evacuate-refused", EvacuationReport.self) { EvacuationView.report($0) },
        .document("up", UpReport.self), .document("down", DownReport.self),
        .view("load-run", LoadReport.self) { LoadView.make($0) }, .document("drill-ls", DrillsReport.self),
        .view("drill-run", DrillReport.self) { DrillView.report($0) },
        .view("blast-radius", BlastRadiusReport.self) { BlastRadiusView(report: $0).full },
        .document("error", FailureReport.self), .made("doctor") { DoctorView.make([doctor], machine: [machine]) },
        .made("store") { StoreView.make(store, customer: "c7") }, .made("keys-ls") { KeysView.make(keys, uses) },
        .view("certs-ls", CertificatesReport.self) { CertificatesView.make($0) },
        .document("certs-authority", AuthorityReport.self),
        .made("store-lost") { LostStoresView.make(lost) },
        .made("conflicts-resolve") { ConflictsView.resolved("c7", "cart/1", superseded: 2) },
        .made("blast-radius-actual") { try actual() },
        .document("kill", ActionReport.self), .document("rm", RemovalReport.self),
        .document("load-start", LoadStartReport.self), .document("logs", LogRecord.self),
        .document("version", VersionReport.self), .document("init", InitReport.self),
        .made("policies-ls") { try policies() }, .made("report-show") { RunView.make(run("20260301-120000123-load")) },
        .made("report-ls") {
            RunView.list(
                ReportsReport([
                    .init("20260301-120000123-load", run("20260301-120000123-load"), kept: true, bytes: 4_096),
                    .init("20260228-120000123-load", nil, kept: false, bytes: 7),
                ]))
        },
        .made("report-diff") {
            RunView.comparison(
                RunComparison(run("20260301-120000123-load"), run("20260301-120100123-load", failed: 600)))
        },
        .made("load-status") { LoadStatusView.make(loads) }, .made("customers") { CustomersView.make(customers) },
        .made("sim-validate") { ValidationView.make([KnownAnswer("M/M/1", expected: 2, exactly: 2)], wall: 12.5) },
        .made("sim-minimise-sound") { SwarmView.sound(5) },
    ]

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Goldens")

    @Test(arguments: goldens)
    func aDocumentIsWrittenAsItWasRead(_ golden: Golden) throws {
        let file = Self.folder.appendingPathComponent(golden.name + ".json")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let written = try golden.write(Array(text.utf8)) + "\n"
        if ProcessInfo.processInfo.environment["CELLMESH_REWRITE_GOLDENS"] != nil {
            try written.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(written == text)
    }

    @Test func everyGoldenHasItsDocument() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(files) == Set(Self.goldens.map { $0.name + ".json" }))
    }

    // MARK: What commands find themselves

    private static func policies() throws -> Report {
        let topology = try #require(TopologyFile.embedded().topology)
        let gates = PoliciesView.gates(topology, cell: nil, named: ["eu-west-1/checkout/payment"])
        let page = #"cellmesh_amplification{layer="router"} 1.5"#
        return PoliciesView.list(gates, topology, SettingsDocument(version: 3), amplification: Amplification([page]))
    }

    private static func run(_ id: String, failed: UInt64 = 12) -> RunReport {
        var report = RunReport(
            id: id, kind: .load, title: "400 requests/s for 30.0 s; process kill us-east-1", mesh: "m",
            begun: "2026-03-01T12:00:00.123Z", ended: "2026-03-01T12:00:30.123Z", durationMilliseconds: 30_000,
            command: "cellmesh load run --rate 400.0 --duration 30s")
        report.figures = [.init("success", 0.999, .share), .init("p99", 12.5, .milliseconds)]
        report.judge([
            .share("success>=99%", 12_000 - failed, of: 12_000, .atLeast, 0.99),
            .count("acknowledged writes lost", 0, .equal, 0),
        ])
        report.timeline = [RunMoment(at: 3_872.5, .cause, "us-east-1", "process kill")]
        report.incidents = [
            RunIncident(
                subjects: ["us-east-1"], what: "process kill", cause: 3_872.5, detection: 3_877, impact: nil,
                recovery: 6_941, failed: 0)
        ]
        report.noise = RunNoise()
        report.environment = RunReport.Environment(
            cores: 2, system: "Linux 6.1.0 x86_64", version: "0.1.0", seed: 42, topology: "1f")
        return report
    }

    private static var loads: LoadStatusReport {
        var load = LoadStatusReport.Load(pid: 7, startTime: 99, durationMilliseconds: 30_000, targetRate: 400)
        (load.begun, load.phase, load.elapsedMilliseconds, load.rate) =
            ("2026-03-01T12:00:00.123Z", "sending", 2_000, 399.5)
        (load.requests, load.ok, load.p50, load.p99) = (800, 799, 1.5, 12.25)
        load.customers = .init(seen: 100, lost: 0, degraded: 3, untouched: 97)
        load.series.all.requests = [400, 400]
        load.series.all.ok = [400, 399]
        load.series.all.p99 = [12.25, nil]
        load.series.cells = ["us-east-1": RunSeries.Columns()]
        return LoadStatusReport(mesh: "m", loads: [load], last: nil)
    }

    private static var customers: CustomersReport {
        var report = CustomersReport(mesh: "m", of: 1_000)
        report.customers = [
            .init(
                customer: "c7", shard: ["us-east-1", "us-east-2"], predicted: "degraded", observed: "lost",
                different: true, outcomes: ImpactPage.Outcomes()),
            .init(
                customer: "c9", shard: ["us-east-1"], predicted: "lost", observed: nil, different: false, outcomes: nil),
        ]
        (report.matching, report.next) = (3, "c9")
        return report
    }

    private static var faults: FaultsReport {
        var fault = FaultReport(
            id: "f1", kind: "latency", targets: ["cell/us-east-1"], created: "2026-03-01T12:00:00.000Z",
            expires: "2026-03-01T12:01:00.000Z", remaining: 60_000)
        (fault.delay, fault.jitter, fault.distribution) = (30, 3, "uniform")
        return FaultsReport(faults: [fault], applied: 13, of: 14)
    }

    private static var doctor: DoctorReport {
        DoctorReport(
            mesh: "m", dataDirectory: "/home/m", control: nil,
            processes: [
                .init(name: "us-east-1", role: "cell", pid: 7, startTime: 99, condition: .leftover, paused: false)
            ], findings: [.init(code: "token", message: "it is missing", hint: "start the mesh")])
    }

    private static let machine = MachineCheck.Finding(code: "proc", message: "/proc is not mounted", hint: "mount it")

    private static var store: StoreSummary {
        var summary = StoreSummary(cell: "us-east-1", storeID: 0xc1)
        (summary.customers, summary.records, summary.tombstones) = (1, 20, 3)
        (summary.hints, summary.queue, summary.oldestHint) = (4, 5, 1_772_366_400_000)
        (summary.bytes, summary.digest) = (36_864, 0x0123_4567_89ab_cdef)
        return summary
    }

    private static var keys: GossipKeyFile {
        GossipKeyFile(keys: [1, 2].map { .init(id: $0, bytes: [UInt8](repeating: 7, count: 32)) }, primary: 2)
    }

    private static let uses = [
        KeyUse(name: "r1", primary: 2, ids: [1, 2]), KeyUse(name: "us-east-1", primary: nil, ids: []),
    ]

    private static var lost: LostStores {
        LostStores(
            cells: [
                .init(
                    name: "a-1", life: "lost", stage: "pulling", records: 7, waitsMilliseconds: 0,
                    missing: [.init(cell: "b-1", reason: "down")]),
                .init(name: "a-2", life: "missing", stage: "down", missing: []),
            ], refused: 3, customers: 100)
    }

    private static func actual() throws -> Report {
        let model = try StoredMesh(topology: try #require(TopologyFile.embedded().topology))
        let cell = try #require(model.topology.cellIndex(named: "us-east-1"))
        let number = try #require(
            (1...1000).first { !model.placement.shard(of: CustomerHash(number: $0)).contains(cell) })
        let hash = String(CustomerHash(number: number).rawValue, radix: 16)
        let text =
            #"{"window_ms":50,"open":true,"cells":["us-east-1"],"phase":1,"overflow":0,"total":{"requests":20,"slow":1,"#
            + #""failed":2,"no_quorum":3,"refused":4},"seen":[["\#(hash)",1,12,1,3,0,0]]}"#
        var impact = ObservedImpact()
        impact.add("r1", [try ReportJSON.read(ImpactPage.self, Array(text.utf8))])
        let radius = BlastRadius(model.topology, placement: model.placement)
        let comparison = ImpactComparison(impact, radius, model.topology, dead: nil)
        var view = BlastRadiusView(report: radius.report(dead: CellSet([cell])))
        view.observed = .init(impact: impact, comparison: comparison)
        return view.full
    }
}

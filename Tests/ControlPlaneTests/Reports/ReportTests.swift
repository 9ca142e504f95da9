import MeshBase
import Reports
import Sharding
import Store
import Testing

@testable import ControlPlane

@Suite("Reports")
struct ReportTests {
    private func text(_ value: some Encodable) -> String { String(decoding: ReportJSON.encode(value), as: UTF8.self) }

    @Test("Status, with null for what is not there")
    func status() {
        let report = StatusReport(
            mesh: "shop", seed: 42, epoch: 1, state: "degraded",
            cells: [
                .init(
                    name: "eu-1", region: "eu", zone: "a", pid: nil, state: .down, address: nil, customers: 3,
                    takesCustomers: true)
            ], routers: [.init(name: "r1", pid: 7, state: .serving, address: "127.0.0.1:1")],
            control: .init(pid: 6, address: "http://127.0.0.1:2"))
        #expect(
            text(report)
                == #"{"cells":[{"address":null,"customers":3,"name":"eu-1","pid":null,"region":"eu","state":"down","#
                + #""takes_customers":true,"zone":"a"}],"control":{"address":"http://127.0.0.1:2","pid":6},"epoch":1,"faults":[],"mesh":"shop","#
                + #""routers":[{"address":"127.0.0.1:1","name":"r1","pid":7,"state":"serving"}],"#
                + #""schema":"cellmesh/1","seed":42,"state":"degraded"}"# + "\n")
        #expect(ReportJSON.decode(StatusReport.self, ReportJSON.encode(report)) == report)
    }

    @Test("Cells that nobody would miss do not make a mesh degraded")
    func vacantCells() throws {
        let topology = Sample.topology
        let left = topology.cells[0].region
        var table = PlacementTable(cohortCount: 1)
        func state() -> String {
            StatusReport(
                mesh: "m", topology, epoch: 1, customers: [], use: CellUse(table, topology),
                control: .init(pid: 6, address: "http://127.0.0.1:2"), summary: nil
            ) { name in
                var known = StatusReport.Known(state: .serving)
                let isAway = topology.cells.contains { $0.name == name.name && $0.region == left }
                // Routers miss them as well, while they begin.
                known.state = isAway ? .starting : name.role == .router ? .degraded : .serving
                known.reachedBy = isAway ? [] : topology.routers.map(\.name)
                return known
            }.state
        }
        #expect(state() == "degraded")
        try table.change(cohort: 0) { try $0.begin(Eligibility(evacuated: [left])) }
        #expect(state() == "degraded", "records are there still")
        try table.change(cohort: 0) { entry in
            try entry.switchOver()
            try entry.release()
        }
        #expect(state() == "serving")
    }

    @Test("A sentence that asks is not ended once more")
    func endings() {
        #expect(APIFailure.ended(": did you mean 'eu'?") == ": did you mean 'eu'?" && APIFailure.ended("no") == "no.")
    }

    @Test("A node's own view is read without agree and of")
    func members() {
        let page = #"""
            {"schema":"cellmesh/1","observer":"eu-1","members":[{"name":"eu-1","role":"cell","region":"eu","zone":"a",
            "status":"alive","incarnation":1,"address":"127.0.0.1:1","data":"127.0.0.1:2","admin":"127.0.0.1:2",
            "since_ms":5}]}
            """#
        let report = ReportJSON.decode(MembersReport.self, Array(page.utf8))
        #expect(report?.members.first?.sinceMilliseconds == 5 && report?.agree == nil)
        var full = report!
        full.agree = 1
        full.of = 2
        #expect(text(full).hasPrefix(#"{"agree":1,"members":["#) && text(full).contains(#""of":2"#))
    }

    @Test("Impact is the sum over the routers that answered, whatever they say")
    func impact() {
        func part(_ json: String) -> ImpactReport.Part? { ReportJSON.decode(ImpactReport.Part.self, Array(json.utf8)) }
        let one = part(#"{"customers":10,"lost":1,"degraded":2,"untouched":7,"window_ms":100,"open":true}"#)
        let odd = part(#"{"customers":9223372036854775807,"lost":-5,"degraded":0,"untouched":0,"window_ms":200}"#)
        let sum = ImpactReport(parts: [one, nil, odd])
        #expect(sum.customers == .max && sum.lost == 1 && sum.degraded == 2 && sum.untouched == 7)
        #expect(sum.windowMilliseconds == 200 && sum.routers == 2 && sum.of == 3)
    }

    @Test("Events keep their attributes as they are")
    func events() {
        let event = JournalEvent(
            id: 9, time: 1_500_000_000, type: "process", action: "ready", subject: "eu-1", attributes: #"{"pid":1}"#)
        let body = String(decoding: EventsReport(events: [event]).encoded(since: 3), as: UTF8.self)
        #expect(
            body
                == #"{"schema":"cellmesh/1","next":9,"events":[{"seq":9,"time":"1970-01-01T00:00:01.500000000Z","#
                + #""type":"process","action":"ready","id":"eu-1","attributes":{"pid":1}}]}"# + "\n")
        #expect(EventsReport(events: []).next(after: 3) == 3)
    }

    @Test("Every customer has one first cell")
    func customers() {
        let counts = CustomerCounts.byFirstCell(Sample.topology, Placement(Sample.topology))
        #expect(counts.count == 4 && counts.reduce(0, +) == 100 && counts.allSatisfy { $0 > 0 })
    }
}

import Evacuation
import Reports
import Testing

@testable import cellmesh

extension StatusReport {
    /// Of a mesh `m` with one router.
    static func sample(
        _ state: String = "degraded", _ cells: [Cell] = [], router: ProcessState = .serving,
        faults: [FaultReport]? = nil,
        evacuated: [String]? = nil, plan: EvacuationOutcome? = nil
    ) -> StatusReport {
        var report = StatusReport(
            mesh: "m", seed: 1, epoch: 1, state: state, cells: cells,
            routers: [Router(name: "r1", pid: 1, state: router, address: nil)],
            control: Control(pid: 2, address: "http://127.0.0.1:1"), faults: faults)
        report.evacuated = evacuated
        report.evacuation = plan.map { .sample($0) }
        return report
    }
}

extension StatusReport.Cell {
    static func sample(
        _ name: String, _ state: ProcessState, region: String = "eu", takes: Bool? = nil, reachedBy: [String]? = nil
    ) -> StatusReport.Cell {
        StatusReport.Cell(
            name: name, region: region, zone: "a", pid: nil, state: state, address: nil, customers: 0,
            takesCustomers: takes ?? ![.drained, .evacuated].contains(state), reachedBy: reachedBy)
    }
}

extension FaultReport {
    static let sample = FaultReport(
        id: "f1", kind: "latency", targets: ["cell/a"], created: "", expires: "", remaining: 1)
}

extension EvacuationStatus {
    /// Of `evacuate us-east`, a quarter done.
    static func sample(_ outcome: EvacuationOutcome = .running, reason: String? = nil) -> EvacuationStatus {
        let text = #"""
            {"cohorts":{"moved":10,"of":64},"eta_ms":12000,"kind":"evacuate","outcome":"running","percent":25,
            "reason":null,"records":{"copied":1204,"verified":3310},"region":"us-east","schema":"cellmesh/1",
            "stage":2,"step":"fill"}
            """#
        var status = ReportJSON.decode(EvacuationStatus.self, Array(text.utf8)) ?? .none(cohorts: 64)
        status.outcome = outcome
        status.reason = reason
        return status
    }
}

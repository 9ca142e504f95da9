import MeshBase
import Testing
import Topology

@testable import SimDriver

@Suite("Faults on services in the simulation")
struct ServiceFaultTests {
    /// Services alone, 200 a second for 6 s; `front` calls `back`.
    private func configuration(_ faults: String...) -> SimConfiguration {
        var configuration = Meshes.configuration(seed: 5, seconds: 6, faults: faults.map { SimFault($0)! })
        (configuration.load.reads, configuration.load.writes, configuration.load.deletes) = (0, 0, 0)
        configuration.load.services = 1
        return configuration
    }
    private func failed(_ report: SimulationReport) -> Int { report.requests.sent - report.requests.ok }

    @Test func withoutAFaultAllIsWell() throws {
        let report = try SimRun.run(configuration())
        #expect(report.isOk && failed(report) == 0, "\(report.complaint)")
    }

    @Test(arguments: [
        "hang service/back @1s for 2s", "latency service/back 3s @1s for 2s", "errors service/back 100% @1s for 2s",
        "errors service/back 100% 503 @1s for 2s",
    ]) func callsFailWhileTheFaultLastsAndNotAfterwards(_ text: String) throws {
        let report = try SimRun.checkDeterminism(configuration(text))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.faultsFired == 1)
        // A third of the time, what was under way, and as long as what has counted the failures stays open.
        #expect((300...950).contains(failed(report)), "\(failed(report)) of \(report.requests.sent)")
    }

    @Test func aShareFails() throws {
        var plain = self.configuration("errors service/back 25% @0s")
        // Where nothing is tried again and no breaker opens, it is the share itself.
        plain.topology.policies = PoliciesBlock()
        plain.topology.policies?.profile = .off
        let report = try SimRun.run(plain)
        let share = Double(failed(report)) / Double(report.requests.sent)
        #expect((0.20...0.30).contains(share), "\(share)")
    }

    @Test func oneCellIsStruckAlone() throws {
        let report = try SimRun.run(configuration("errors cell/r1-1/service/back 100% @0s"))
        let share = Double(failed(report)) / Double(report.requests.sent)
        // One of six cells; what has other cells to go to may be answered by those.
        #expect(report.faultsFired == 1 && share < 0.4, "\(share)")
    }

    @Test func aCellThatStartsOrGoesOnIsStruckLikeTheOthers() throws {
        let report = try SimRun.run(
            configuration(
                "errors service/back 100% @1s for 4s", "kill r1-1 @2s for 500ms", "pause r2-1 @500ms for 1s"))
        #expect(report.isOk, "\(report.complaint)")
        #expect(failed(report) > 700, "\(failed(report)) of \(report.requests.sent)")
    }
}

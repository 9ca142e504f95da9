import MeshBase
import Replication
import Testing
import Topology

@testable import SimDriver

/// Each oracle is shown a mesh that breaks its promise, and must say so.
@Suite struct BrokenBuildTests {
    /// Runs of a few seeds: a defect need not show with every one.
    private func runs(
        _ defect: SimDefect, seeds: ClosedRange<UInt64> = 1...2, topology: MeshTopology = Meshes.small(),
        customers: Int = 4, rate: Double = 300, faults: [SimFault] = []
    ) throws -> [SimulationReport] {
        try seeds.map { seed in
            var configuration = Meshes.configuration(topology, seed: seed, rate: rate, faults: faults)
            configuration.load.customers = customers
            configuration.defect = defect
            return try SimRun.run(configuration)
        }
    }

    private let cells = ["r1-1", "r1-2", "r2-1", "r2-2", "r3-1", "r3-2"]

    /// One cell after the other, each back before the next.
    private var oneByOne: [SimFault] {
        cells.enumerated().flatMap {
            let at = TimeAmount.milliseconds(500 + 500 * Int64($0.offset))
            return [SimFault(at: at, .kill, $0.element), SimFault(at: at + .milliseconds(250), .restart, $0.element)]
        }
    }

    /// Shortly before the load ends, so that nothing is written again.
    private func together(_ action: SimFault.Action, _ names: some Sequence<String>) -> [SimFault] {
        names.map { SimFault(at: .milliseconds(3900), action, $0) }
    }

    private func isUnsafe(_ report: SimulationReport, by oracle: String) -> Bool {
        report.verdict(oracle)?.ok == false && report.exitCode == 11
    }

    @Test func withoutADefectNothingIsFound() throws {
        for faults in [oneByOne, together(.kill, cells)] {
            for report in try runs(SimDefect(), faults: faults) { #expect(report.isOk, "\(report.complaint)") }
        }
    }

    @Test func cellsThatForgetWhatTheyAcknowledgeAreFound() throws {
        for report in try runs(SimDefect(cell: .dropsWrites), seeds: 1...1) {
            #expect(isUnsafe(report, by: "registers"), "\(report.complaint)")
        }
    }

    @Test func quorumsThatDoNotMeetAreFound() throws {
        let rule = QuorumRule(read: .count(1), write: .count(1), readsAll: false, writesBack: false)
        let reports = try runs(SimDefect(quorum: rule), faults: oneByOne)
        #expect(reports.contains { isUnsafe($0, by: "registers") })
    }

    @Test func readsWithoutWriteBackAreFound() throws {
        // R + W > N, and yet no register: one read may see a write under way that the next one does not.
        let rule = QuorumRule(read: .count(2), write: .count(2), readsAll: false, writesBack: false)
        // Uneven paths from many routers hold a write up on its way to some cells: time to see it under way.
        var topology = Meshes.small(links: Links(default: .init(jitter: .milliseconds(200))))
        topology.routers = (1...16).map { Router(name: "router-\($0)", region: $0 % 3) }
        // What is slow is to be waited for: a breaker would cut it off.
        topology.policies = PoliciesBlock()
        topology.policies?.profile = .off
        topology.membership = MembershipSettings(profile: .wan)
        let reports = try runs(SimDefect(quorum: rule), topology: topology, customers: 1, rate: 400)
        #expect(reports.contains { isUnsafe($0, by: "registers") })
        for report in try runs(SimDefect(), topology: topology, customers: 1, rate: 400) {
            #expect(report.isOk, "\(report.complaint)")
        }
    }

    @Test func acknowledgingBeforePersistingIsFound() throws {
        let reports = try runs(
            SimDefect(store: .acknowledgesBeforePersisting), seeds: 1...1, faults: together(.kill, cells))
        #expect(isUnsafe(reports[0], by: "acknowledged-writes"), "\(reports[0].complaint)")
    }

    @Test func droppedCommitsAreFound() throws {
        let reports = try runs(SimDefect(store: .dropsCommits(0.5)))
        #expect(reports.contains { isUnsafe($0, by: "acknowledged-writes") })
    }

    /// For a second every shard has one cell, which then goes as the others come back.
    private var taking: [SimFault] {
        let others = ["r2-1", "r2-2", "r3-1", "r3-2"]
        func all(_ action: SimFault.Action, _ names: [String], at milliseconds: Int64) -> [SimFault] {
            names.map { SimFault(at: .milliseconds(milliseconds), action, $0) }
        }
        return all(.kill, others, at: 500) + all(.restart, others, at: 1500) + all(.kill, ["r1-1", "r1-2"], at: 1500)
            + all(.restart, ["r1-1", "r1-2"], at: 3000)
    }

    /// A write that one cell has acknowledged is not there while that cell is away: a client is told so, or sees it go.
    @Test func sessionsThatDoNotCountAreFound() throws {
        let topology = Meshes.small(tier: .important)
        let broken = try runs(SimDefect(ignoresSessions: true), topology: topology, faults: taking)
        #expect(broken.contains { isUnsafe($0, by: "sessions") })
        for report in try runs(SimDefect(), topology: topology, faults: taking) {
            #expect(report.isOk, "\(report.complaint)")
            #expect(report.verdict("sessions")?.word == "ok")
        }
    }

    /// Conformance 30 for tier important: after all is whole and the hints are delivered, every member has every write.
    @Test func droppedHintsAreFound() throws {
        let topology = Meshes.small(tier: .important)
        let broken = try runs(SimDefect(store: .dropsHints), topology: topology, customers: 40, faults: taking)
        #expect(broken.contains { isUnsafe($0, by: "replicas") })
        for report in try runs(SimDefect(), topology: topology, customers: 40, faults: taking) {
            #expect(report.isOk, "\(report.complaint)")
            #expect(report.verdict("replicas")?.word == "ok")
        }
    }
}

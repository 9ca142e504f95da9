import Checkers
import MeshBase
import Testing
import Topology

@testable import SimDriver

@Suite struct FaultTests {
    @Test(arguments: Array(100..<108) as [UInt64]) func randomFaultsBreakNoPromise(_ seed: UInt64) throws {
        let report = try SimRun.run(Meshes.faulty(seed: seed))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.faultsFired > 0)
        #expect(report.requests.ok > 0)
    }

    @Test func aSoundMeshAnswersEverything() throws {
        let report = try SimRun.run(Meshes.configuration(seed: 1))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.requests.sent > 600)
        #expect(report.requests.ok == report.requests.sent)
        #expect(report.verdict("no-false-deaths")?.detail.hasPrefix("0 suspicions") == true)
    }

    @Test func aKilledCellDegradesItsCustomersAndNoOthers() throws {
        let report = try SimRun.run(
            Meshes.configuration(seed: 3, seconds: 6, faults: [SimFault(at: .seconds(1), .kill, "r2-1")]))
        #expect(report.isOk, "\(report.complaint)")
        let detail = try #require(report.verdict("blast-radius")?.detail)
        #expect(!detail.hasPrefix("of 0 customers"))
        #expect(detail.contains("0 lost"))
        #expect(!detail.contains(" 0 degraded"))
        #expect(!detail.contains(" 0 untouched"))
    }

    @Test func aLostQuorumIsRefusedAndComesBack() throws {
        // Both cells of two regions: no shard has more than one cell left.
        let dead = ["r1-1", "r1-2", "r2-1", "r2-2"]
        let faults =
            dead.map { SimFault(at: .seconds(1), .kill, $0) } + dead.map { SimFault(at: .seconds(3), .restart, $0) }
        let report = try SimRun.run(Meshes.configuration(seed: 4, seconds: 8, faults: faults))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.requests.refused > 100)
        #expect(report.requests.ok > 600)
        #expect(report.verdict("acknowledged-writes")?.detail.contains(" 0 lost") == true)
    }

    @Test func aPausedCellIsFoundDeadAndComesBack() throws {
        let report = try SimRun.run(
            Meshes.configuration(
                seed: 5, seconds: 12,
                faults: [SimFault(at: .seconds(1), .pause, "r3-1"), SimFault(at: .seconds(6), .resume, "r3-1")]))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("no-false-deaths")?.detail.hasPrefix("0 suspicions") == false)
    }

    @Test func aKilledRouterLosesNothing() throws {
        let faults = [SimFault(at: .seconds(1), .kill, "router-1"), SimFault(at: .seconds(2), .restart, "router-1")]
        let report = try SimRun.run(Meshes.configuration(seed: 6, seconds: 5, rate: 400, faults: faults))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.requests.refused > 0)
    }

    @Test func aPoisonCustomerReachesOnlyItsShard() throws {
        let report = try SimRun.run(Meshes.configuration(Meshes.small(poison: 1), seed: 7, seconds: 6))
        #expect(report.isOk, "\(report.complaint)")
        let detail = try #require(report.verdict("no-false-deaths")?.detail)
        #expect(detail.contains("3 kills"), "\(detail)")
    }

    @Test func theSupervisorRestartsWhatCrashes() throws {
        let report = try SimRun.run(
            Meshes.configuration(Meshes.small(poison: 1, restart: .onCrash), seed: 7, seconds: 6))
        #expect(report.isOk, "\(report.complaint)")
        let detail = try #require(report.verdict("no-false-deaths")?.detail)
        #expect(!detail.contains("3 kills"), "\(detail)")
    }

    @Test func slowAndLossyLinksDelayAndBreakNothing() throws {
        let links = Links(default: .init(latency: .milliseconds(10), jitter: .milliseconds(3), loss: 0.02))
        let report = try SimRun.run(Meshes.faulty(Meshes.small(links: links), seed: 8))
        #expect(report.isOk, "\(report.complaint)")
    }

    @Test(arguments: [StoreSettings.Tier.important, .cache]) func theOtherTiersAreJudgedByWhatTheyPromise(
        _ tier: StoreSettings.Tier
    ) throws {
        let report = try SimRun.run(Meshes.faulty(Meshes.small(tier: tier), seed: 9))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("registers")?.word == "skipped")
        #expect((report.verdict("acknowledged-writes")?.word == "skipped") == (tier == .cache))
    }

    /// Every key is judged by what its own tier promises, all in one mesh.
    @Test(arguments: 9...12) func oneMeshKeepsEachTiersPromise(seed: UInt64) throws {
        var topology = Meshes.small()
        topology.blueprints[0].store = StoreSettings(
            tiers: [.init(prefix: "session/", tier: .important), .init(prefix: "cache/", tier: .cache)])
        var configuration = Meshes.faulty(topology, seed: seed)
        configuration.load.records = 9
        let report = try SimRun.run(configuration)
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("registers")?.word == "ok")
        #expect(report.verdict("acknowledged-writes")?.word == "ok")
    }

    @Test func aRandomPlanIsWholeAndInOrder() {
        let topology = Meshes.small()
        let plan = SimFault.random(seed: 1, topology: topology, duration: .seconds(30), count: 20)
        #expect(plan == SimFault.random(seed: 1, topology: topology, duration: .seconds(30), count: 20))
        #expect(plan != SimFault.random(seed: 2, topology: topology, duration: .seconds(30), count: 20))
        #expect(zip(plan, plan.dropFirst()).allSatisfy { $0.at <= $1.at })
        #expect(plan.count > 4)
        for name in Simulation.names(of: topology) {
            let actions = plan.filter { $0.node == name }.map(\.action)
            for (index, action) in actions.enumerated() {
                let isEnd = action == .restart || action == .resume
                #expect(isEnd == (index % 2 == 1))
            }
            #expect(actions.count % 2 == 0)
        }
    }

    @Test func aPlanThatCannotBeIsRefused() {
        var configuration = Meshes.configuration(seed: 1, faults: [SimFault(at: .seconds(1), .kill, "nobody")])
        #expect(throws: SimRefusal.self) { _ = try SimRun.run(configuration) }
        configuration.faults = [SimFault(at: .seconds(100), .kill, "r1-1")]
        #expect(throws: SimRefusal.self) { _ = try SimRun.run(configuration) }
        configuration.faults = []
        configuration.load.rate = -1
        #expect(throws: SimRefusal.self) { _ = try SimRun.run(configuration) }
    }
}

import MeshBase
import Sharding
import Testing
import Topology

@testable import Nodes
@testable import SimDriver

/// Tombstones are collected while customers write, delete and move.
@Suite struct SweepTests {
    /// Collects whatever there is, again and again, whatever the clocks say.
    private static let eager = SweepRule(grace: .seconds(-3_700), round: .milliseconds(50), pace: .milliseconds(1))

    /// One router's messages are on their way for a while: what it has chosen is overtaken by a deletion and its sweep.
    private static let slow = "latency router-1 <> mesh 250ms @100ms for 5s"

    /// Many deletions of few records among all that goes wrong.
    private func stormy(_ seed: UInt64, _ defect: SimDefect? = nil) -> SimConfiguration {
        var swarm = SimSwarm(topology: Meshes.small(customers: 12), duration: .seconds(8), rate: 100)
        swarm.losesDisks = true
        swarm.movesCustomers = true
        swarm.defect = defect
        var configuration = swarm.configuration(seed: seed)
        configuration.load.deletes = 0.4
        configuration.load.records = 3
        configuration.sweep = SweepRule(grace: .milliseconds(20), round: .milliseconds(100), pace: .milliseconds(1))
        return configuration
    }

    /// Few records that are written and deleted all the time.
    private func busy(_ seed: UInt64, _ faults: [String], _ defect: SimDefect? = nil) -> SimConfiguration {
        var configuration = Meshes.configuration(
            Meshes.small(customers: 3), seed: seed, seconds: 6, rate: 200, faults: faults.map { SimFault($0)! })
        configuration.load.deletes = 0.5
        configuration.load.records = 3
        configuration.sweep = Self.eager
        configuration.defect = defect
        return configuration
    }

    private func isUnsafe(_ report: SimulationReport) -> Bool {
        report.verdict("registers")?.ok == false && report.exitCode == 11
    }

    /// Tombstones are dropped, and nothing else is noticed of it. Of one copy there is nobody else to show any.
    @Test(arguments: [StoreSettings.Tier.critical, .important, .cache])
    func tombstonesGo(_ tier: StoreSettings.Tier) throws {
        var configuration = busy(1, [])
        configuration.topology = Meshes.small(tier: tier, customers: 3)
        let simulation = try Simulation(configuration)
        defer { simulation.dispose() }
        simulation.boot()
        var guardian = SimGuardian(eventLimit: 10_000_000) { _ in true }
        #expect(simulation.run(atMost: .seconds(30), &guardian, until: { $0.isWhole }) == true)
        simulation.clients.begin(until: simulation.now + .seconds(4))
        _ = simulation.run(until: simulation.now + .seconds(4), &guardian)
        // All is quiet: what is left goes as well.
        _ = simulation.run(atMost: .seconds(20), &guardian, until: { Self.tombstones(in: $0) == 0 })
        let swept = simulation.machines.reduce(0) { $0 + ($1.disk?.swept ?? 0) }
        #expect(swept > 30, "\(swept)")
        #expect(Self.tombstones(in: simulation) == 0)
        #expect(simulation.machines.contains { $0.disk?.stored.contains { $0.floor > 0 } ?? false })
    }

    /// Neither while a plan is open nor while a customer moves is anything begun; what was begun before is left.
    @Test(arguments: [SimMove.evacuate("r1"), .customer(1, [0, 1, 2])]) func nothingIsSweptAmongMoves(_ move: SimMove)
        throws
    {
        let simulation = try Simulation(busy(1, []))
        defer { simulation.dispose() }
        simulation.boot()
        var guardian = SimGuardian(eventLimit: 20_000_000) { _ in true }
        #expect(simulation.run(atMost: .seconds(30), &guardian, until: { $0.isWhole }) == true)
        simulation.clients.begin(until: simulation.now + .seconds(8))
        _ = simulation.run(until: simulation.now + .seconds(3), &guardian)
        let control = try #require(simulation.control)
        #expect(control.coordinator.sweeps.decided > 0)
        control.command(move)
        simulation.turn(control)
        var busy = 0
        for _ in 0..<400 {
            _ = simulation.run(until: simulation.now + .milliseconds(10), &guardian)
            let coordinator = control.coordinator
            let isOpen = coordinator.plan.flatMap { $0 } != nil || coordinator.looks.isAnyMoving
            guard isOpen else { continue }
            busy += 1
            let sweep = coordinator.sweep
            #expect(sweep == nil, "\(String(describing: sweep?.stage))")
        }
        #expect(busy > 0)
    }

    private static func tombstones(in simulation: Simulation) -> Int {
        simulation.machines.reduce(0) { $0 + ($1.disk?.records.count { $0.value.tombstone } ?? 0) }
    }

    @Test(arguments: [1, 2, 3, 6, 9, 10] as [UInt64]) func allOraclesHold(_ seed: UInt64) throws {
        let report = try SimRun.run(stormy(seed))
        #expect(report.isOk, "\(report.complaint)")
    }

    @Test(arguments: [
        "sweep-majority", "sweep-no-epoch", "sweep-anywhere",
    ])
    func brokenSweepsAreFound(_ name: String) throws {
        let defect = try #require(SimDefect(named: name))
        // Of a hundred seeds two find the rarest.
        let seed = try (1...70 as ClosedRange<UInt64>).first { isUnsafe(try SimRun.run(stormy($0, defect))) }
        #expect(seed != nil)
    }

    /// A router whose clock is a little ahead deletes; the other one's next version has to be above that all the same.
    @Test func aMissingFloorIsFound() throws {
        let ahead = ["skew router-1 240ms @1s"]
        let defect = try #require(SimDefect(named: "sweep-no-floor"))
        #expect(isUnsafe(try SimRun.run(busy(1, ahead, defect))))
        let report = try SimRun.run(busy(1, ahead))
        #expect(report.isOk, "\(report.complaint)")
    }

    /// The clocks of a shard are an hour ahead, and routers go by them: what is deleted then, and collected, is far above
    /// what new routers choose once its customer has moved to cells whose clocks are right. Only the floor says so.
    private func moved(_ seed: UInt64, _ defect: SimDefect?) -> SimConfiguration {
        let topology = Meshes.small(customers: 1)
        let shard = Placement(topology).assignment(of: CustomerHash(number: 1)).inForce.map(\.position)
        var faults = shard.map { SimFault(at: .zero, .skew(.hours(1)), topology.cells[$0].name) }
        // While nobody writes, all that was deleted is collected, and the customer moves; each region has two cells.
        faults += ["router-1", "router-2"].map { SimFault(at: .seconds(2), .kill, $0, for: .milliseconds(1_500)) }
        faults.append(
            SimFault(at: .milliseconds(2_500), .operate(.customer(1, shard.map { $0 ^ 1 })), Simulation.controlName))
        var configuration = busy(seed, [], defect)
        configuration.topology = topology
        configuration.faults = faults
        return configuration
    }

    @Test func aFillWithoutFloorIsFound() throws {
        let defect = try #require(SimDefect(named: "fill-no-floor"))
        let broken = try SimRun.run(moved(1, defect))
        #expect(isUnsafe(broken), "\(broken.complaint)")
        for seed in 1...3 as ClosedRange<UInt64> {
            let report = try SimRun.run(moved(seed, nil))
            #expect(report.isOk, "\(report.complaint)")
        }
    }

    /// What was chosen before a sweep would be above nothing after it.
    @Test func writesFromBeforeASweepAreFound() throws {
        let defect = try #require(SimDefect(named: "sweep-rerun"))
        #expect(try (1...6 as ClosedRange<UInt64>).contains { isUnsafe(try SimRun.run(busy($0, [Self.slow], defect))) })
        for seed in 1...3 as ClosedRange<UInt64> {
            let report = try SimRun.run(busy(seed, [Self.slow]))
            #expect(report.isOk, "\(report.complaint)")
        }
    }
}

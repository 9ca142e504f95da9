import Blueprints
import Chaos
import Drills
import MeshBase
import Scenarios
import Testing
import Topology

@testable import SimDriver

/// The drills of full disks, wrong clocks, poison and full pools: each passes on the topology that is made for it, and deviates on
/// a mesh that is broken so that it has to.
@Suite struct MachineDrillTests {
    private static let seeds: [UInt64] = [1, 2, 3]

    private static func run(
        _ name: String, on topology: MeshTopology, seed: UInt64, defect: SimDefect? = nil,
        _ change: (inout Scenario) -> Void = { _ in }
    ) throws -> SimScenario.Outcome {
        var scenario = try #require(BuiltInScenarios.named(name))
        change(&scenario)
        return try SimScenario.run(
            scenario, on: topology, seed: seed, id: "x", command: "cellmesh sim run \(name) --seed \(seed)",
            defect: defect)
    }

    private static func verdict(_ claim: String, _ outcome: SimScenario.Outcome) -> DrillClaim.Verdict? {
        outcome.drill.claims.first { $0.name == claim }?.verdict
    }

    private static func why(_ outcome: SimScenario.Outcome) -> Comment {
        "\(outcome.drill.reason ?? ""): \(outcome.drill.claims.filter { $0.verdict != .met }); \(outcome.drill.command)"
    }

    @Test(arguments: [
        ("disk-full", "three-regions"), ("clock-skew", "three-regions"), ("poison-customer", "poison"),
        ("pool-exhaustion", "three-regions"), ("leaky-bulkhead", "walled"),
    ])
    func passesOnWhatIsMadeForIt(name: String, mesh: String) throws {
        let topology = Meshes.shipped(mesh)
        for seed in Self.seeds {
            let outcome = try Self.run(name, on: topology, seed: seed)
            #expect(outcome.drill.outcome == .passed && outcome.drill.conclusive, Self.why(outcome))
            let violated = outcome.simulation.verdicts.filter { !$0.ok }
            #expect(violated.isEmpty, Self.why(outcome))
        }
    }

    @Test func aFullDiskCostsWritesWhereNobodyElseTakesThem() throws {
        let topology = Meshes.shipped("monolith")
        for seed in Self.seeds {
            let outcome = try Self.run("disk-full", on: topology, seed: seed)
            #expect(outcome.drill.outcome == .deviated)
            #expect(Self.verdict("requests answered, meanwhile", outcome) == .deviated, Self.why(outcome))
            #expect(Self.verdict("says that it is degraded", outcome) == .met, "the disk was full")
            #expect(Self.verdict("lost_writes==0", outcome) == .met, "what was refused was acknowledged to nobody")
            #expect(Self.verdict("violations==0", outcome) == .met, "and that it was refused is as declared")
        }
    }

    /// What a store forgets that says it has kept it is lost, whatever disks and clocks do.
    @Test func aStoreThatForgetsIsFound() throws {
        let topology = Meshes.shipped("three-regions")
        for name in ["disk-full", "clock-skew"] {
            let outcome = try Self.run(name, on: topology, seed: 1, defect: SimDefect(named: "drop-writes"))
            #expect(outcome.drill.outcome == .deviated)
            #expect(Self.verdict("lost_writes==0", outcome) == .deviated, Self.why(outcome))
        }
    }

    /// Goals, prediction 1, in small: the three cells of his shard, and who has no other cell is lost.
    @Test func poisonTakesItsShardAndNoMore() throws {
        let outcome = try Self.run("poison-customer", on: Meshes.shipped("poison"), seed: 1)
        let predicted = try #require(outcome.drill.steps.first { $0.name == "predict" }?.detail)
        // 12 cells, one of four in each of three regions: 1/64 of 1000 is 15.6, and (3/4)^3 is 421.9.
        // With two of three cells gone a quorum is: 3 (1/4)^2 (3/4) of 1000 are 140.6, and the lost beside them.
        #expect(predicted.hasPrefix("poison c1: 15 lost, 568 degraded (") && predicted.hasSuffix("), 417 untouched"))
        #expect(predicted.contains(" without a quorum for their records"))
        #expect(Self.verdict("his cells and no more", outcome) == .met)
        let back = try #require(outcome.drill.steps.first { $0.name == "poison ended" }?.detail)
        #expect(back.split(separator: ",").count == 3, "\(back)")
    }

    /// A8: what 50 + 30 + 20 keep apart, one pool of 100 does not.
    @Test func oneCellTakesWhatAllShare() throws {
        for seed in Self.seeds {
            let outcome = try Self.run("leaky-bulkhead", on: Meshes.shipped("leaky"), seed: seed)
            #expect(outcome.drill.outcome == .deviated)
            let others = outcome.drill.claims.first { $0.name == "success{cell:!small}>=99.9%" }
            #expect(others?.verdict == .deviated && others?.observed ?? 1 < 0.8, Self.why(outcome))
            #expect(Self.verdict("recovery<=15s", outcome) == .met, Self.why(outcome))
        }
    }

    @Test func withReplacementPoisonWalksThroughAll() throws {
        for seed in Self.seeds {
            let outcome = try Self.run("poison-customer", on: Meshes.shipped("poison-replaced"), seed: seed)
            #expect(outcome.drill.outcome == .deviated)
            let down = outcome.drill.claims.first { $0.name == "cells_down<=3" }
            #expect(down?.verdict == .deviated && down?.observed == 12, Self.why(outcome))
        }
    }

    @Test func withoutPoliciesNobodyKeepsCallsFromAHang() throws {
        var topology = Meshes.shipped("three-regions")
        topology.policies = PoliciesBlock()
        topology.policies?.profile = .off
        for seed in Self.seeds {
            let outcome = try Self.run("pool-exhaustion", on: topology, seed: seed)
            #expect(outcome.drill.outcome == .deviated)
            #expect(Self.verdict("breakers_open>=1", outcome) == .deviated, Self.why(outcome))
        }
    }

    @Test func whoIsNoPoisonCustomerIsRefused() throws {
        let refusal = #expect(throws: SimRefusal.self) {
            try Self.run("poison-customer", on: Meshes.shipped("three-regions"), seed: 1)
        }
        #expect(refusal.map { "\($0)" }?.contains("c1 is no poison customer of 'three-regions'") == true)
    }

    /// For a while the wall clock alone is ahead, as on real processes; for good all that the machine reads.
    @Test func aClockThatIsAheadForAWhileIsTheWallClock() throws {
        let topology = Meshes.small()
        let name = topology.cells[0].name
        var configuration = Meshes.configuration(topology, seed: 5, seconds: 8)
        configuration.faults = [try #require(SimFault("skew \(name) 1h @1s for 3s"))]
        let simulation = try Simulation(configuration)
        defer { simulation.dispose() }
        simulation.boot()
        let machine = simulation.machines[0]
        let spec = FaultSpec(.clock(.skew(.hours(1))), on: [.cell(name)])
        #expect(simulation.begin(7, spec, lasts: true, .fault(7)))
        #expect(machine.clock.isTrue && machine.wallOffset - Simulation.epoch == TimeAmount.hours(1).nanoseconds)
        simulation.end(key: 7, .faultEnds(7))
        #expect(machine.clock.isTrue && machine.wallOffset == Simulation.epoch)
        #expect(simulation.begin(8, spec, .fault(8)))
        #expect(!machine.clock.isTrue && machine.wallOffset == Simulation.epoch)
        simulation.end(key: 8, .faultEnds(8))
        #expect(!machine.clock.isTrue, "it stays so")
        let violated = try SimRun.run(configuration).verdicts.filter { !$0.ok }
        #expect(violated.isEmpty)
    }
}

import MeshBase
import Testing
import Topology

@testable import Evacuation

@Suite struct EvacuationPlanTests {
    @Test func dataComeFirstAndCalleesBeforeCallers() throws {
        let plan = try EvacuationPlan(mesh(), region: 0, id: 7, cohorts: 64)
        #expect(
            plan.phases.map { "\($0.name) \($0.strategy.rawValue): \($0.services.joined(separator: " "))" } == [
                "records bulk-transfer: records",
                "database bulk-transfer: ledger",
                "stateful rolling: cart",
                "cache cache-warming: rates",
                "stateless-1 blue-green: user",
                "stateless-2 blue-green: payment",
                "stateless-3 blue-green: refund",
                "stateless-4 blue-green: checkout",
            ])
        #expect(plan.regionName == "r1" && plan.stages.percents == [5, 25, 50, 75, 95, 100])
        for phase in plan.phases {
            #expect(!phase.before.isEmpty && !phase.after.isEmpty && !phase.verification.isEmpty && !phase.does.isEmpty)
        }
    }

    @Test func theStoreFollowsItsStrictestTier() throws {
        func phases(_ tiers: [StoreSettings.Tier?]) throws -> [EvacuationPhase] {
            var topology = mesh(
                blueprints: tiers.enumerated().map { number, tier in
                    Blueprint(
                        name: "b\(number)",
                        services: [Service(name: "s", kind: .cache), Service(name: "db", kind: .database)],
                        store: tier.map { StoreSettings(tier: $0) })
                })
            for number in topology.cells.indices { topology.cells[number].blueprint = number % tiers.count }
            return try EvacuationPlan(topology, region: 1, id: 1, cohorts: 64).phases
        }
        #expect(try phases([nil]).map(\.name) == ["database", "cache"])
        let copied = try #require(try phases([.cache, .important]).first)
        #expect(copied.name == "records" && copied.strategy == .bulkTransfer && copied.before.contains(.oldMajority))
        // Nothing of a cache is copied, hence nothing of it is verified, and databases go first.
        let cached = try phases([.cache])
        #expect(cached.map(\.name) == ["database", "records", "cache"])
        #expect(cached[1].strategy == .cacheWarming && cached[1].verification == [.regionEmpty])
    }

    /// A service that blueprints of the region share is the most demanding of its kinds; blueprints elsewhere count not.
    @Test func blueprintsOfTheRegionAreMerged() throws {
        var topology = mesh(
            regions: 2, cells: 2,
            blueprints: [
                Blueprint(name: "a", services: [Service(name: "x", calls: [Edge(to: 1)]), Service(name: "y")]),
                // Together they call in a circle, which neither does alone.
                Blueprint(
                    name: "b",
                    services: [Service(name: "y", kind: .stateful, calls: [Edge(to: 1)]), Service(name: "x")]),
                Blueprint(name: "c", services: [Service(name: "z", kind: .database)]),
            ])
        topology.cells[1].blueprint = 1
        topology.cells[2].blueprint = 2
        let plan = try EvacuationPlan(topology, region: 0, id: 1, cohorts: 64)
        #expect(plan.phases.map(\.services) == [["y"], ["x"]])
        #expect(plan.phases.map(\.kind) == [.stateful, .stateless])
    }

    /// A call that leads over a service of another kind still orders two of one kind.
    @Test func depthIsMeasuredAcrossKinds() throws {
        let blueprint = Blueprint(
            name: "b",
            services: [
                Service(name: "front", calls: [Edge(to: 1)]),
                Service(name: "session", kind: .stateful, calls: [Edge(to: 2)]),
                Service(name: "clock"),
            ])
        let plan = try EvacuationPlan(mesh(blueprints: [blueprint]), region: 0, id: 1, cohorts: 64)
        #expect(plan.phases.map(\.services) == [["session"], ["clock"], ["front"]])
        #expect(plan.phases.map(\.name) == ["stateful", "stateless-1", "stateless-2"])
    }

    @Test func whatHasNoPlanSaysWhy() {
        func fault(region: Int = 0, cohorts: Int = 64, percents: [Int]? = nil) -> EvacuationPlanFault? {
            do {
                _ = try EvacuationPlan(mesh(), region: region, id: 1, cohorts: cohorts, percents: percents)
                return nil
            } catch {
                return error
            }
        }
        #expect(fault(region: 3) == .noSuchRegion(3) && fault(region: -1) == .noSuchRegion(-1))
        #expect(fault(cohorts: 0) == .badCohortCount(0) && fault(cohorts: 1025) == .badCohortCount(1025))
        #expect(fault(percents: []) == .noStages && fault(percents: [0, 100]) == .badPercent(0))
        #expect(fault(percents: [50, 50, 100]) == .stagesDoNotRise(50, 50))
        #expect(fault(percents: [5, 95]) == .lastStageLeaves(95) && fault(percents: [100]) == nil)
        #expect("\(EvacuationPlanFault.lastStageLeaves(95))".hasPrefix("the last stage moves 95 % only: give"))
    }

    /// Every kind, strategy and check has words of its own.
    @Test func everyCheckSaysWhatItObserves() {
        #expect(Set(EvacuationCheck.allCases.map(\.meaning)).count == EvacuationCheck.allCases.count)
        #expect(Set(Service.Kind.allCases.map { EvacuationStrategy($0) }).count == 4)
    }
}

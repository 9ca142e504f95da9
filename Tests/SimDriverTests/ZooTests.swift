import Blueprints
import Chaos
import MeshBase
import Reports
import Testing
import Topology

@testable import SimDriver

/// Cells that fail without being down, and who calls them what they are.
@Suite struct ZooTests {
    @Test(arguments: [1, 2, 3, 8, 12] as [UInt64]) func eachIsCalledWhatItIsAndNobodyElseIs(seed: UInt64) throws {
        let scenario = try #require(BuiltInScenarios.named("zoo"))
        let outcome = try SimScenario.run(
            scenario, on: Meshes.shipped("three-regions"), seed: seed, id: "zoo", command: "")
        let animals = try #require(outcome.drill.animals)
        #expect(animals.map(\.injected) == ["zombie", "flap", "lie", "slow", "amnesia"], "seed \(seed): \(animals)")
        #expect(
            animals.map(\.named) == ["zombie", "flapper", "liar", "slowpoke", "amnesiac"], "seed \(seed): \(animals)")
        #expect(animals.allSatisfy { $0.namedMilliseconds.map { $0 <= 10_000 } ?? false }, "seed \(seed): \(animals)")
        #expect(outcome.drill.outcome == .passed, "seed \(seed): \(outcome.drill.reason ?? "")")
    }

    /// Names of cells in a run, as its feed tells them.
    private func names(_ configuration: SimConfiguration) throws -> [String] {
        var found: [String] = []
        let feed = SimFeed { _ in }
        feed.onEvent = { if $0.type == "zoo" { found.append("\($0.action) \($0.id)") } }
        let report = try SimRun.run(configuration, feed: feed)
        #expect(report.isOk, "\(report.complaint)")
        return found
    }

    /// Ten minutes of load with cells and routers that are killed, started again and paused.
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func ordinaryFaultsMakeNoAnimals(seed: UInt64) throws {
        var configuration = Meshes.configuration(seed: seed, seconds: 600, rate: 60)
        configuration.load.services = 0.4
        var random = Generator(seed: seed, concern: "test.zoo")
        var faults: [SimFault] = []
        for turn in 0..<20 {
            let cell = configuration.topology.cells[Int(random.below(6))].name
            let kind = random.chance(0.5) ? "kill" : "pause"
            let length = 3 + random.below(10)
            faults.append(try #require(SimFault("\(kind) cell/\(cell) @\(turn * 28 + 5)s for \(length)s")))
        }
        faults.append(try #require(SimFault("kill router/router-2 @100s for 5s")))
        configuration.faults = SimFault.inOrder(faults)
        #expect(try names(configuration) == [], "seed \(seed)")
    }
}

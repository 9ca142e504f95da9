import Foundation
import Testing

@testable import Consensus

/// Random interleavings of changes, reads and replacements of the deciders, with lost, repeated and late messages.
/// `CELLMESH_DECREE_SEED=N swift test --filter DecreeSimulationTests` prints what happened in one of them.
@Suite struct DecreeSimulationTests {
    @Test func everyDecreeHasOneHistory() {
        if let text = ProcessInfo.processInfo.environment["CELLMESH_DECREE_SEED"], let seed = UInt64(text) {
            var simulation = DecreeSimulation(seed: seed, traced: true)
            let violation = simulation.run()
            print((simulation.transcript ?? []).joined(separator: "\n"))
            #expect(violation == nil)
            return
        }
        var changes = 0
        var sets = 0
        for seed in 0..<2_000 as Range<UInt64> {
            var simulation = DecreeSimulation(seed: seed)
            let violation = simulation.run()
            #expect(
                violation == nil,
                "seed \(seed); CELLMESH_DECREE_SEED=\(seed) swift test --filter DecreeSimulationTests replays it")
            guard violation == nil else { return }
            changes += simulation.history.longest(1).count + simulation.history.longest(2).count
            sets += simulation.history.sets.count - 1
        }
        // Much must have been decided, or nothing was tested.
        #expect(changes > 4_000)
        #expect(sets > 6_000)
    }

    @Test func aSeedGivesTheSameTwice() {
        for seed in 0..<20 as Range<UInt64> {
            var once = DecreeSimulation(seed: seed, traced: true)
            var again = DecreeSimulation(seed: seed, traced: true)
            #expect(once.run() == again.run())
            #expect(once.transcript == again.transcript)
        }
    }

    @Test(arguments: DecreeSimulation.Broken.allCases)
    func whatIsBuiltWronglyIsNoticed(_ broken: DecreeSimulation.Broken) {
        for seed in 0..<10_000 as Range<UInt64> {
            var simulation = DecreeSimulation(seed: seed, broken: broken)
            if simulation.run() != nil { return }
        }
        Issue.record("\(broken) has passed")
    }
}

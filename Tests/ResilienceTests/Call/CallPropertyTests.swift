import MeshBase
import Testing

@testable import Resilience

@Suite struct CallPropertyTests {
    /// Random plans and random orders of events; one seed by itself: `CallFleet(seed: N).run(steps: 1_000)`.
    @Test(arguments: 0..<20) func whateverComesThePromisesAreKept(_ part: Int) {
        var (settled, kinds): (Int, [AttemptKind: Int]) = (0, [:])
        for seed in UInt64(part) * 40..<UInt64(part) * 40 + 40 {
            let fleet = CallFleet(seed: seed)
            fleet.run(steps: 1_000)
            if let broken = fleet.broken {
                Issue.record("seed \(seed): \(broken)")
                return
            }
            settled += fleet.settled
            kinds.merge(fleet.kinds, uniquingKeysWith: +)
        }
        // It was about something.
        #expect(
            settled > 300 && AttemptKind.allCases.allSatisfy { kinds[$0, default: 0] > 30 }, "\(settled) \(kinds)")
    }
}

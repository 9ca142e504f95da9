import Membership
import MeshBase
import Testing

@testable import SimDriver

/// Conformance 29 in small, and what the large one rests on.
@Suite struct SwimExperimentTests {
    private func trial(
        _ members: Int, loss: Double = 0, starved: Double = 0, arm: SwimArm = .lifeguard, seed: UInt64 = 1
    )
        -> SwimTrial
    {
        SwimTrial(members: members, loss: loss, starved: starved, swim: arm.configuration(.lan), seed: seed)
    }

    @Test func aSoundMeshAccusesOnlyTheCrashed() throws {
        for seed in UInt64(1)...3 {
            let result = try #require(try trial(30, seed: seed).run())
            #expect(result.falsePositives == 0, "seed \(seed)")
            // Each of the 29 others suspects it once, and sees it dead.
            #expect(result.suspicions == 29, "seed \(seed)")
            let detected = try #require(result.detected)
            let known = try #require(result.known)
            #expect(detected <= known && known < .seconds(20), "seed \(seed)")
            #expect(detected > .seconds(5), "seed \(seed): below the shortest suspicion")
        }
    }

    @Test func equalSeedsGiveEqualRuns() throws {
        let first = try trial(40, loss: 0.05, starved: 0.1, seed: 7).run()
        let second = try trial(40, loss: 0.05, starved: 0.1, seed: 7).run()
        #expect(first == second)
        let other = try trial(40, loss: 0.05, starved: 0.1, seed: 8).run()
        #expect(first?.traceHash != other?.traceHash)
    }

    @Test func lifeguardBeatsPlainSWIMWhereSomeAreStarved() throws {
        var grid = SwimGrid()
        grid.members = [50]
        grid.losses = [0.05]
        grid.starved = [0.10]
        grid.seeds = 6
        #expect(grid.problem == nil)
        let results = try (0..<grid.runs).map { try grid.trial($0).run()! }
        let report = SwimReport(grid, results)
        #expect(report.cells.map(\.arm) == ["lifeguard", "plain"])
        #expect(report.cells.allSatisfy { $0.undetected == 0 && $0.runs == 6 })
        let lifeguard = report.comparison[0]
        let plain = report.comparison[1]
        #expect(plain.falseDeathRuns > 0)
        #expect(lifeguard.falsePositives * 5 < plain.falsePositives)
        #expect(lifeguard.ofPlain?.messages ?? 2 < 1.2)
    }

    @Test func aLargeMeshSharesItsViews() throws {
        var trial = trial(3_000)
        trial.duration = .seconds(4)
        trial.crashAt = nil
        let world = try SwimWorld(trial)
        #expect(world.run { _, _ in true })
        #expect(world.result.suspicions == 0)
        for index in [0, 1_234, 2_999] { #expect(world.swim(index).liveCount == 3_000) }
        // Each pings once a second and is answered.
        #expect(world.result.messages > 20_000 && world.result.messages < 30_000)
    }

    @Test func aTrialThatCannotBeIsRefused() {
        for broken in [trial(2), trial(50, loss: 1.5), trial(50, starved: -1), trial(1_000_000)] {
            #expect(throws: SimRefusal.self) { _ = try broken.run() }
        }
        var grid = SwimGrid()
        grid.arms = [.plain, .plain]
        #expect(grid.problem != nil)
    }

    @Test func aTrialThatIsStoppedHasNoResult() throws { #expect(try trial(200).run { _, _ in false } == nil) }

    @Test func largeMeshesAreRunOnce() {
        #expect(SwimGrid(members: [10_000]).runs == 1)
        #expect(SwimGrid(members: [10_000]).trial(0).swim == SWIMConfiguration.lan)
        #expect(SwimGrid(members: [1_001, 5_000]).cells.map(\.members) == [1_001, 5_000])
        #expect(SwimGrid(members: [1_000, 10_000]).runs == 2 * SwimGrid(members: [50]).runs)
        #expect(SwimGrid(members: [50, 200]).runs == SwimGrid().runs)
    }

    /// A census that is shared, and the few members of which an observer differs from it.
    @Test func aLargeMeshSeesItsCrash() throws {
        var trial = SwimTrial(members: 1_500, loss: 0, starved: 0, swim: .lan, seed: 3)
        trial.duration = .seconds(40)
        trial.crashAt = .seconds(2)
        let result = try #require(try trial.run())
        #expect(result.falsePositives == 0)
        #expect(result.suspicions == 1_499)
        #expect(result.known != nil)
        #expect(try trial.run() == result)
    }

    @Test func eventsComeInOrder() {
        var rng = Generator(seed: 5)
        for members in [10, 500, 20_000] {
            var queue = CalendarQueue(rate: 8 * members)
            var now: Int64 = 0
            var waiting: [(Int64, UInt64)] = []
            var number: UInt64 = 0
            for step in 0..<20_000 {
                if step % 5 < 3 {
                    let far = rng.chance(0.1) ? UInt64(40_000_000_000) : 3_000_000
                    let at = now + Int64(rng.below(far))
                    number += 1
                    queue.push(number, at: at)
                    waiting.append((at, number))
                } else {
                    let end = now + Int64(rng.below(1_000_000))
                    let first = waiting.min { $0 < $1 }
                    let entry = queue.pop(until: end)
                    if let first, first.0 <= end {
                        #expect(entry?.at == first.0 && entry?.what == first.1, "seed 5, step \(step)")
                        waiting.removeAll { $0.1 == first.1 }
                        now = first.0
                    } else {
                        #expect(entry == nil, "seed 5, step \(step)")
                        now = end
                    }
                }
                if waiting.count > 300 {
                    while let entry = queue.pop(until: .max / 2) {
                        let first = waiting.min { $0 < $1 }!
                        #expect(entry.at == first.0 && entry.what == first.1)
                        waiting.removeAll { $0.1 == first.1 }
                        now = entry.at
                    }
                    #expect(waiting.isEmpty && queue.total == 0)
                }
            }
        }
    }
}

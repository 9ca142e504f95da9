import MeshBase
import Testing

@testable import Evacuation

@Suite struct EvacuationGateTests {
    let gate = EvacuationGate(maximumErrorRate: 0.01)

    private func judge(_ seen: EvacuationGate.Observation, ended: Bool = false) -> EvacuationGate.Verdict {
        gate.judge(seen, watchEnded: ended)
    }

    /// Figures of the formula, worked out apart from this code.
    @Test func wilson() {
        let some = WilsonInterval(count: 10, of: 100, deviations: 1.959963984540054)
        #expect(abs(some.low - 0.05522914) < 1e-7 && abs(some.high - 0.17436566) < 1e-7, "\(some)")
        let none = WilsonInterval(count: 0, of: 10, deviations: 3)
        #expect(none.low == 0 && abs(none.high - 9.0 / 19) < 1e-12)
        let all = WilsonInterval(count: 10, of: 10, deviations: 3)
        #expect(all.high == 1 && abs(all.low - 10.0 / 19) < 1e-12)
        #expect(WilsonInterval(count: 5, of: 0, deviations: 3) == WilsonInterval(count: 0, of: 0, deviations: 1))
        #expect(WilsonInterval(count: 20, of: 10, deviations: 2).share == 1)
    }

    @Test func theIntervalHoldsWhatWasCounted() {
        for seed in UInt64(0)..<2_000 {
            var rng = Generator(seed: seed, concern: "wilson")
            let samples = 1 + rng.next() >> (4 + rng.below(59))
            let count = rng.below(samples + 1)
            let interval = WilsonInterval(count: count, of: samples, deviations: rng.unit() * 5)
            #expect(0 <= interval.low && interval.low <= interval.share, "seed \(seed): \(interval)")
            #expect(interval.share <= interval.high && interval.high <= 1, "seed \(seed): \(interval)")
        }
    }

    @Test func withoutEvidenceAWatchGoesOnAndIsGreen() {
        #expect(judge(.init()).decision == .undecided && judge(.init(), ended: true).decision == .green)
        #expect(judge(.init(requests: 10_000, failures: 100), ended: true).decision == .green, "at the bound")
        #expect(judge(.init(requests: 10_000)).decision == .undecided, "a watch is never cut short")
        // Two failures of two are no rate yet.
        #expect(judge(.init(requests: 2, failures: 2, failuresInARow: 2)).decision == .undecided)
        #expect(judge(.init(requests: 500, failures: 7), ended: true).decision == .green, "1.4 %, could be 1 %")
    }

    @Test func evidenceIsRedAtOnce() {
        let three = judge(.init(requests: 20, failures: 3, failuresInARow: 1))
        #expect(three.decision == .red && three.reasons == [.errorRate])
        let some = judge(.init(requests: 1_000, failures: 25))
        #expect(
            some.decision == .red && some.text == "errors 2.5 % of 1000 (1.4 % to 4.5 %), bound 1 %", "\(some.text)")
        // 12 of 1000 are within the bound's reach, five in a row are not.
        let end = judge(.init(requests: 1_000, failures: 12, failuresInARow: 5))
        #expect(end.decision == .red && end.reasons == [.failuresInARow])
        #expect(judge(.init(requests: 1_000, failures: 12, failuresInARow: 4)).decision == .undecided)
    }

    @Test func aTargetThatDies() {
        #expect(judge(.init(deadTargets: 1, deadTargetsBefore: 1), ended: true).decision == .green)
        let died = judge(.init(deadTargets: 2, deadTargetsBefore: 1))
        #expect(died.decision == .red && died.text == "2 of the cells that take over are dead, 1 before")
        let named = judge(.init(deadTargets: 1, deadNames: ["us-west-2"]))
        #expect(named.text == "1 of the cells that take over is dead (us-west-2), 0 before", "\(named.text)")
    }

    @Test func latencyThatRunsAway() {
        func verdict(_ before: Int64, _ now: Int64, _ requests: UInt64 = 500) -> EvacuationGate.Decision {
            judge(
                .init(
                    latency: .init(p99: .milliseconds(now), requests: requests),
                    latencyBefore: .init(p99: .milliseconds(before), requests: 500)), ended: true
            ).decision
        }
        #expect(verdict(5, 200) == .green, "40 times, but 195 ms")
        #expect(verdict(5, 256) == .red && verdict(5, 256, 199) == .green)
        #expect(verdict(400, 1_200) == .green && verdict(400, 1_201) == .red)
    }

    /// There is nothing better to go back to: told, and not reversed.
    @Test func aDeadRegionIsNotGoneBackTo() {
        let seen = EvacuationGate.Observation(requests: 100, failures: 50, deadTargets: 1, regionServes: false)
        #expect(judge(seen).decision == .undecided)
        let end = judge(seen, ended: true)
        #expect(end.decision == .green && end.reasons == [.errorRate, .targetsDead])
    }

    @Test func boundsAtTheEdges() {
        #expect(gate.mostInARow == 5 && EvacuationGate(maximumErrorRate: 0.5).mostInARow == 30)
        let none = EvacuationGate(maximumErrorRate: 0)
        #expect(
            none.mostInARow == 5
                && none.judge(.init(requests: 1_000_000, failures: 3), watchEnded: false).decision == .red)
        let any = EvacuationGate(maximumErrorRate: 1)
        #expect(any.judge(.init(requests: 99, failures: 99, failuresInARow: 99), watchEnded: true).decision == .green)
        #expect(EvacuationGate(maximumErrorRate: .nan).maximumErrorRate == 0)
        #expect(EvacuationGate(maximumErrorRate: 7).maximumErrorRate == 1)
    }

    /// How often a whole evacuation - six watches, each looked at forty times - is reversed for nothing.
    @Test func falseAlarmsAreRareAndFailuresAreFound() {
        func reversed(rate: Double, seeds: Range<UInt64>) -> Int {
            seeds.count { seed in
                var rng = Generator(seed: seed, concern: "gate")
                for _ in 0..<6 {
                    var seen = EvacuationGate.Observation()
                    for look in 1...40 {
                        for _ in 0..<25 {
                            seen.requests += 1
                            if rng.chance(rate) {
                                seen.failures += 1
                                seen.failuresInARow += 1
                            } else {
                                seen.failuresInARow = 0
                            }
                        }
                        if gate.judge(seen, watchEnded: look == 40).decision == .red { return true }
                    }
                }
                return false
            }
        }
        // A tenth of the bound is a mesh with trouble that is not the evacuation's.
        #expect(reversed(rate: 0.001, seeds: 0..<100) <= 1)
        #expect(reversed(rate: 0.05, seeds: 0..<100) == 100)
    }

    @Test func itsFiguresStandBesideTheirBounds() {
        let gate = EvacuationGate(maximumErrorRate: 0.01)
        let sound = gate.figures(.init(requests: 400, failures: 1))
        #expect(sound.map(\.name) == ["errors", "failures in a row", "dead targets"])
        #expect(sound.map(\.ok) == [true, true, true])
        #expect(sound[0].value == "0.25 % of 400" && sound[0].bound == "1 %")
        #expect(gate.figures(.init())[0].value == "no request")
        let failing = gate.figures(.init(requests: 400, failures: 100, failuresInARow: 9, deadTargets: 1))
        #expect(failing.map(\.ok) == [false, false, false])
    }

}

import MeshBase
import Testing

@testable import Resilience

@Suite struct ProbeTests {
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    /// Makes the probe at once, with this result.
    private func run(_ probe: inout Probe, _ isGood: Bool, _ milliseconds: Int64) -> Probe.Verdict? {
        guard let token = probe.begin(now: at(milliseconds)) else { return nil }
        return probe.ended(token, isGood: isGood, now: at(milliseconds))
    }

    private func readiness() -> Probe {
        Probe(.readiness, settings: ProbePolicy.local[.readiness], now: .zero)
    }

    @Test func threeFailuresAreDownAndTwoSuccessesUp() {
        var probe = readiness()
        let results = [true, false, false, true, false, false, false, true, false, true, true]
        var verdicts: [Probe.Verdict?] = []
        for (index, isGood) in results.enumerated() { verdicts.append(run(&probe, isGood, Int64(index) * 500)) }
        #expect(verdicts == [.up, nil, nil, nil, nil, nil, .down, nil, nil, nil, .up])
        #expect(probe.history.count == 11 && probe.history.good == 5)
        #expect(probe.explain().detail == "readiness up: 2 passed in a row, 5 of the last 11 passed")
    }

    @Test func withoutAnySuccessThreeFailuresAreDownToo() {
        var probe = readiness()
        #expect(probe.explain().detail == "readiness unknown: no result yet, 0 of the last 0 passed")
        let verdicts = (0..<3).map { run(&probe, false, $0 * 500) }
        #expect(verdicts == [nil, nil, .down])
    }

    @Test func oneIsOutAtATimeAndNoneBeforeItIsDue() {
        var probe = Probe(.liveness, settings: ProbePolicy.local[.liveness], now: .zero, due: at(100))
        let early = probe.begin(now: at(99))
        #expect(early == nil)
        let token = probe.begin(now: at(100))!
        #expect(probe.due == nil && probe.overdue == at(1_100))
        let second = probe.begin(now: at(5_000))
        #expect(second == nil)
        _ = probe.ended(token, isGood: true, now: at(400))
        #expect(probe.due == at(2_100) && probe.overdue == nil)
    }

    @Test func whatDoesNotAnswerInTimeHasFailedAndItsAnswerComesTooLate() {
        var probe = readiness()
        let token = probe.begin(now: at(0))!
        let tooEarly = probe.elapsed(now: at(199))
        #expect(tooEarly == nil && probe.history.count == 0)
        _ = probe.elapsed(now: at(200))
        #expect(probe.history.count == 1 && probe.history.good == 0)
        _ = probe.ended(token, isGood: true, now: at(201))
        #expect(probe.history.count == 1)
        // The timer is late: the answer is too late all the same.
        let second = probe.begin(now: at(500))!
        _ = probe.ended(second, isGood: true, now: at(701))
        #expect(probe.history.count == 2 && probe.history.good == 0)
    }

    @Test func startupPassesOnce() {
        var probe = Probe(.startup, settings: ProbePolicy.local[.startup], now: .zero)
        for step in 0..<10 {
            let verdict = run(&probe, false, Int64(step) * 200)
            #expect(verdict == nil && probe.verdict == .unknown)
        }
        let verdict = run(&probe, true, 2_000)
        #expect(verdict == .up && probe.due == nil)
        let again = probe.begin(now: at(99_000))
        #expect(again == nil)
    }

    @Test func startupThatTakesTooLongHasFailed() {
        var probe = Probe(.startup, settings: ProbePolicy.local[.startup], now: .zero)
        var now: Int64 = 0
        while probe.verdict == .unknown, now < 60_000 {
            _ = probe.begin(now: at(now))
            // It hangs.
            now += 1_000
            _ = probe.elapsed(now: at(now))
        }
        #expect(probe.verdict == .down && now == 30_000 && probe.due == nil)
    }

    @Test func profiles() {
        let kinds = ProbeKind.allCases
        #expect(kinds.map { ProbePolicy.seed[$0].every.seconds } == [10, 10, 1, 10, 60, 30, 300])
        #expect(kinds.map { ProbePolicy.seed[$0].timeout.seconds } == [1, 1, 300, 1, 5, 3, 30])
        #expect(kinds.map { ProbePolicy.local[$0].every.seconds } == [2, 0.5, 0.2, 1, 5, 2, 30])
        #expect(kinds.map { ProbePolicy.local[$0].timeout.seconds } == [1, 0.2, 30, 0.2, 1, 0.5, 3])
        for kind in kinds {
            #expect(ProbePolicy.problems(ProbePolicy.seed[kind], of: kind).isEmpty)
            #expect(ProbePolicy.problems(ProbePolicy.local[kind], of: kind).isEmpty)
        }
    }

    @Test func whatCannotBeIsMadeSoundAndFound() {
        let wrong = ProbeSettings(every: .zero, timeout: .seconds(-1), failures: 0, successes: -1)
        #expect(
            ProbePolicy.problems(wrong, of: .deep).map(\.key) == ["every", "timeout", "failures", "successes"])
        var policy = ProbePolicy.local
        policy[.deep] = wrong
        #expect(
            policy[.deep]
                == ProbeSettings(every: .milliseconds(1), timeout: .milliseconds(1), failures: 1, successes: 1))
        let long = ProbeSettings(every: .seconds(1), timeout: .seconds(2))
        #expect(ProbePolicy.problems(long, of: .deep).map(\.reason) == ["shorter than its timeout"])
        #expect(ProbePolicy.problems(long, of: .startup).isEmpty)
        policy[.deep] = long
        #expect(policy[.deep].timeout == .seconds(1))
    }
}

import MeshBase
import Resilience

/// One breaker on one trace.
struct BreakerRun: Sendable {
    /// What is found of one run.
    struct Findings: Sendable {
        /// From the beginning of the trouble until it opens; nil: it never does.
        var detected: TimeAmount?
        /// Openings while fewer than 5 % of the requests fail, but for those while it is on the way back.
        var falseTrips = 0
        var openings = 0
        /// Requests before the trouble, and those of them that it refused.
        var calm = 0
        var calmRefused = 0
        var offered = 0
        /// Refused, and would have succeeded.
        var lost = 0
        /// Let through, and failed.
        var passedFailures = 0
        /// From when on the target is well for good until it is closed for good; nil: not by the end.
        var recovered: TimeAmount?
        /// Stretches of five seconds and more in which over half of the requests fail at the target: with no breaker, and
        /// with this one.
        var cascadesWithout = 0
        var cascades = 0
        /// Second by second the share of requests that it let through.
        var admitted: [Double] = []
    }

    private enum Event: Sendable {
        case arrival
        case ended(BreakerPermit, Bool, TimeAmount)
        case sample
    }

    private let trace: BreakerTrace
    private let policy: BreakerPolicy
    private let predictor: PredictorPolicy?
    private let rate: Double
    private var breaker = Breaker()
    private var prediction = FailurePredictor()
    private var agenda = Agenda<Event>()
    private var arrivals: Generator
    private var fates: Generator
    private var random: Generator
    private var findings = Findings()
    private var closedSince: Instant?
    /// Of the sample under way.
    private var sample = (calls: 0, failures: 0, sum: 0.0, squares: 0.0)
    /// Second by second.
    private var offered: [Int]
    private var wouldFail: [Int]
    private var passed: [Int]
    private var failed: [Int]

    init(_ trace: BreakerTrace, _ policy: BreakerPolicy, predictor: PredictorPolicy?, rate: Double, seed: UInt64) {
        self.trace = trace
        self.policy = policy
        self.predictor = predictor
        self.rate = rate
        arrivals = Generator(seed: seed, concern: "lab/breaker/arrivals")
        fates = Generator(seed: seed, concern: "lab/breaker/fates")
        random = Generator(seed: seed, concern: "lab/breaker/policy")
        let seconds = Int(trace.end) + 1
        offered = Array(repeating: 0, count: seconds)
        wouldFail = offered
        passed = offered
        failed = offered
    }

    private var second: Double { agenda.now.nanoseconds < 0 ? 0 : Double(agenda.now.nanoseconds) / 1e9 }

    mutating func run() -> Findings {
        closedSince = .zero
        schedule()
        if let predictor { agenda.add(.sample, at: .zero + predictor.every) }
        while let event = agenda.next(before: .zero + TimeAmount(seconds: trace.end)) {
            switch event {
            case .arrival:
                arrive()
                schedule()
            case .ended(let permit, let isGood, let took): ended(permit, isGood, took)
            case .sample: takeSample()
            }
        }
        return finish()
    }

    private mutating func schedule() {
        agenda.add(.arrival, at: agenda.now + arrivals.exponentialTime(mean: TimeAmount(seconds: 1 / rate)))
    }

    private mutating func arrive() {
        let share = trace.failureShare(at: second)
        // Two draws for every request, whatever becomes of it: all kinds meet the same.
        let isGood = fates.unit() >= share
        let took = fates.exponentialTime(mean: .milliseconds(20)) * (1 + 3 * share)
        let slot = Int(second)
        offered[slot] += 1
        findings.offered += 1
        if !isGood { wouldFail[slot] += 1 }
        let isCalm = second < BreakerTrace.calm
        if isCalm { findings.calm += 1 }
        let answer = breaker.ask(policy, limit: .seconds(1), now: agenda.now, using: &random)
        note(answer.transition)
        guard let permit = answer.permit else {
            if isGood { findings.lost += 1 }
            if isCalm { findings.calmRefused += 1 }
            return
        }
        passed[slot] += 1
        if !isGood {
            failed[slot] += 1
            findings.passedFailures += 1
        }
        agenda.add(.ended(permit, isGood, took), at: agenda.now + took)
    }

    private mutating func ended(_ permit: BreakerPermit, _ isGood: Bool, _ took: TimeAmount) {
        sample.calls += 1
        if !isGood { sample.failures += 1 }
        sample.sum += took.seconds
        sample.squares += took.seconds * took.seconds
        note(breaker.record(permit, isGood ? .success : .failure, policy, now: agenda.now, using: &random))
    }

    private mutating func takeSample() {
        guard let predictor else { return }
        let every = predictor.every.seconds
        let calls = Double(max(sample.calls, 1))
        let mean = sample.sum / calls
        let variance = max(sample.squares / calls - mean * mean, 0)
        let features = PredictorFeatures(
            latency: mean, errors: Double(sample.failures) / every, hour: 12, weekday: 2,
            errorRate: Double(sample.failures) / calls, latencyVariance: mean > 0 ? variance / (mean * mean) : 0,
            requestRate: Double(sample.calls) / every, cpu: 0.3, memory: 0.4, networkLatency: 0.0005)
        let isFailing = Double(sample.failures) / calls >= policy.failureRate || breaker.state != .closed
        sample = (0, 0, 0, 0)
        let found = prediction.observe(
            features, isFailing: isFailing, open: policy.open, predictor, now: agenda.now)
        note(
            breaker.observe(
                probability: found.probability, isPredicted: found.isPredicted, policy, now: agenda.now, using: &random)
        )
        agenda.add(.sample, at: agenda.now + predictor.every)
    }

    private mutating func note(_ change: BreakerTransition?) {
        guard let change, change.from != change.to else { return }
        if change.to == .closed {
            closedSince = change.at
        } else if change.from == .closed {
            closedSince = nil
        }
        guard change.to == .open else { return }
        findings.openings += 1
        let at = Double(change.at.nanoseconds) / 1e9
        if at >= BreakerTrace.calm, at < trace.troubleEnd, findings.detected == nil {
            findings.detected = TimeAmount(seconds: at - BreakerTrace.calm)
        }
        // One that opens again after a failed probe was open before.
        if change.from == .closed, trace.failureShare(at: at) < BreakerTrace.sound { findings.falseTrips += 1 }
    }

    private mutating func finish() -> Findings {
        if let closedSince {
            findings.recovered = max(TimeAmount(seconds: Double(closedSince.nanoseconds) / 1e9 - trace.well), .zero)
        }
        findings.cascadesWithout = cascades(wouldFail)
        findings.cascades = cascades(failed)
        findings.admitted = offered.indices.map { offered[$0] > 0 ? Double(passed[$0]) / Double(offered[$0]) : 1 }
        return findings
    }

    private func cascades(_ failures: [Int]) -> Int {
        var (count, length) = (0, 0)
        for slot in failures.indices {
            length = failures[slot] * 2 > offered[slot] ? length + 1 : 0
            if length == 5 { count += 1 }
        }
        return count
    }
}

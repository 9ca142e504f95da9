import MeshBase
import Resilience
import Topology

/// What a second attempt beside a slow first one gains, and what it costs (C6): by order statistics, and beside them calls
/// in virtual time that go by the policy itself.
package enum HedgeLab {
    /// When a hedge begins.
    package enum After: Sendable, Equatable {
        /// p50 + 0.1 (p99 - p50) of what the target took of late.
        case auto
        /// p95 of it.
        case p95
        /// So long; zero is the backup request.
        case fixed(TimeAmount)

        /// As on the command line.
        package var text: String {
            switch self {
            case .auto: "auto"
            case .p95: "p95"
            case .fixed(let time): LabCommandLine.written(time)
            }
        }
    }

    /// What is tried.
    package struct Settings: Sendable, Equatable {
        /// Of an attempt; the time is log-normal. 10 us...10 s.
        package var p50 = TimeAmount.milliseconds(20)
        /// Above p50, at most 60 s.
        package var p99 = TimeAmount.milliseconds(200)
        /// When a hedge begins.
        package var after = After.auto
        /// Beside one attempt, 1...3.
        package var most = 1
        /// Retries and hedges that the budget allows for each call, 0...1; 1: no bound.
        package var budget = 1.0
        /// 1000...1000000.
        package var calls = 50_000
        /// Of both runs.
        package var seed: UInt64 = 1
        /// The run that figures were taken from; nil: they were given.
        package var from: String?

        /// A median of 20 ms with a tail of 200 ms.
        package init() {}

        /// Times as a recorded run has them.
        ///
        /// - Throws: where it has none.
        package mutating func take(_ recording: LabRecording, times asksTimes: Bool = true) throws(LabRefusal) {
            if asksTimes { (p50, p99) = try recording.percentiles() }
            from = recording.name
        }

        func check() throws(LabRefusal) {
            try LabRefusal.check("seconds of p50", p50.seconds, 0.00001...10)
            try LabRefusal.check("seconds of p99", p99.seconds, p50.seconds...60)
            try LabRefusal.check("hedges", most, 1...3)
            try LabRefusal.check("budget", budget, 0...1)
            try LabRefusal.check("calls", calls, 1_000...1_000_000)
            if case .fixed(let time) = after { try LabRefusal.check("seconds of delay", time.seconds, 0...60) }
        }

        var policy: HedgePolicy {
            switch after {
            case .auto: HedgePolicy(after: .spread, max: most)
            case .p95: HedgePolicy(after: .p95, max: most)
            case .fixed(let time): HedgePolicy(after: .fixed(time), max: most)
            }
        }
    }

    /// Calls a second: enough apart that what the target took of late is known.
    static let rate = 200.0

    /// Calculates and measures, with hedges and without on the same calls.
    package static func run(_ settings: Settings) throws(LabRefusal) -> HedgeLabReport {
        try settings.check()
        let (before, _) = measure(settings, .off)
        let (after, run) = measure(settings, settings.policy)
        let counters = run.hops[0].scope.counters
        let calls = Double(max(after.count, 1))
        return HedgeLabReport(
            settings: settings, predicted: HedgePrediction(settings), before: .init(before), after: .init(after),
            hedged: Double(counters.hedges) / calls, won: Double(counters.hedgesWon) / calls,
            withheld: Double(counters.hedgesWithheld) / calls,
            extraLoad: Double(run.tally.sum(0, run.tally.seconds.count) { $0.attempts[0] }) / calls - 1)
    }

    private static func measure(
        _ settings: Settings, _ hedge: HedgePolicy
    ) -> (Quantiles, ChainRun<HedgeLeaf>) {
        var timeouts = TimeoutPolicy.local
        timeouts.call = .minutes(100)
        timeouts.attempt = .minutes(100)
        let budget =
            settings.budget >= 1
            ? RetryBudgetPolicy(ratio: 10, floor: 1_000_000) : RetryBudgetPolicy(ratio: settings.budget, floor: 0)
        let plan = CallPlan(
            isSpread: false, timeouts: timeouts, deadline: .none,
            retry: RetryPolicy(attempts: 1, backoff: .local, budget: budget), hedge: hedge)
        var gate = GatePolicy.off
        gate.attempt = .minutes(100)
        gate.hedge = hedge
        let model = ChainModel(
            hops: [.init(plan: plan, gate: gate)], workers: 10_000_000, queue: 0, withdraws: true, rate: rate,
            end: .zero + TimeAmount(seconds: Double(settings.calls) / rate), seed: settings.seed)
        var run = ChainRun(model, HedgeLeaf(settings))
        run.run()
        return (Quantiles(run.tally.latencies), run)
    }
}

/// Log-normal times, alike for the first attempt with and without hedges.
struct HedgeLeaf: LeafModel {
    private let sampler: WaitSampler
    private let seed: UInt64

    init(_ settings: HedgeLab.Settings) {
        sampler = WaitSampler(Work.Wait(p50: settings.p50, p99: settings.p99))
        seed = settings.seed
    }

    func refusal(request: UInt64, attempt: UInt64, replica: Int, now: Instant) -> LeafWork? { nil }

    func work(request: UInt64, attempt: UInt64, replica: Int, now: Instant) -> LeafWork {
        var random = Generator(seed: seed, concern: "lab/hedge/work", node: request, counter: attempt)
        return LeafWork(took: sampler.sample(using: &random))
    }
}

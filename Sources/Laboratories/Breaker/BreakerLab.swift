import MeshBase
import Resilience

/// All kinds of breakers on one trace (F4): how soon each sees that a target fails, what it costs when nothing is wrong,
/// and how soon it is back.
package enum BreakerLab {
    /// What opens.
    package enum Kind: String, Sendable, CaseIterable, Codable {
        case rate, consecutive, ewma, sigmoid, spc, bayes
        /// `rate` with a prediction that opens.
        case predictive
    }

    /// Which constants.
    package enum Profile: String, Sendable, CaseIterable, Codable {
        case seed, local
    }

    /// What is tried.
    package struct Settings: Sendable, Equatable {
        /// In the order of the rows.
        package var kinds = Kind.allCases
        /// How the target goes bad,
        package var shape = BreakerTrace.Shape.sudden
        /// and how it comes back.
        package var recovery = BreakerTrace.Recovery.immediate
        /// Constants of production or of one machine.
        package var profile = Profile.seed
        /// Requests a second, 1...1000.
        package var rate = 50.0
        /// Share of failures while all is well, 0...0.04.
        package var baseline = 0.01
        /// Runs, each with the next seed, 1...100.
        package var runs = 10
        /// Of the first run.
        package var seed: UInt64 = 1
        /// The recorded run that figures were taken from; nil: they were given.
        package var from: String?
        /// The most that fail while all is well.
        package static let mostBaseline = 0.04

        /// An outage of a minute.
        package init() {}

        func check() throws(LabRefusal) {
            try LabRefusal.check("rate", rate, 1...1_000)
            try LabRefusal.check("baseline", baseline, 0...Self.mostBaseline)
            try LabRefusal.check("runs", runs, 1...100)
            guard !kinds.isEmpty else { throw LabRefusal("no kind: give one at least") }
        }

        var trace: BreakerTrace { BreakerTrace(shape, recovery, baseline: baseline) }
    }

    /// Runs every kind on the same requests.
    package static func run(_ settings: Settings) throws(LabRefusal) -> BreakerLabReport {
        try settings.check()
        return BreakerLabReport(settings: settings, kinds: settings.kinds.map { row(settings, $0) })
    }

    private static func row(_ settings: Settings, _ kind: Kind) -> BreakerLabReport.Row {
        var runs: [BreakerRun.Findings] = []
        for number in 0..<settings.runs {
            var run = BreakerRun(
                settings.trace, kind.policy(settings.profile), predictor: kind.predictor(settings.profile),
                rate: settings.rate, seed: settings.seed &+ UInt64(number))
            runs.append(run.run())
        }
        return BreakerLabReport.Row(kind, runs, rate: settings.rate)
    }
}

extension BreakerLab.Kind {
    /// What it goes by, all else alike.
    package func policy(_ profile: BreakerLab.Profile) -> BreakerPolicy {
        var policy: BreakerPolicy = profile == .seed ? .seed : .local
        policy.predict = self == .predictive ? .open : .off
        (policy.consecutive, policy.consecutiveFor) = (0, .zero)
        // One rate for all of them, at which they differ.
        policy.failureRate = 0.5
        if profile != .seed { (policy.volume, policy.reopen) = (5, .first) }
        switch self {
        case .rate, .predictive: policy.kind = .rate
        case .consecutive:
            policy.kind = .consecutive
            policy.consecutive = 5
        case .ewma: policy.kind = .ewma
        case .sigmoid: policy.kind = .sigmoid
        case .spc: policy.kind = .spc
        case .bayes: policy.kind = .bayes
        }
        return policy
    }

    func predictor(_ profile: BreakerLab.Profile) -> PredictorPolicy? {
        self == .predictive ? (profile == .seed ? .seed : .local) : nil
    }
}

import MeshBase
import Resilience
import Topology

/// Attempts beyond the first (C4-C6).
extension PoliciesInForce {
    /// What is tried again, when, and within which budget.
    var retryPolicy: RetryPolicy {
        guard isOn(.retry), let written = values.retry else { return .off }
        let usual = isLocal ? RetryPolicy.local : .seed
        var kinds = FailureKinds()
        for word in written.on ?? [] { kinds.formUnion(FailureKinds(listed: word)) }
        return RetryPolicy(
            attempts: written.attempts ?? usual.attempts, on: written.on == nil ? usual.on : kinds,
            backoff: Self.backoff(written, usual: usual.backoff),
            budget: RetryBudgetPolicy(
                written.budgetKind == .concurrent ? .concurrent : .rate,
                ratio: written.budgetRatio ?? usual.budget.ratio, floor: written.budgetFloor ?? usual.budget.floor))
    }

    private static func backoff(_ written: RetrySettings, usual: BackoffPolicy) -> BackoffPolicy {
        let (growth, jitter) = shape(written.backoff ?? .decorrelated)
        return BackoffPolicy(
            growth, jitter: jitter, base: written.base ?? usual.base, cap: written.cap ?? usual.cap,
            multiplier: written.multiplier, schedule: BackoffPolicy.Schedule(written.schedule ?? []))
    }

    /// What is spread at random grows as powers do.
    private static func shape(_ word: RetrySettings.Backoff) -> (BackoffPolicy.Growth, BackoffPolicy.Jitter) {
        switch word {
        case .constant: (.constant, .none)
        case .linear: (.linear, .none)
        case .exponential: (.exponential, .none)
        case .fibonacci: (.fibonacci, .none)
        case .fullJitter: (.exponential, .full)
        case .equalJitter: (.exponential, .equal)
        case .additive: (.exponential, .additive)
        case .proportional: (.exponential, .proportional)
        case .decorrelated: (.decorrelated, .none)
        case .adaptive: (.adaptive, .none)
        case .schedule: (.schedule, .none)
        }
    }

    /// When a call that is still out is asked once more.
    var hedgePolicy: HedgePolicy {
        guard hedges > 0, let written = values.hedge else { return .off }
        let usual = isLocal ? HedgePolicy.local : .seed
        let after: HedgePolicy.After =
            switch written.after ?? .auto {
            case .auto: usual.after
            case .after(let time): .fixed(time)
            }
        return HedgePolicy(after: after, max: hedges, share: written.share ?? usual.share)
    }
}

extension FailureKinds {
    /// As `retry.on` lists them.
    init(listed word: RetrySettings.Failure) {
        switch word {
        case .timeout: self.init(FailureKind.timeout)
        case .connect: self.init(FailureKind.connect)
        case .reset: self.init(FailureKind.reset)
        case .overloaded: self.init(FailureKind.overloaded)
        case .limited: self = [Self(.limited), Self(.shed)]
        case .unavailable: self.init(FailureKind.unavailable)
        case .deadlock: self.init(FailureKind.deadlock)
        case .failed: self.init(FailureKind.failed)
        case .blocked: self.init(FailureKind.blocked)
        }
    }
}

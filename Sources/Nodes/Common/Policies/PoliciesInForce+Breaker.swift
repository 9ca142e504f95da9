import MeshBase
import Resilience
import Topology

/// Breakers (C8-C12).
extension PoliciesInForce {
    /// When a breaker opens and closes; nil where there is none.
    var breakerPolicy: BreakerPolicy? {
        guard isOn(.breaker), let written = values.breaker else { return nil }
        var policy = isLocal ? BreakerPolicy.local : .seed
        policy.kind = written.kind.map { BreakerPolicy.Kind($0) } ?? policy.kind
        policy.window = Self.window(written) ?? policy.window
        policy.failureRate = written.failureRate ?? policy.failureRate
        policy.slowRate = written.slowRate ?? policy.slowRate
        // A default is half of the declared limit, which the gate knows; longer only where the service itself waits longer.
        if case .written = origins["breaker.slow-after"] {
            policy.slowAfter = written.slowAfter
        } else if let after = written.slowAfter, after > max(attemptTimeout / 2, policy.slowFloor) {
            policy.slowAfter = after
        }
        policy.volume = written.volume ?? policy.volume
        policy.consecutive = written.consecutive ?? 0
        policy.consecutiveFor = written.consecutiveFor ?? .zero
        policy.open = written.open ?? policy.open
        policy.openMax = max(written.openMax ?? policy.openMax, policy.open)
        switch written.growth {
        case .factor(let factor): policy.growth = .factor(factor)
        case .linear: policy.growth = .linear
        case nil: break
        }
        policy.jitter = Self.jitter(upTo: written.jitter ?? policy.jitter.upperBound)
        policy.probeInterval = written.probeInterval ?? policy.probeInterval
        policy.halfOpen = written.halfOpen ?? policy.halfOpen
        policy.reopen = written.reopen.map { $0 == .rate ? .rate : .first } ?? policy.reopen
        policy.successRate = written.successRate
        policy.recovery = recovery(written)
        policy.adaptive = isOn(.adaptive) && written.adaptive ?? policy.adaptive
        policy.predict = isOn(.predict) ? written.predict.map { PredictionUse($0) } ?? policy.predict : .off
        policy.coordinate = isOn(.coordinate) && written.coordinate ?? policy.coordinate
        return policy
    }

    private static func window(_ written: BreakerSettings) -> BreakerPolicy.Window? {
        switch written.window {
        case .time(let length): .time(length)
        case .calls(let count): .calls(count)
        case nil: written.decay.map { .decay($0) }
        }
    }

    private func recovery(_ written: BreakerSettings) -> RecoveryRamp? {
        guard isOn(.recovery), written.recovery ?? true else { return nil }
        let usual = isLocal ? RecoveryRamp.local : .seed
        return RecoveryRamp(
            rate: written.recoveryRate ?? usual.rate, successes: written.recoverySuccesses ?? usual.successes)
    }

    /// At least a third of the most; in billionths, so that a third of 0.3 is 0.1.
    static func jitter(upTo most: Double) -> ClosedRange<Double> { (most / 3 * 1e9).rounded() / 1e9...most }
}

extension BreakerPolicy.Kind {
    init(_ word: BreakerSettings.Kind) {
        switch word {
        case .rate: self = .rate
        case .consecutive: self = .consecutive
        case .ewma: self = .ewma
        case .sigmoid: self = .sigmoid
        case .spc: self = .spc
        case .bayes: self = .bayes
        }
    }
}

extension PredictionUse {
    init(_ word: BreakerSettings.Predict) {
        switch word {
        case .off: self = .off
        case .watch: self = .watch
        case .open: self = .open
        }
    }
}

import MeshBase
import Resilience
import Topology

/// What is turned away so that the rest is served (C17, C18, C30), and cells that are left alone (C36).
extension PoliciesInForce {
    /// The load from which on each class is refused.
    func thresholds(_ written: SheddingThresholds) -> ShedThresholds {
        isOn(.shedding) ? ShedThresholds(written) : .never
    }

    /// When a process is under pressure; nil where nobody asks.
    ///
    /// - Parameter objective: the 99th percentile that its answers are to keep; nil: none.
    func adaptiveShedding(objective: TimeAmount? = nil) -> AdaptivePolicy? {
        guard isOn(.shedding), isOn(.adaptiveShedding) else { return nil }
        let usual = isLocal ? AdaptivePolicy.local : .seed
        let written = values.shedding
        return AdaptivePolicy(
            cpu: written?.cpu ?? usual.cpu, memory: written?.memory ?? usual.memory,
            p95: written?.p95 ?? objective ?? usual.p95, retryAfter: usual.retryAfter)
    }

    /// Which share a router refuses blindly; nothing where it is off.
    var earlyShedding: EarlyPolicy {
        guard isOn(.shedding), isOn(.earlyShed) else { return EarlyPolicy(share: 0, hard: 0) }
        let usual = isLocal ? EarlyPolicy.local : .seed
        return EarlyPolicy(
            share: values.shedding?.earlyShare ?? usual.share, hard: values.shedding?.earlyHard ?? usual.hard)
    }

    /// When a router leaves a cell alone; nil where it does not.
    var ejectionPolicy: EjectionPolicy? {
        guard isOn(.ejection), let written = values.ejection else { return nil }
        let usual = isLocal ? EjectionPolicy.local : .seed
        return EjectionPolicy(
            consecutive: written.consecutive ?? usual.consecutive, interval: written.interval ?? usual.interval,
            base: written.base ?? usual.base, most: written.most ?? usual.most, panic: written.panic ?? usual.panic)
    }
}

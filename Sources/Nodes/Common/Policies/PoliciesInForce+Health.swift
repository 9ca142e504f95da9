import MeshBase
import Resilience
import Topology

/// Objectives (C22) and probes (B7).
extension PoliciesInForce {
    /// What a cell is to hold; nil where nobody judges. Without an objective it judges nothing.
    func objectives(_ declared: Objectives?) -> ObjectivesPolicy? {
        guard isOn(.slo) else { return nil }
        let usual = isLocal ? ObjectivesPolicy.local : .seed
        return ObjectivesPolicy(
            p99: declared?.p99, errorRate: declared?.errorRate, throughput: declared?.throughput,
            window: values.slo?.window ?? usual.window, every: values.slo?.every ?? usual.every,
            mode: values.slo?.mode == .optimise ? .optimise : .levels)
    }

    /// How a cell is probed; nil where it is not.
    var probePolicy: ProbePolicy? {
        guard isOn(.health) else { return nil }
        var policy = isLocal ? ProbePolicy.local : .seed
        guard let written = values.health else { return policy }
        for kind in ProbeKind.allCases {
            guard let probe = written[kind] else { continue }
            var settings = policy[kind]
            settings.every = probe.interval ?? settings.every
            settings.timeout = probe.timeout ?? settings.timeout
            settings.failures = probe.failures ?? settings.failures
            settings.successes = probe.successes ?? settings.successes
            policy[kind] = settings
        }
        return policy
    }
}

extension HealthSettings {
    /// What is written of one kind.
    subscript(_ kind: ProbeKind) -> WrittenProbe? {
        switch kind {
        case .startup: startup
        case .liveness: liveness
        case .readiness: readiness
        case .shallow: shallow
        case .deep: deep
        case .dependency: dependency
        case .synthetic: synthetic
        }
    }
}

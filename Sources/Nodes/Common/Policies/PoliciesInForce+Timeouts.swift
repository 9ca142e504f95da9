import MeshBase
import Resilience
import Topology

/// Time (C1-C3).
extension PoliciesInForce {
    /// Whether what is not said comes from one machine's values rather than from production's.
    var isLocal: Bool { profile != .seed }

    /// Limits of a call and of each step of it.
    ///
    /// - Parameter request: how long a request may take, which is all that bounds a call where timeouts are off.
    func timeoutPolicy(request: TimeAmount) -> TimeoutPolicy {
        var policy = isLocal ? TimeoutPolicy.local : .seed
        if let written = values.timeouts {
            policy.progressive = written.progressive.map { ProgressiveFactors($0) } ?? policy.progressive
            policy.connect = written.connect ?? policy.connect
            policy.read = written.read ?? policy.read
            policy.write = written.write ?? policy.write
            policy.acquire = written.acquire ?? policy.acquire
        }
        policy.adaptive = adaptiveTimeout
        if isOn(.timeout) {
            policy.call = timeout
            policy.attempt = attemptTimeout
        } else {
            policy.call = request
            policy.attempt = nil
            policy.progressive = .even
        }
        return policy.sound
    }

    /// How the limit of an attempt follows what the target takes; nil where it does not.
    private var adaptiveTimeout: AdaptiveTimeoutPolicy? {
        guard isOn(.timeout), isOn(.adaptiveTimeout), values.timeouts?.adaptive ?? true else { return nil }
        let usual = isLocal ? AdaptiveTimeoutPolicy.local : .seed
        return AdaptiveTimeoutPolicy(
            factor: values.timeouts?.factor ?? usual.factor, floor: values.timeouts?.floor ?? usual.floor,
            ceiling: values.timeouts?.ceiling ?? usual.ceiling)
    }

    /// What a step keeps of the time that is left.
    var deadlinePolicy: DeadlinePolicy {
        guard isOn(.deadline) else { return .none }
        let usual = isLocal ? DeadlinePolicy.local : .seed
        return DeadlinePolicy(
            reserve: values.deadline?.reserve ?? usual.reserve, minimum: values.deadline?.minimum ?? usual.minimum)
    }
}

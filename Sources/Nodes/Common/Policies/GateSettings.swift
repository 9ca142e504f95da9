import MeshBase
import Resilience
import Topology

/// What is in force at one gate, in the words of the call engine. Compiled once, when a topology is read.
package struct GateSettings: Sendable, Equatable {
    /// How its calls go.
    package let plan: CallPlan
    /// What stands before the target.
    package let gate: GatePolicy
    /// Limits of links and of single steps, beside those that the plan has.
    package let timeouts: TimeoutPolicy

    /// A router's gate before a service of a cell.
    ///
    /// - Parameters:
    ///   - request: how long a request may take, which is all that bounds a call where timeouts are off.
    ///   - objective: the 99th percentile that answers are to keep.
    package static func service(
        _ policies: PoliciesInForce, request: TimeAmount, objective: TimeAmount? = nil
    ) -> GateSettings {
        GateSettings(
            policies, isSpread: true, request: request, hedge: policies.hedgePolicy, objective: objective)
    }

    /// A router's gate before the records of a cell. Each position of a quorum has an attempt of its own: none is hedged.
    package static func records(
        _ policies: PoliciesInForce, request: TimeAmount, objective: TimeAmount? = nil
    ) -> GateSettings {
        GateSettings(policies, isSpread: true, request: request, hedge: .off, objective: objective)
    }

    /// The gate of a call between two services of a cell.
    ///
    /// - Parameter workers: of the caller.
    package static func edge(
        _ policies: PoliciesInForce, _ edge: Topology.Edge, workers: Int, request: TimeAmount,
        objective: TimeAmount? = nil
    ) -> GateSettings {
        GateSettings(
            policies, isSpread: false, request: request, hedge: policies.hedgePolicy, objective: objective,
            workers: workers, hasFallback: edge.criticality != .core && policies.isOn(.fallback))
    }

    private init(
        _ policies: PoliciesInForce, isSpread: Bool, request: TimeAmount, hedge: HedgePolicy, objective: TimeAmount?,
        workers: Int? = nil, hasFallback: Bool = false
    ) {
        timeouts = policies.timeoutPolicy(request: request)
        let retry = policies.retryPolicy
        plan = CallPlan(
            isSpread: isSpread, order: PolicyOrder(policies.order), timeouts: timeouts,
            deadline: policies.deadlinePolicy, retry: retry, hedge: hedge, hasFallback: hasFallback)
        var gate = GatePolicy(
            bulkhead: policies.bulkheadPolicy, limit: policies.limitPolicy(workers: workers, objective: objective),
            breaker: policies.breakerPolicy, throttle: policies.throttlePolicy, queue: policies.queuePolicy,
            attempt: timeouts.attemptBase, timeout: timeouts.adaptive, hedge: hedge)
        if gate.hasBreaker, gate.breaker.predict != .off { gate.predictor = policies.isLocal ? .local : .seed }
        gate.detects = policies.isOn(.health)
        gate.tellsFailureShare = retry.backoff.growth == .adaptive
        // Where a permit is the call's, it is held through all attempts.
        if plan.order.gates == .call { gate.held = timeouts.call }
        self.gate = gate
    }
}

extension PolicyOrder {
    init(_ word: WrittenOrder) {
        switch word {
        case .cellmesh: self = .cellmesh
        case .seeds: self = .seeds
        case .orchestra: self = .orchestra
        }
    }
}

import MeshBase
import Resilience
import Topology

/// The ways from service to service within a cell, compiled when the cell starts: what does not change while it runs. An
/// edge has one for its call, one for undoing it and one for a generic answer; ways from one caller to one callee share a
/// gate, as what is known of the callee is the same.
struct EdgeRoutes {
    struct Gate: Sendable {
        /// Positions in the blueprint's services.
        let caller: Int
        let callee: Int
        /// It moves with the sizes of a peak.
        fileprivate(set) var policy: GatePolicy
    }

    /// Of one edge.
    struct Edge: Sendable {
        let call: Int
        /// The way of its compensation; -1 where it has none.
        var undo = -1
        /// The way to a generic answer; -1 where there is none.
        var generic = -1
    }

    private(set) var gates: [Gate] = []
    /// By route: its gate, its callee and how calls go.
    private(set) var gateOf: [Int] = []
    private(set) var callee: [Int] = []
    private(set) var plans: [CallPlan] = []
    /// One attempt, where the gate's own is longer: another way to the same callee has made it.
    private(set) var attempts: [TimeAmount] = []
    /// By service and edge.
    private(set) var edges: [[Edge]] = []

    init(_ services: [Service], _ policies: CellPolicies) {
        for (caller, service) in services.enumerated() {
            var own: [Edge] = []
            for (position, edge) in service.calls.enumerated() {
                let settings = policies.services[caller].edges[position]
                var ways = Edge(call: add(caller, edge.to, settings.gate.plan, settings.gate.gate))
                if let undo = edge.compensation {
                    ways.undo = add(caller, undo, Self.compensation(settings.gate), settings.gate.gate)
                }
                if let generic = edge.genericService, settings.fallback.asksGenericService {
                    ways.generic = add(
                        caller, generic, Self.generic(settings), settings.gate.gate)
                }
                own.append(ways)
            }
            edges.append(own)
        }
    }

    /// What is in force at a gate from now on.
    mutating func set(_ policy: GatePolicy, at gate: Int) { gates[gate].policy = policy }

    /// - Returns: the position of the new route.
    private mutating func add(_ caller: Int, _ callee: Int, _ plan: CallPlan, _ policy: GatePolicy) -> Int {
        var gate = gates.firstIndex { $0.caller == caller && $0.callee == callee }
        if gate == nil {
            gate = gates.count
            gates.append(Gate(caller: caller, callee: callee, policy: policy))
        }
        gateOf.append(gate ?? 0)
        self.callee.append(callee)
        plans.append(plan)
        attempts.append(plan.attempt * (policy.timeout?.ceiling ?? 1))
        return plans.count - 1
    }

    /// What was done is undone even where the gate lets nothing through at first; never twice at once.
    private static func compensation(_ settings: GateSettings) -> CallPlan {
        let plan = settings.plan
        var on = plan.retry.on
        if plan.retry.attempts > 1 { on.insert(FailureKinds(.blocked)) }
        return CallPlan(
            isSpread: false, order: plan.order, timeouts: settings.timeouts, deadline: .none,
            retry: RetryPolicy(
                attempts: plan.retry.attempts, on: on, backoff: plan.retry.backoff, budget: plan.retry.budget),
            hedge: .off)
    }

    /// Asked once, and not for long.
    private static func generic(_ settings: CellPolicies.EdgePolicies) -> CallPlan {
        var timeouts = settings.gate.timeouts
        timeouts.call = settings.fallback.genericLimit
        timeouts.attempt = nil
        return CallPlan(
            isSpread: false, order: settings.gate.plan.order, timeouts: timeouts, deadline: .none, retry: .off,
            hedge: .off)
    }
}

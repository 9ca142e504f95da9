import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

/// What is in force where nobody wrote anything is what the policies are by themselves.
@Suite struct PolicyParityTests {
    private static let services = [
        Topology.Service(
            name: "checkout", pool: Pool(workers: 90, queue: 60),
            calls: [
                Topology.Edge(to: 1), Topology.Edge(to: 1, criticality: .luxury, fallback: [.static]), hedged,
            ]),
        Topology.Service(name: "payment", kind: .cache),
    ]
    private static let hedged: Topology.Edge = {
        var edge = Topology.Edge(to: 1)
        edge.policies = PoliciesBlock()
        edge.policies?.hedge = HedgeSettings()
        return edge
    }()

    static func mesh(_ profile: PolicyProfile, off: [PolicySwitch]? = nil) -> MeshTopology {
        var mesh = topology(services: services)
        for call in services[0].calls.indices { mesh.blueprints[0].services[0].calls[call].hasDefaultTimeout = true }
        var written = PoliciesBlock()
        written.profile = profile
        written.off = off
        mesh.policies = written
        return mesh
    }

    @Test func localEdges() {
        let cell = Self.mesh(.local).cellPolicies(ofBlueprint: 0)
        let edges = cell.services[0].edges
        #expect(edges[0].gate.plan == .local && !edges[0].gate.plan.hasFallback)
        var gate = GatePolicy.local(workers: 90, isCore: true)
        #expect(edges[2].gate.gate == gate && edges[2].gate.plan.hedge == .local)
        gate.hedge = .off
        #expect(edges[0].gate.gate == gate)
        gate = .local(workers: 90, isCore: false)
        gate.hedge = .off
        #expect(edges[1].gate.gate == gate && edges[1].gate.plan.hasFallback)
        #expect(edges[1].fallback == FallbackPolicy(kinds: [.static]))
        #expect(edges[0].fallback == .local && edges[0].transformation == .local)
        #expect(cell.thresholds == .never && cell.adaptiveShedding == .local && cell.objectives == .local)
        #expect(cell.probes == .local && cell.answers == nil && cell.deadline == .local)
        #expect(cell.retryAfter == LoadShedder.retryAfter && cell.off.isEmpty)
        #expect(cell.services[1].requestCache == .local && cell.services[0].requestCache == nil)
    }

    @Test func localRouter() {
        let router = RouterPolicies(Self.mesh(.local))
        let checkout = router.blueprints[0].services[0]
        #expect(checkout.gate.plan == .localRouter && checkout.gate.gate == .router(workers: 90, queue: 60))
        #expect(checkout.ejection == .local && checkout.value == nil && checkout.rate == nil)
        var gate = GatePolicy.records()
        gate.hedge = .off
        #expect(router.blueprints[0].records.gate == gate && router.blueprints[0].records.plan.hedge == .off)
        #expect(router.concurrent == 4_096 && router.thresholds == ShedThresholds() && router.rate == nil)
        #expect(router.adaptiveShedding == .local && router.earlyShedding == .local)
    }

    /// A wait for a place and between attempts gives way to the limit of the attempt: the rest is as it is.
    @Test func seed() {
        let mesh = Self.mesh(.seed)
        let edges = mesh.cellPolicies(ofBlueprint: 0).services[0].edges
        #expect(edges[0].gate.plan == Self.plan(.seed, cap: .seconds(3), timeouts: .seed))
        var gate = GatePolicy.seed
        gate.bulkhead.wait = .milliseconds(750)
        #expect(edges[2].gate.gate == gate && edges[2].gate.plan.hedge == .seed)
        gate.hedge = .off
        #expect(edges[0].gate.gate == gate && edges[0].transformation == .seed)
        let cell = mesh.cellPolicies(ofBlueprint: 0)
        #expect(cell.adaptiveShedding == .seed && cell.objectives == .seed && cell.probes == .seed)
        #expect(cell.deadline == .seed && cell.retryAfter == .seconds(5))

        let router = RouterPolicies(mesh)
        let checkout = router.blueprints[0].services[0]
        var timeouts = TimeoutPolicy.seed
        timeouts.call = .seconds(5)
        timeouts.attempt = .seconds(1)
        #expect(checkout.gate.plan == Self.plan(.seedRouter, cap: .seconds(1), timeouts: timeouts))
        gate = .router(workers: 90, queue: 60, isLocal: false)
        gate.bulkhead.wait = .milliseconds(250)
        #expect(checkout.gate.gate == gate)
        gate = .records(isLocal: false)
        gate.bulkhead.wait = .milliseconds(250)
        #expect(router.blueprints[0].records.gate == gate)
        #expect(checkout.ejection == .seed && checkout.value == nil && router.concurrent == 1_000)
        #expect(router.adaptiveShedding == .seed && router.earlyShedding == .seed)
    }

    /// Worth is counted where that is written, be it nothing but the name.
    @Test(arguments: [PolicyProfile.local, .seed]) func declaredWorth(_ profile: PolicyProfile) {
        var mesh = Self.mesh(profile)
        mesh.blueprints[0].policies = mesh.blueprints[0].policies ?? PoliciesBlock()
        mesh.blueprints[0].policies?.value = ValueSettings()
        let value = RouterPolicies(mesh).blueprints[0].services[0].value
        #expect(value == (profile == .seed ? .seed : .local))
    }

    private static func plan(_ plan: CallPlan, cap: TimeAmount, timeouts: TimeoutPolicy) -> CallPlan {
        CallPlan(
            isSpread: plan.isSpread, timeouts: timeouts, deadline: plan.deadline,
            retry: RetryPolicy(
                attempts: plan.retry.attempts,
                backoff: BackoffPolicy(.decorrelated, base: .milliseconds(100), cap: cap), budget: plan.retry.budget),
            hedge: plan.hedge)
    }

    @Test func off() {
        let mesh = Self.mesh(.off)
        let cell = mesh.cellPolicies(ofBlueprint: 0)
        for edge in cell.services[0].edges {
            #expect(edge.gate.plan == .off(isSpread: false) && edge.gate.gate == .off)
            #expect(edge.fallback == FallbackPolicy() && edge.transformation == nil && !edge.hasSwitch)
        }
        #expect(cell.thresholds == .never && cell.adaptiveShedding == nil && cell.objectives == nil)
        #expect(cell.probes == nil && cell.deadline == .none && cell.services[1].requestCache == nil)
        let router = RouterPolicies(mesh)
        #expect(router.blueprints[0].services[0].gate.plan == .off(isSpread: true))
        #expect(router.blueprints[0].services[0].gate.gate == .off && router.blueprints[0].records.gate == .off)
        #expect(router.blueprints[0].services[0].ejection == nil && router.blueprints[0].services[0].value == nil)
        #expect(router.concurrent == nil && router.thresholds == .never && router.earlyShedding.isOff)
    }

    /// One policy after the other: each switch takes away its own.
    @Test(arguments: PolicySwitch.allCases)
    func oneSwitchChangesSomething(policy: PolicySwitch) {
        let declared = PolicyKeysTests.everythingDeclared
        var mesh = declared
        mesh.policies?.off = [policy]
        let untouched: Set<PolicySwitch> = [.degradation, .quality, .ladder, .parallelJoin, .peak]
        let cell = mesh.cellPolicies(ofBlueprint: 0)
        #expect(!cell.isOn(policy))
        guard !untouched.contains(policy) else { return }
        let changed =
            PolicyKeysTests.isCellChanged(cell, declared.cellPolicies(ofBlueprint: 0))
            || RouterPolicies(mesh) != RouterPolicies(declared)
        #expect(changed, "\(policy.rawValue)")
    }
}

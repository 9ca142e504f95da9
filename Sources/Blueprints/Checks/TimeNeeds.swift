import MeshBase
import Resilience
import Topology

/// What the services of a blueprint may take at most, by the time limits that bound them (C1).
package struct TimeNeeds {
    let blueprint: Blueprint
    private let policies: PolicyResolver
    /// Its services with their calls, in the order of `Blueprint.services`.
    package let hierarchy: TimeoutHierarchy

    /// - Parameter policies: of the same blueprint.
    package init(_ blueprint: Blueprint, policies: PolicyResolver) {
        self.blueprint = blueprint
        self.policies = policies
        hierarchy = TimeoutHierarchy(
            blueprint.services.enumerated().map { number, service in
                TimeoutHierarchy.Service(
                    service.name, work: service.ownTime,
                    steps: service.steps.map { step in
                        switch step {
                        case .one(let call): .call(Self.edge(service.calls[call], policies.call(call, of: number)))
                        case .several(let group):
                            .parallel(
                                group.range.map { Self.edge(service.calls[$0], policies.call($0, of: number)) },
                                within: group.joinWithin)
                        }
                    })
            })
    }

    /// The calls of routers: one for each service.
    package var entries: [TimeoutHierarchy.Edge] {
        blueprint.services.indices.map { Self.edge(to: $0, policies.service($0)) }
    }

    /// Own work (its 99th percentile) and all calls; nil where calls lead back, which is an error of its own.
    func need(ofService service: Int) -> TimeAmount? { hierarchy.need(of: service) }

    /// What an attempt at it should have: a fifth more.
    func wanted(ofService service: Int) -> TimeAmount? { hierarchy.wanted(for: service) }

    /// A call with its attempts and the longest waits between them, whatever its timeout is.
    static func attempts(_ edge: Edge, _ inForce: PoliciesInForce) -> TimeAmount {
        Self.edge(edge, inForce).attemptsNeed
    }

    /// The same at a router.
    static func attempts(_ inForce: PoliciesInForce) -> TimeAmount { edge(to: 0, inForce).attemptsNeed }

    /// The services from one on, each with the call that may take longest: `checkout -> payment -> ledger`.
    func path(from service: Int) -> String {
        var names = [blueprint.services[service].name]
        var at = service
        while names.count <= blueprint.services.count {
            let calls = blueprint.services[at].calls
            let needs = calls.indices.map { Self.edge(calls[$0], policies.call($0, of: at)).need }
            guard let longest = needs.max(), let call = needs.firstIndex(of: longest) else { break }
            at = calls[call].to
            names.append(blueprint.services[at].name)
        }
        return names.joined(separator: " -> ")
    }

    private static func edge(_ edge: Edge, _ inForce: PoliciesInForce) -> TimeoutHierarchy.Edge {
        Self.edge(to: edge.to, inForce)
    }

    private static func edge(to target: Int, _ inForce: PoliciesInForce) -> TimeoutHierarchy.Edge {
        let attempts = inForce.attempts
        return TimeoutHierarchy.Edge(
            to: target, timeout: inForce.timeout, attempt: inForce.attemptTimeout,
            progressive: ProgressiveFactors(inForce.values.timeouts?.progressive ?? [1]), attempts: attempts,
            backoffs: (inForce.values.retry?.cap ?? .zero) * Int64(attempts - 1))
    }
}

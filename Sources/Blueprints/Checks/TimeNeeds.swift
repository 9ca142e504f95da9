import MeshBase
import Topology

/// What the services of a blueprint may take at most, by the time limits that bound them (C1).
struct TimeNeeds {
    let blueprint: Blueprint
    private let policies: PolicyResolver

    init(_ blueprint: Blueprint, policies: PolicyResolver) {
        self.blueprint = blueprint
        self.policies = policies
    }

    /// Own work (its 99th percentile) and all calls: the sum of serial ones, the longest of those made at once.
    func need(ofService service: Int) -> TimeAmount { own(service) + calls(of: service) }

    /// Own work alone.
    func own(_ service: Int) -> TimeAmount {
        let work = blueprint.services[service].work
        return (work.wait?.p99 ?? .zero) + work.cpu
    }

    /// A call with all its attempts.
    func need(ofCall call: Int, of service: Int) -> TimeAmount { policies.call(call, of: service).need }

    private func calls(of service: Int) -> TimeAmount {
        blueprint.services[service].steps.reduce(.zero) { sum, step in
            switch step {
            case .one(let call): sum + need(ofCall: call, of: service)
            case .several(let group): sum + need(of: group, service)
            }
        }
    }

    private func need(of group: ParallelCalls, _ service: Int) -> TimeAmount {
        let longest = group.range.map { need(ofCall: $0, of: service) }.max() ?? .zero
        return min(longest, group.joinWithin ?? longest)
    }

    /// The services from one on, each with the call that may take longest: `checkout -> payment -> ledger`.
    func path(from service: Int) -> String {
        var names = [blueprint.services[service].name]
        var at = service
        // Cycles are errors of their own.
        while names.count <= blueprint.services.count {
            let calls = blueprint.services[at].calls
            guard let longest = calls.indices.max(by: { need(ofCall: $0, of: at) < need(ofCall: $1, of: at) })
            else { break }
            at = calls[longest].to
            names.append(blueprint.services[at].name)
        }
        return names.joined(separator: " -> ")
    }
}

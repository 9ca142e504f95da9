import MeshBase
import Resilience
import Topology

/// What is in force in the routers of a mesh: at their gates before services and records, and for a router as a whole.
/// Compiled once; a topology, and so every value, is fixed while a process runs.
package struct RouterPolicies: Sendable, Equatable {
    /// Before one service of the cells of a blueprint.
    package struct ServicePolicies: Sendable, Equatable {
        /// How it is called. The plan and what follows hold for all cells of a service together, the gate for each.
        package let gate: GateSettings
        /// When a cell is left alone; nil: never.
        package let ejection: EjectionPolicy?
        /// When a flow that is worth something is cut off; nil: never.
        package let value: ValuePolicy?
        /// How many requests are taken up in a time; nil: no limit.
        package let rate: RateLimitPolicy?
    }

    /// Before the cells of one blueprint.
    package struct BlueprintPolicies: Sendable, Equatable {
        /// In the order of `Blueprint.services`.
        package let services: [ServicePolicies]
        /// Before the records of a cell.
        package let records: GateSettings
        /// When a cell is left alone whose records fail; nil: never.
        package let ejection: EjectionPolicy?
    }

    /// In the order of `MeshTopology.blueprints`.
    package let blueprints: [BlueprintPolicies]
    /// Requests that a router works on at once before it sheds; nil: nothing is shed.
    package let concurrent: Int?
    /// The share of `concurrent` from which on each class is refused.
    package let thresholds: ShedThresholds
    /// When a router is under pressure; nil: nobody asks.
    package let adaptiveShedding: AdaptivePolicy?
    /// Which share is refused blindly.
    package let earlyShedding: EarlyPolicy
    /// How many requests a router takes up in a time; nil: no limit.
    package let rate: RateLimitPolicy?
    /// What those are told who come too much.
    package let retryAfter: TimeAmount
    /// How a router is probed; nil: it is not.
    package let probes: ProbePolicy?

    package init(_ topology: MeshTopology) {
        let request = topology.routing.requestTimeout
        blueprints = topology.blueprints.indices.map { number in
            let blueprint = topology.blueprints[number]
            let resolver = topology.policies(ofBlueprint: number)
            let records = resolver.records()
            return BlueprintPolicies(
                services: blueprint.services.indices.map { service in
                    let policies = resolver.service(service)
                    // Worth is counted where somebody asked for that: a header of one client stops nobody's traffic.
                    let countsWorth = [topology.policies, blueprint.policies, blueprint.services[service].policies]
                        .contains { $0?.value != nil }
                    return ServicePolicies(
                        gate: .service(policies, request: request, objective: blueprint.objectives?.p99),
                        ejection: policies.ejectionPolicy, value: countsWorth ? policies.valuePolicy : nil,
                        rate: policies.rateLimit)
                },
                records: .records(records, request: request, objective: blueprint.objectives?.p99),
                ejection: records.ejectionPolicy)
        }
        // What no blueprint has a word in.
        let own = PolicyResolver(
            Blueprint(name: "", services: []), topology: topology.policies, routing: topology.routing
        ).cell()
        concurrent = own.isOn(.shedding) ? topology.routing.concurrent(own.profile) : nil
        thresholds = own.thresholds(SheddingThresholds())
        adaptiveShedding = own.adaptiveShedding()
        earlyShedding = own.earlyShedding
        rate = own.isOn(.rate) ? topology.routing.rate.flatMap { RateLimitPolicy($0) } : nil
        probes = own.probePolicy
        retryAfter = (own.isLocal ? AdaptivePolicy.local : .seed).retryAfter
    }
}

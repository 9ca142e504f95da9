import MeshBase
import Resilience
import Topology

/// What is in force in the cells of one blueprint: for each call of its services, for each service, and for a cell as a
/// whole. Compiled once; a topology, and so every value, is fixed while a process runs.
package struct CellPolicies: Sendable, Equatable {
    /// One call of a service.
    package struct EdgePolicies: Sendable, Equatable {
        /// How it is called.
        package let gate: GateSettings
        /// What stands in where it fails; nothing for a core call.
        package let fallback: FallbackPolicy
        /// What its failure becomes; nil: itself.
        package let transformation: TransformationPolicy?
        /// Whether what is switched off, by a flag or by a level, is left out.
        package let hasSwitch: Bool
    }

    /// One service.
    package struct ServicePolicies: Sendable, Equatable {
        /// In the order of `Service.calls`.
        package let edges: [EdgePolicies]
        /// What a failure becomes that the client would see; nil: itself.
        package let transformation: TransformationPolicy?
        /// Identical calls of one request are made once; nil: each is made.
        package let requestCache: RequestCachePolicy?
        /// How the size of its pool follows the load; nil: it is fixed.
        package let pool: LimitPolicy?
        /// What it does less of under pressure; nil: nothing.
        package let quality: QualityPolicy?
        /// Ways to answer; nil: there is one.
        package let ladder: Ladder?
        /// Whether keys are claimed.
        package let hasKeys: Bool
    }

    /// A pool of connections.
    package struct ConnectionUse: Sendable, Equatable {
        /// In the blueprint.
        package let name: String
        /// How many, and who waits.
        package let policy: ConnectionPolicy
        /// The position in `MeshTopology.shared` of the pool that all cells take from; nil: it is the cell's own.
        package let shared: Int?
    }

    /// In the order of `Blueprint.services`.
    package let services: [ServicePolicies]
    /// The load from which on each class is refused.
    package let thresholds: ShedThresholds
    /// When the cell is under pressure; nil: nobody asks.
    package let adaptiveShedding: AdaptivePolicy?
    /// What the cell is to hold; nil: nobody judges.
    package let objectives: ObjectivesPolicy?
    /// How it is probed; nil: it is not.
    package let probes: ProbePolicy?
    /// The service that the synthetic probe calls; nil: none.
    package let syntheticService: String?
    /// Last good answers; nil: none are kept.
    package let answers: AnswerCachePolicy?
    /// Pools of connections, by their use.
    package let connections: [ConnectionUse]
    /// By service: the position in `connections` of the one that its work needs; -1: none.
    package let connectionOf: [Int]
    /// The durable queue; nil: there is none, or its cells keep no claims.
    package let queue: QueueSettings?
    /// Bytes that all work of the cell may hold; nil: nobody counts.
    package let memory: Int?
    /// What a step keeps of the time that is left.
    package let deadline: DeadlinePolicy
    /// What those are told who come too much.
    package let retryAfter: TimeAmount
    /// What is off in the whole cell.
    package let off: Set<PolicySwitch>

    /// - Parameters:
    ///   - resolver: of the same blueprint.
    ///   - shared: `MeshTopology.shared`.
    package init(
        _ blueprint: Blueprint, _ resolver: PolicyResolver, shared: [PeakSettings.Named<Int>] = []
    ) {
        let cell = resolver.cell()
        let objective = blueprint.objectives?.p99
        services = blueprint.services.indices.map { number in
            let service = blueprint.services[number]
            let own = resolver.service(number)
            let edges = service.calls.indices.map { call in
                let edge = service.calls[call]
                let policies = resolver.call(call, of: number)
                return EdgePolicies(
                    gate: .edge(
                        policies, edge, workers: service.pool.workers, request: cell.timeout, objective: objective),
                    fallback: edge.criticality == .core ? FallbackPolicy() : policies.fallbackPolicy(edge),
                    transformation: policies.transformation(of: blueprint),
                    hasSwitch: edge.criticality != .core && policies.isOn(.flags))
            }
            let isCacheable = service.cacheable ?? (service.kind == .cache)
            return ServicePolicies(
                edges: edges, transformation: own.transformation(of: blueprint),
                requestCache: isCacheable && own.isOn(.cache) ? (own.isLocal ? .local : .seed) : nil,
                pool: own.poolLimit(service.pool), quality: own.qualityPolicy(service.quality),
                ladder: own.ladder(service.ladder), hasKeys: own.keepsKeys)
        }
        thresholds = cell.thresholds(blueprint.shedding)
        adaptiveShedding = cell.adaptiveShedding(objective: objective)
        objectives = cell.objectives(blueprint.objectives)
        probes = cell.probePolicy
        syntheticService = cell.isOn(.health) ? cell.values.health?.syntheticService : nil
        answers = cell.answerCache(blueprint)
        queue = cell.isOn(.queue) && cell.isOn(.failure) && blueprint.store != nil ? blueprint.queue : nil
        memory = cell.isOn(.bulkhead) ? blueprint.memory : nil
        let connections = cell.connectionUses(blueprint, shared: shared)
        self.connections = connections
        connectionOf = blueprint.services.map { service in
            connections.firstIndex { $0.name == service.connection } ?? -1
        }
        deadline = cell.deadlinePolicy
        retryAfter = (cell.isLocal ? AdaptivePolicy.local : .seed).retryAfter
        off = cell.off
    }

    /// Whether a policy of the cell as a whole is on.
    package func isOn(_ policy: PolicySwitch) -> Bool { !off.contains(policy) }
}

extension MeshTopology {
    /// What is in force in the cells of one blueprint.
    ///
    /// - Parameter blueprint: a position in `blueprints`.
    package func cellPolicies(ofBlueprint blueprint: Int) -> CellPolicies {
        CellPolicies(blueprints[blueprint], policies(ofBlueprint: blueprint), shared: shared ?? [])
    }
}

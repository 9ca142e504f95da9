import MeshBase
import Topology

/// Which calls of a service every cell claims, whichever it is given to: a router may repeat them.
struct KeyedService: Equatable {
    /// The id of a request counts as a key where nothing else does.
    var takesRequestIDs = true
    /// What was sent counts as a key where nothing else does.
    var isByBody = true

    /// By the hash of the service's name; without those that some blueprint does not claim.
    static func all(_ topology: MeshTopology) -> [UInt64: KeyedService] {
        guard topology.sharding.replacement == .never else { return [:] }
        var found: [UInt64: KeyedService] = [:]
        for (number, blueprint) in topology.blueprints.enumerated() {
            let policies = topology.policies(ofBlueprint: number)
            for (place, service) in blueprint.services.enumerated() {
                let keeps = keepsClaims(blueprint) && policies.service(place).keepsKeys
                let mode = keeps ? service.idempotency?.mode ?? .key : .off
                var known = found[StableHash.hash(service.name)] ?? KeyedService()
                if mode == .off { known.takesRequestIDs = false }
                if mode != .body { known.isByBody = false }
                found[StableHash.hash(service.name)] = known
            }
        }
        return found.filter { $0.value.takesRequestIDs || $0.value.isByBody }
    }

    /// Cells of tier cache fill nobody who joins a shard.
    static func keepsClaims(_ blueprint: Blueprint) -> Bool {
        (blueprint.store?.strictest ?? .cache) != .cache
    }
}

extension PoliciesInForce {
    /// Whether keys are claimed. What clients were promised is no policy of failures: where all are off, keys are kept.
    var keepsKeys: Bool { profile == .off || isOn(.idempotency) }
}

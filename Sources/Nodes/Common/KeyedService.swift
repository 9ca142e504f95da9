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
        for blueprint in topology.blueprints {
            for service in blueprint.services {
                let mode = keepsClaims(blueprint) ? service.idempotency?.mode ?? .key : .off
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

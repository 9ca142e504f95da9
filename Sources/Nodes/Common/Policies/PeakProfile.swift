import MeshBase
import Resilience
import Topology

/// One entry of `peak` (C32), as the cells of one blueprint go by it.
package struct PeakProfile: Sendable, Equatable {
    /// In the topology.
    package let name: String
    /// How it is reached and left.
    package let policy: PeakPolicy
    /// In the order of `Blueprint.services`: pools at the peak; nil: as it is.
    package let pools: [PeakSizes?]
    /// Connections of each use at the peak, by its name; those that are left out are as they are.
    package let connections: [String: Int]
    /// Bytes that all work of the cell may hold; nil: as it is.
    package let memory: Int?
    /// The whole of what is in force at the peak: gates of edges have places for the workers of their callers.
    let atPeak: CellPolicies
}

extension MeshTopology {
    /// The peaks that cells of one blueprint know; none where they are switched off.
    ///
    /// - Parameter number: a position in `blueprints`.
    package func peakProfiles(ofBlueprint number: Int) -> [PeakProfile] {
        let cell = policies(ofBlueprint: number).cell()
        guard let peaks, cell.isOn(.peak) else { return [] }
        let usual = cell.isLocal ? PeakPolicy.local : .seed
        return peaks.map { peak in
            var blueprint = blueprints[number]
            var pools = [PeakSizes?](repeating: nil, count: blueprint.services.count)
            for pool in peak.pools {
                guard let service = blueprint.services.firstIndex(where: { $0.name == pool.name }) else { continue }
                blueprint.services[service].pool.workers =
                    pool.value.workers ?? blueprint.services[service].pool.workers
                blueprint.services[service].pool.queue = pool.value.queue ?? blueprint.services[service].pool.queue
                pools[service] = PeakSizes(blueprint.services[service].pool)
            }
            return PeakProfile(
                name: peak.name,
                policy: PeakPolicy(
                    over: peak.course.over ?? usual.over, lasts: peak.course.duration ?? usual.lasts,
                    at: peak.course.at),
                pools: pools,
                connections: Dictionary(peak.connections.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
                memory: peak.memory,
                atPeak: CellPolicies(blueprint, PolicyResolver(blueprint, topology: policies, routing: routing)))
        }
    }
}

extension PeakSizes {
    init(_ pool: Pool) { self.init(workers: pool.workers, queue: pool.queue) }
}

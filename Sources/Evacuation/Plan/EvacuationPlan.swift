import MeshBase
import Sharding
import Topology

/// How a region is left, or taken back: a function of the topology, the plan's id and the number of cohorts, so that
/// every coordinator makes the same one of the decree that it reads.
///
/// Phases say what happens to which service and in which order it is checked; stages say which customers move when.
/// A customer's cohort takes its records and the calls of all its services along, so each stage goes through all phases.
public struct EvacuationPlan: Sendable, Equatable {
    /// Which way customers go.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Off the region.
        case evacuate
        /// Back to it.
        case restore
        /// To further cells of it.
        case add
        /// Off some of its cells.
        case drain

        /// Single cells change, not a whole region.
        public var isOfCells: Bool { self == .add || self == .drain }
        /// Cells hold nothing at its end.
        public var empties: Bool { self == .evacuate || self == .drain }
        /// The word of the command.
        public var command: String {
            switch self {
            case .evacuate, .restore: rawValue
            case .add, .drain: "cell " + rawValue
            }
        }
    }

    /// Different for every plan of a mesh.
    public let id: UInt64
    /// Off the region or back to it.
    public let kind: Kind
    /// A position in `MeshTopology.regions`.
    public let region: Int
    /// Its name.
    public let regionName: String
    /// The names of the cells that are added or drained; empty where a whole region is meant.
    public let cellNames: [String]
    /// In the order in which they are checked: what others rely on first. See `EvacuationPlan+Order`.
    public let phases: [EvacuationPhase]
    /// Which cohorts begin when.
    public let stages: EvacuationStages

    /// - Parameters:
    ///   - region: a position in `MeshTopology.regions`.
    ///   - cells: those of it that are added or drained.
    ///   - cohorts: how many the mesh's placement has.
    ///   - percents: of the stages; the topology's where left out.
    public init(
        _ topology: MeshTopology, region: Int, cells: [CellIndex] = [], id: UInt64, kind: Kind = .evacuate,
        cohorts: Int,
        percents: [Int]? = nil
    ) throws(EvacuationPlanFault) {
        guard topology.regions.indices.contains(region) else { throw .noSuchRegion(region) }
        stages = try EvacuationStages(
            planID: id, cohorts: cohorts, percents: percents ?? topology.evacuation.stages)
        phases = Self.phases(of: topology.blueprints(inRegion: region))
        self.id = id
        self.kind = kind
        self.region = region
        regionName = topology.regions[region].name
        cellNames = cells.filter { topology.cells.indices.contains($0.position) }.map {
            topology.cells[$0.position].name
        }
    }
}

extension MeshTopology {
    /// The blueprints that cells of a region have, each once, in their order.
    func blueprints(inRegion region: Int) -> [Blueprint] {
        var isUsed = Array(repeating: false, count: blueprints.count)
        for cell in cells where cell.region == region { isUsed[cell.blueprint] = true }
        return blueprints.indices.filter { isUsed[$0] }.map { blueprints[$0] }
    }
}

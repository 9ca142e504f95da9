import MeshBase

/// The processes that targets stand for: of a region, a zone or the whole mesh its cells, since routers and the control plane
/// serve all of the mesh wherever they run.
package struct TargetList: Sendable, Equatable {
    /// Most targets in one command.
    package static let most = 2_000

    /// What was named, in the order given.
    package private(set) var selectors: [TargetSelector] = []
    /// Each once, in the order given.
    package private(set) var processes: [ProcessName] = []

    /// - Parameters:
    ///   - words: each a target, or several with commas between them.
    /// - Throws: the first that is not there, or is no process.
    package init(_ words: [String], in topology: MeshTopology) throws(UnknownTarget) {
        var seen: Set<ProcessName> = []
        for word in words {
            for part in word.split(separator: ",", omittingEmptySubsequences: false) {
                let selector = try TargetSelector(String(part), in: topology)
                selectors.append(selector)
                for name in try selector.processes(in: topology) where seen.insert(name).inserted {
                    processes.append(name)
                }
            }
        }
    }

    /// The cells alone.
    ///
    /// - Throws: where a router or the control plane is among the targets.
    package func cells(in topology: MeshTopology) throws(UnknownTarget) -> [CellIndex] {
        var cells: [CellIndex] = []
        for process in processes {
            guard process.role == .cell, let cell = topology.cellIndex(named: process.name) else {
                throw UnknownTarget("'\(process)' is no cell", hint: "name cells, zones or regions")
            }
            cells.append(cell)
        }
        return cells
    }
}

extension TargetSelector {
    /// What it stands for where processes are meant: of a place its cells.
    ///
    /// - Throws: for a service.
    package func processes(in topology: MeshTopology) throws(UnknownTarget) -> [ProcessName] {
        switch self {
        case .cell(let name): return [ProcessName(.cell, name)]
        case .router(let name): return [ProcessName(.router, name)]
        case .control: return [.control]
        case .node(let name): return try TargetSelector(name, in: topology).processes(in: topology)
        case .service: throw UnknownTarget("'\(text)' is no process", hint: "name cells, routers, zones or regions")
        case .mesh, .region, .zone:
            return topology.cells.compactMap { cell in
                let region = topology.regions[cell.region]
                let name = ProcessName(.cell, cell.name)
                return contains(name, region: region.name, zone: region.zones[cell.zone]) ? name : nil
            }
        }
    }
}

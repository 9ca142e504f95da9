import Blueprints
import MeshBase
import Topology

/// What `TYPE/NAME`, or a bare name, stands for in a topology.
enum Target: Sendable, Equatable {
    case cell(CellIndex)
    case router(String)
    case control
}

struct TargetFinder {
    let topology: MeshTopology

    /// Kinds that may stand before the slash.
    static let kinds = ["cell", "router", "region", "zone", "control"]

    /// The cells and routers that the names stand for, each once, in the order given; a region or zone stands for
    /// its cells.
    func targets(_ names: [String]) throws -> [Target] {
        var found: [Target] = []
        for name in names {
            for part in name.split(separator: ",") {
                for target in try targets(String(part)) where !found.contains(target) { found.append(target) }
            }
        }
        return found
    }

    /// Cells alone; a router or the control plane is refused.
    func cells(_ names: [String]) throws -> [CellIndex] {
        try targets(names).map { target in
            guard case .cell(let cell) = target else {
                throw CommandFailure(.usage, "'\(name(of: target))' is no cell", hint: "name cells, zones or regions")
            }
            return cell
        }
    }

    /// As the API and `-o name` call it.
    func name(of target: Target) -> String {
        switch target {
        case .cell(let cell): "cell/\(topology.cells[cell.position].name)"
        case .router(let name): "router/\(name)"
        case .control: "control"
        }
    }

    private func targets(_ text: String) throws -> [Target] {
        guard let slash = text.firstIndex(of: "/") else { return try bare(text) }
        let kind = String(text[..<slash])
        let name = String(text[text.index(after: slash)...])
        switch kind {
        case "cell": return [try cell(name)]
        case "router": return [try router(name)]
        case "region": return try region(name)
        case "zone": return try zone(name)
        case "control": return [.control]
        default:
            // REGION/ZONE without its kind.
            if topology.region(named: kind) != nil { return try zone(text) }
            throw unknown("kind", kind, Self.kinds, "kinds are")
        }
    }

    private func bare(_ name: String) throws -> [Target] {
        if name == "control" { return [.control] }
        if let cell = topology.cellIndex(named: name) { return [.cell(cell)] }
        if topology.routers.contains(where: { $0.name == name }) { return [.router(name)] }
        if topology.region(named: name) != nil {
            throw CommandFailure(.usage, "'\(name)' is a region", hint: "all of its cells: region/\(name)")
        }
        throw unknown("cell or router", name, cellNames + topology.routers.map(\.name), "there are")
    }

    private func cell(_ name: String) throws -> Target {
        guard let cell = topology.cellIndex(named: name) else { throw unknown("cell", name, cellNames, "cells are") }
        return .cell(cell)
    }

    private func router(_ name: String) throws -> Target {
        let names = topology.routers.map(\.name)
        guard names.contains(name) else { throw unknown("router", name, names, "routers are") }
        return .router(name)
    }

    private func region(_ name: String) throws -> [Target] {
        guard let region = topology.regions.firstIndex(where: { $0.name == name }) else {
            throw unknown("region", name, topology.regions.map(\.name), "regions are")
        }
        return topology.cells(inRegion: region).map { .cell($0) }
    }

    /// `REGION/ZONE`.
    private func zone(_ path: String) throws -> [Target] {
        let known = topology.regions.flatMap { region in region.zones.map { "\(region.name)/\($0)" } }
        guard known.contains(path) else { throw unknown("zone", path, known, "zones are") }
        return topology.cells.indices.filter { position in
            let cell = topology.cells[position]
            let region = topology.regions[cell.region]
            return "\(region.name)/\(region.zones[cell.zone])" == path
        }.map { .cell(CellIndex($0)) }
    }

    private var cellNames: [String] { topology.cells.map(\.name) }

    private func unknown(_ kind: String, _ name: String, _ known: [String], _ listing: String) -> CommandFailure {
        CommandFailure(
            .usage, "mesh '\(topology.name)' has no \(kind) '\(name)'",
            hint: NearestWord.hint(for: name, among: known, listing: listing))
    }
}

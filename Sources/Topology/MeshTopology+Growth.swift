import MeshBase

/// Why cells cannot join a mesh; nothing was added.
public enum GrowthFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Two cells would bear one name.
    case nameTaken(String)
    /// A region, zone or blueprint that the topology does not have.
    case noSuchPlace(String)
    /// More than a mesh may have.
    case tooMany(Int)
    /// What was added before is missing, or is another cell now.
    case notLonger

    public var description: String {
        switch self {
        case .nameTaken(let name): "there is a cell named \(name) already"
        case .noSuchPlace(let name):
            "cell \(name) lies in a region or zone, or has a blueprint, that the topology lacks"
        case .tooMany(let count): "the mesh would have \(count) cells, and \(TopologyLimits.cells) are the most"
        case .notLonger: "cells that were added before are missing, or are others now"
        }
    }
}

/// Cells that join a mesh while it runs: appended, so that the index of no other cell changes.
extension MeshTopology {
    /// The topology with these cells as all that was added since the founding.
    ///
    /// - Parameter added: begins with what was added before; in the order of their `CellIndex`.
    public func grown(_ added: [Cell]) throws(GrowthFault) -> MeshTopology {
        if let revisions {
            let grown = try withoutRevisions.grown(added)
            // They fitted these blueprints before, and there are no others.
            return (try? grown.revised(revisions)) ?? grown
        }
        guard added.prefix(addedCells).elementsEqual(cells.suffix(addedCells)) else { throw .notLonger }
        let news = added.dropFirst(addedCells)
        guard cells.count + news.count <= TopologyLimits.cells else { throw .tooMany(cells.count + news.count) }
        var names = Set(cells.map(\.name))
        for cell in news {
            guard regions.indices.contains(cell.region), regions[cell.region].zones.indices.contains(cell.zone),
                blueprints.indices.contains(cell.blueprint), TopologyName.isValid(cell.name), cell.weight >= 1
            else { throw .noSuchPlace(cell.name) }
            guard names.insert(cell.name).inserted else { throw .nameTaken(cell.name) }
        }
        var topology = self
        topology.cells += news
        topology.addedCells += news.count
        return topology
    }

    /// Without what was added or replaced since the founding.
    public var asFounded: MeshTopology {
        var topology = withoutRevisions
        topology.cells.removeLast(addedCells)
        topology.addedCells = 0
        return topology
    }

    /// What was added since the founding.
    public var addedSince: [Cell] { Array(withoutRevisions.cells.suffix(addedCells)) }

    /// A further cell of a region: the next free number after its region's name, in the zone that has the fewest, and
    /// otherwise as most cells of the region are.
    ///
    /// - Parameters:
    ///   - region: a position in `regions` that has a cell.
    ///   - zone: a position in its zones; nil for the one with the fewest cells.
    public func furtherCell(in region: Int, zone: Int? = nil) -> Cell {
        let mates = withoutRevisions.cells.filter { $0.region == region }
        func most<Value: Hashable>(_ value: (Cell) -> Value) -> Value? {
            let values = mates.map(value)
            return values.max { a, b in values.count { $0 == a } < values.count { $0 == b } }
        }
        let zones = regions[region].zones.indices
        let emptiest = zones.min { a, b in mates.count { $0.zone == a } < mates.count { $0.zone == b } }
        let names = Set(cells.map(\.name))
        var number = mates.count + 1
        while names.contains("\(regions[region].name)-\(number)") { number += 1 }
        return Cell(
            name: "\(regions[region].name)-\(number)", region: region, zone: zone ?? emptiest ?? 0,
            weight: most(\.weight) ?? 1, blueprint: most(\.blueprint) ?? 0)
    }
}

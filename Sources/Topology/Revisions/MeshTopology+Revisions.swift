import MeshBase

/// Blueprints that are replaced while a mesh runs, cell by cell.
extension MeshTopology {
    /// What a revised topology was before.
    struct Unrevised: Sendable, Equatable {
        var blueprints: [Blueprint]
        /// By cell, its position in `blueprints`.
        var positions: [Int]
        var revisions: BlueprintRevisions
    }

    /// Nil where all cells have the blueprints that they were founded with.
    public var revisions: BlueprintRevisions? { unrevised?.revisions }

    /// The topology with these blueprints in the place of those that it was founded with: the lowest version that cells have
    /// stands where the founding one stood, and each further one is a blueprint more, called `NAME-vNUMBER`.
    public func revised(_ revisions: BlueprintRevisions) throws(RevisionFault) -> MeshTopology {
        var topology = withoutRevisions
        guard !revisions.cells.isEmpty || !revisions.standard.isEmpty else { return topology }
        let before = Unrevised(
            blueprints: topology.blueprints, positions: topology.cells.map(\.blueprint), revisions: revisions)
        for (position, old) in before.blueprints.enumerated() {
            let cells = topology.cells.indices.filter { before.positions[$0] == position }
            let numbers = cells.map { revisions.version(ofCell: topology.cells[$0].name, old.name) }
            let lowest = numbers.min()
            // By version, where its blueprint stands.
            var places = [BlueprintRevisions.founding: position]
            for (cell, number) in zip(cells, numbers) {
                if let place = places[number] {
                    topology.cells[cell].blueprint = place
                    continue
                }
                guard let version = revisions.versions.first(where: { $0.number == number }) else {
                    throw .noSuchVersion(number)
                }
                if let misfit = BlueprintMisfit(of: version.blueprint, in: old) { throw .unlike(old.name, misfit) }
                var blueprint = version.blueprint
                if number == lowest {
                    // It stands where the founding one stood.
                    blueprint.name = old.name
                    places[number] = position
                    topology.blueprints[position] = blueprint
                } else {
                    blueprint.name = "\(old.name)-v\(number)"
                    places[number] = topology.blueprints.count
                    topology.cells[cell].blueprint = topology.blueprints.count
                    topology.blueprints.append(blueprint)
                }
            }
        }
        topology.unrevised = before
        return topology
    }

    /// With the blueprints that its cells were founded with.
    public var withoutRevisions: MeshTopology {
        guard let unrevised else { return self }
        var topology = self
        topology.unrevised = nil
        topology.blueprints = unrevised.blueprints
        for (cell, position) in unrevised.positions.enumerated() { topology.cells[cell].blueprint = position }
        return topology
    }

    /// The blueprints that the mesh was founded with.
    public var foundingBlueprints: [Blueprint] { unrevised?.blueprints ?? blueprints }

    /// The position in `foundingBlueprints` of the one that a cell was founded with.
    ///
    /// - Parameter cell: a position in `cells`.
    public func foundingBlueprint(ofCell cell: Int) -> Int { unrevised?.positions[cell] ?? cells[cell].blueprint }

    /// The positions in `cells` of those that were founded with a blueprint of this name.
    public func cells(foundedWith blueprint: String) -> [Int] {
        cells.indices.filter { foundingBlueprints[foundingBlueprint(ofCell: $0)].name == blueprint }
    }

    /// Which version of its blueprint a cell has; 1 for what it was founded with.
    public func version(of cell: CellIndex) -> Int {
        revisions?.version(
            ofCell: cells[cell.position].name, foundingBlueprints[foundingBlueprint(ofCell: cell.position)].name)
            ?? BlueprintRevisions.founding
    }
}

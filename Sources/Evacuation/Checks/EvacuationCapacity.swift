import MeshBase
import Topology

/// What the cells that take over come to carry, as ratios of their capacity.
public struct EvacuationCapacity: Sendable, Equatable {
    /// Mean use of the cells that take over now, by their weights.
    public let before: Double
    /// The same after the move.
    public let after: Double
    /// after / before of the load: 3/2 where one of three equal regions is left.
    public let factor: Double
    /// The cell with the highest predicted use.
    public let hottest: CellIndex
    /// Its predicted use.
    public let hottestUse: Double
    /// How much may be used: 1 - headroom.
    public let limit: Double
    /// Use from which low priority is shed, the lowest of the cells' blueprints.
    public let lowThreshold: Double
    /// How many living cells take over whose use is unknown.
    public let unknown: Int

    /// The share of requests that find no room below the limit, 0...1: what shedding has to turn away, lowest
    /// priorities first.
    public var excess: Double { after > limit ? 1 - limit / after : 0 }
}

extension EvacuationCapacity {
    /// Nil where no cell that takes over has a known use.
    init?(_ facts: EvacuationFacts, load: LoadPrediction, targets: [CellIndex]) {
        let topology = facts.topology
        let measured = facts.cells.map(\.utilisation)
        let predicted = load.utilisation(after: measured)
        var weights = 0.0
        var before = 0.0
        var after = 0.0
        var hottest: (cell: CellIndex, use: Double)?
        var unknown = 0
        var low = 1.0
        for target in targets {
            low = min(low, topology.blueprint(of: target).shedding.low)
            guard facts.cell(target).isAlive else { continue }
            guard let now = facts.cell(target).utilisation, now.isFinite, predicted.indices.contains(target.position),
                let then = predicted[target.position]
            else {
                unknown += 1
                continue
            }
            let weight = Double(max(topology.cells[target.position].weight, 1))
            weights += weight
            before += weight * now
            after += weight * then
            if then > hottest?.use ?? -1 { hottest = (target, then) }
        }
        guard let hottest, weights > 0 else { return nil }
        self.before = before / weights
        self.after = after / weights
        factor = load.factor
        self.hottest = hottest.cell
        hottestUse = hottest.use
        limit = 1 - topology.evacuation.headroom
        lowThreshold = low
        self.unknown = unknown
    }
}

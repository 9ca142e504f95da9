import MeshBase
import Sharding
import Testing
import Topology

@testable import Evacuation

/// Prediction 3: one of three equal regions is left, and the rest carries 3/2.
@Suite struct LoadPredictionTests {
    @Test(arguments: LoadPrediction.Demand.allCases)
    func threeEqualRegions(demand: LoadPrediction.Demand) {
        let topology = mesh()
        let load = LoadPrediction(topology, demand: demand, placement: Placement(topology), leaving: 0)
        // Over 10 000 customers a third is 3333 +- 47; all shards have a cell in every region.
        #expect(abs(load.factor - 1.5) < 0.04, "\(load.factor)")
        #expect(load.moved == 10_000 && load.withoutCells == 0 && load.customers == 10_000)
        for cell in load.cells {
            if topology.cells[cell.cell.position].region == 0 {
                #expect(cell.before > 0 && cell.after == 0)
            } else {
                // 417 +- 20 customers become 625 +- 25.
                #expect(abs((cell.factor ?? 0) - 1.5) < 0.25, "\(cell)")
            }
        }
        #expect(abs(load.cells.reduce(0) { $0 + $1.before } - 1) < 1e-9)
        #expect(abs(load.cells.reduce(0) { $0 + $1.after } - 1) < 1e-9, "each shard keeps three cells")
    }

    @Test func usesFollowTheFactors() {
        let load = LoadPrediction(mesh(customers: 4)) { number in
            [shard(0, 1), shard(1, 0), shard(2, 0), shard(0, 2)][number - 1]
        } after: { _ in
            shard(1, 2)
        }
        #expect(load.cells[..<3].map(\.before) == [0.5, 0.25, 0.25] && load.cells[1].factor == 4)
        #expect(load.cells[2].after == 0 && load.moved == 4 && load.factor == 4)
        let use = load.utilisation(after: [0.4, 0.2, nil])
        #expect(use[1] == 0.8 && use[2] == nil && use[3] == nil)
        // A cell that served nobody has no factor: all of the load costs 0.6 + 0.2 elsewhere, on top of 0.05.
        let idle = LoadPrediction(mesh(customers: 4)) {
            shard($0 < 4 ? 0 : 1)
        } after: { _ in
            shard(2)
        }
        #expect(idle.cells[2].factor == nil)
        #expect(abs((idle.utilisation(after: [0.6, 0.2, 0.05])[2] ?? 0) - 0.85) < 1e-9)
    }

    /// Customers count as often as they are asked for.
    @Test func popularCustomersWeighMore() {
        let topology = mesh(customers: 3, popularity: .zipf(exponent: 1))
        let load = LoadPrediction(topology) {
            shard($0 - 1)
        } after: {
            shard($0 == 1 ? 1 : $0 - 1)
        }
        // 1, 1/2, 1/3 of 11/6.
        #expect(abs(load.cells[0].before - 6.0 / 11) < 1e-9 && abs((load.cells[1].factor ?? 0) - 3) < 1e-9)
    }

    @Test func customersWithoutCellsAreCounted() {
        let load = LoadPrediction(mesh(customers: 10)) { _ in
            shard(0, 1, 2)
        } after: { number in
            number > 7 ? Shard() : shard(0, 1, 2)
        }
        #expect(load.withoutCells == 3 && load.moved == 3)
        #expect(
            LoadPrediction(mesh(customers: 0)) { _ in
                Shard()
            } after: { _ in
                Shard()
            }.factor == 1)
    }
}

import MeshBase
import Testing
import Topology

@testable import Sharding

/// Preferred targets of an evacuated region: who serves first, and nothing else.
@Suite struct NearbyCellsTests {
    private func topology(near: [String], weighted: Bool = false) -> MeshTopology {
        var topology = mesh(regions: 4, cells: 3, size: 3)
        topology.regions[0].near = near
        if weighted { topology.cells[4].weight = 3 }
        return topology
    }

    private func evacuated(_ topology: MeshTopology, _ regions: [Int]) -> Placement {
        Placement(topology).foreseen { $0.leaving(regions) }
    }

    private func region(_ cell: CellIndex?, _ topology: MeshTopology) -> Int? {
        cell.map { topology.cells[$0.position].region }
    }

    @Test(arguments: [false, true]) func whoWasServedThereIsServedNearby(_ weighted: Bool) {
        let topology = topology(near: ["r3"], weighted: weighted)
        let (before, plain) = (Placement(topology), evacuated(self.topology(near: [], weighted: weighted), [0]))
        let after = evacuated(topology, [0])
        var (moved, nearby) = (0, 0)
        for number in 1...2_000 {
            let customer = CustomerHash(number: number)
            let (was, now, without) = (before.shard(of: customer), after.shard(of: customer), plain.shard(of: customer))
            #expect(Set(now) == Set(without), "the cells that hold a customer are the same")
            #expect(now == after.assignment(of: customer).serving)
            guard region(was.first, topology) == 0 else {
                #expect(now == without, "who was served elsewhere is served as before")
                continue
            }
            moved += 1
            let hasNear = now.contains { region($0, topology) == 2 }
            if hasNear { nearby += 1 }
            #expect((region(now.first, topology) == 2) == hasNear)
            // The others stand in their order.
            #expect(now.filter { region($0, topology) != 2 } == without.filter { region($0, topology) != 2 })
        }
        // All but one region is in each shard of three, so that two in three have a cell nearby at least.
        #expect(moved > 300 && Double(nearby) > 0.6 * Double(moved), "\(nearby) of \(moved)")
    }

    @Test func aRegionThatIsEvacuatedTooIsNoTarget() {
        let topology = topology(near: ["r3"])
        let after = evacuated(topology, [0, 2])
        for number in 1...200 {
            let shard = after.shard(of: CustomerHash(number: number))
            #expect(shard.count == 3 && shard.allSatisfy { [1, 3].contains(topology.cells[$0.position].region) })
        }
    }

    @Test func withNothingEvacuatedNothingChanges() {
        let (named, plain) = (Placement(topology(near: ["r3", "r2"])), Placement(topology(near: [])))
        for number in 1...500 {
            let customer = CustomerHash(number: number)
            #expect(named.shard(of: customer) == plain.shard(of: customer))
        }
    }
}

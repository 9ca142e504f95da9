import MeshBase
import Replication
import Sharding
import Testing
import Topology

@testable import Nodes

@Suite struct RefillRuleTests {
    /// Every set of acknowledging cells that a tier accepts, without the one that lost its disk, meets every set of
    /// cells that a refill reads.
    @Test func whatIsReadMeetsEveryAcknowledgedWrite() {
        for size in 2...9 {
            let rule = RefillRule(tier: .critical, requestTimeout: .seconds(1))
            let write = QuorumRule(tier: .critical).write.of(size)
            let needed = rule.needed(size: size)
            #expect(needed <= size - 1)
            let others = (1 << (size - 1)) - 1
            for read in 0...others where read.nonzeroBitCount == needed {
                for kept in 0...others where kept.nonzeroBitCount == write - 1 {
                    // The former disk was one of those that acknowledged.
                    #expect(read & kept != 0 || write == 1, "size \(size), read \(read), kept \(kept)")
                }
            }
            // One less would not do.
            #expect(needed == 1 || needed - 1 + write - 1 <= size - 1)
        }
    }

    /// How many of a shard may be missing, the cell that lost its disk among them.
    @Test func threeNeedBothOthersAndFiveNeedThreeOfFour() {
        let rule = RefillRule(tier: .critical, requestTimeout: .seconds(1))
        #expect([1, 2, 3, 4, 5].map { rule.mostMissing(size: $0, purpose: .life) } == [0, 1, 1, 2, 2])
        #expect([1, 2, 3, 4, 5].map { rule.mostMissing(size: $0, purpose: .move) } == [0, 0, 1, 1, 2])
    }

    @Test func aTaskIsCoveredWhereNoShardCanLackTooMany() throws {
        let topology = MeshTopology(
            name: "t", seed: 1, regions: (0..<3).map { Region(name: "r\($0)", zones: ["a"]) },
            cells: (0..<9).map { Cell(name: "c\($0)", region: $0 / 3, zone: 0) },
            blueprints: [Blueprint(name: "b", services: [], store: StoreSettings())],
            customers: Customers(count: 10), sharding: ShardingPolicy(size: 3, spread: .region),
            routers: [], control: Control(region: 0))
        let task = RefillTask(.move, PlacementEntry(cohort: 0), Placement(topology), now: .zero)
        func isCovered(_ missing: Int...) -> Bool {
            task.isCovered(most: { $0 - QuorumNeed.majority.of($0) }) { missing.contains($0.position) }
        }
        #expect(task.cells == Set(0..<9))
        // One region may be gone as a whole; of two regions one cell each is too much.
        #expect(isCovered() && isCovered(0) && isCovered(0, 1, 2))
        #expect(!isCovered(0, 3) && !isCovered(0, 1, 2, 8))
    }

    /// Who was filled for its cohort's own move, and is now to be for one customer's, needs that customer's cells alone.
    @Test func whatIsThereAlreadyIsNotReadAgain() throws {
        let topology = MeshTopology(
            name: "t", seed: 1, regions: (0..<3).map { Region(name: "r\($0)", zones: ["a"]) },
            cells: (0..<9).map { Cell(name: "c\($0)", region: $0 / 3, zone: 0) },
            blueprints: [Blueprint(name: "b", services: [], store: StoreSettings())],
            customers: Customers(count: 10), sharding: ShardingPolicy(size: 3, spread: .region),
            routers: [], control: Control(region: 0))
        var placement = Placement(topology)
        var entry = PlacementEntry(cohort: placement.table.cohort(of: CustomerHash("c1")))
        func cells(_ cell: Int, _ filled: Epoch) throws -> Set<UInt16> {
            _ = try placement.install(entry)
            return RefillTask(.move, entry, placement, of: (CellIndex(UInt16(cell)), filled), now: .zero).cells
        }
        try entry.pin(CustomerHash("c1"), from: [CellIndex(0), CellIndex(3)], to: [CellIndex(1), CellIndex(4)])
        #expect(try cells(1, Epoch(0)) == [0, 3], "the one who takes over reads from those who have it")
        #expect(try cells(8, Epoch(0)) == [], "who has no part in it reads nothing")
        try entry.advance(pin: CustomerHash("c1"), .switchOver)
        try entry.advance(pin: CustomerHash("c1"), .release)
        let move = entry.fillMove
        try entry.begin(evacuated: [0])
        #expect(try cells(4, move) == Set(0..<9), "the cohort moves: all of it is read")
        #expect(try cells(4, entry.fillMove).isEmpty)
    }

    @Test func theWaitIsLongerThanAnyRequest() {
        #expect(RefillRule(tier: .critical, requestTimeout: .seconds(5)).wait > .seconds(5))
    }
}

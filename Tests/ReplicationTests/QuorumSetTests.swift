import MeshBase
import Sharding
import Testing
import Topology

@testable import Replication

@Suite struct QuorumSetTests {
    /// More than half of each set, and of no set more than that.
    @Test func twoQuorumsOfNeighbouringStatesMeet() {
        for first in 1...5 {
            for second in 1...5 {
                for shared in 0...min(first, second) {
                    let old = (Positions(1) << Positions(first)) - 1
                    let new = ((Positions(1) << Positions(second)) - 1) << Positions(first - shared)
                    let all = Int((old | new).nonzeroBitCount)
                    let joint = QuorumSet(old, and: new)
                    for members in 0..<(Positions(1) << Positions(all)) where joint.isComplete(members, .majority) {
                        // Whatever is no part of it has a quorum of neither side.
                        let rest = joint.all & ~members
                        #expect(
                            !QuorumSet(old).isComplete(rest, .majority) && !QuorumSet(new).isComplete(rest, .majority))
                    }
                }
            }
        }
    }

    @Test func aShortageNamesTheSetThatLacksMost() {
        let joint = QuorumSet(0b00111, and: 0b11100)
        #expect(joint.all == 0b11111)
        #expect(joint.shortage(0b00011, .majority) == (2, 0))
        #expect(joint.shortage(0b11000, .majority) == (2, 0))
        #expect(QuorumSet(size: 5).shortage(0b1, .majority) == (3, 1))
        #expect(QuorumNeed.count(2).of(1) == 1 && QuorumNeed.majority.of(4) == 3 && QuorumNeed.majority.of(1) == 1)
    }

    @Test(arguments: 1...30)
    func membersAreThoseOfBothShardsEachOnce(seed: UInt64) throws {
        var rng = Generator(seed: seed)
        func shard() -> Shard {
            var shard = Shard()
            for _ in 0...rng.below(15) { shard.append(CellIndex(Int(rng.below(24)))) }
            return shard
        }
        let assignment = Placement.Assignment(epoch: .first, phase: .joint, inForce: shard(), other: shard())
        let members = QuorumMembers(assignment)
        let cells = (0..<members.count).map { members[$0] }
        #expect(
            Set(cells) == Set(Array(assignment.inForce) + Array(assignment.other)) && Set(cells).count == cells.count)
        for (position, cell) in cells.enumerated() {
            #expect(members.position(of: cell) == position)
            #expect((members.quorum.first >> Positions(position) & 1 == 1) == assignment.inForce.contains(cell))
            #expect((members.quorum.second >> Positions(position) & 1 == 1) == assignment.other.contains(cell))
        }
        #expect(members.position(of: CellIndex(99)) == nil)
        var new = assignment
        new.phase = .new
        #expect(QuorumMembers(new).count == assignment.inForce.count && QuorumMembers(new).quorum.second == 0)
    }
}

@Suite struct RecordKeeperTests {
    private let topology = MeshTopology(
        name: "t", seed: 5, regions: (0..<3).map { Region(name: "r\($0)", zones: ["a"]) },
        cells: (0..<9).map { Cell(name: "c\($0)", region: $0 / 3, zone: 0) },
        blueprints: [Blueprint(name: "b", services: [], store: StoreSettings())],
        customers: Customers(count: 10), sharding: ShardingPolicy(size: 3, spread: .region), routers: [],
        control: Control(region: 0))

    /// Random histories of a cohort and of cells that miss parts of them: what a cell keeps it has held without a gap
    /// since it joined that side, and what `mayDrop` says nothing of is kept whole.
    @Test(arguments: 1...60)
    func whatIsKeptWasHeldWithoutAGap(seed: UInt64) throws {
        var rng = Generator(seed: seed, concern: "keeper")
        var entry = PlacementEntry(cohort: 0)
        var history = [entry]
        for _ in 0..<12 {
            var next = entry
            let isDone: Bool =
                switch rng.below(7) {
                case 0, 1: (try? next.begin(evacuated: rng.chance(0.5) ? [Int(rng.below(3))] : [])) != nil
                case 2: (try? next.abort()) != nil
                case 3: (try? next.switchOver()) != nil
                case 4: (try? next.release()) != nil
                case 5: (try? next.reverse()) != nil
                default: (try? next.refence()) != nil
                }
            guard isDone else { continue }
            entry = next
            history.append(entry)
        }
        func placement(_ entry: PlacementEntry) throws -> Placement {
            var table = PlacementTable(cohortCount: 1)
            table.merge(entry)
            return try Placement(topology, table: table)
        }
        let cell = CellIndex(Int(rng.below(9)))
        var at = 0
        while at < history.count - 1 {
            let next = at + 1 + Int(rng.below(UInt64(history.count - 1 - at)))
            let keeper = RecordKeeper(
                cell: cell, previous: history[at], entry: history[next], placement: try placement(history[next]))
            for number in 1...40 {
                let customer = CustomerHash(number: number)
                let held = try (at...next).map { try placement(history[$0]).assignment(of: customer) }
                let isOnSomeSide = { (a: Placement.Assignment) in a.inForce.contains(cell) || a.other.contains(cell) }
                if keeper.keeps(customer) {
                    // It was a member, on some side, in each state between: nothing was missed for ever.
                    #expect(held.allSatisfy(isOnSomeSide), "seed \(seed), from \(at) to \(next)")
                } else if !RecordKeeper.mayDrop(from: history[at], to: history[next]) {
                    #expect(!isOnSomeSide(held[0]), "seed \(seed), from \(at) to \(next)")
                }
            }
            at = next
        }
    }
}

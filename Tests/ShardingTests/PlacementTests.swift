import MeshBase
import Testing
import Topology

@testable import Sharding

@Suite struct PlacementTests {
    @Test(arguments: 0..<100)
    func agreesWithTheDescription(seed: UInt64) {
        var rng = Generator(seed: seed, concern: "reference")
        let topology = randomMesh(&rng)
        let placement = Placement(topology)
        let reference = ReferencePlacement(topology: topology)
        for number in 1...80 {
            let customer = CustomerHash(number: number)
            verify(
                placement.shard(of: customer).map(\.position) == reference.shard(of: customer),
                "seed \(seed), c\(number)")
            verify(placement.geography(of: customer) == reference.geography(of: customer), "seed \(seed)")
        }
    }

    @Test(arguments: 0..<100)
    func agreesWithTheDescriptionWhenCellsAreExcluded(seed: UInt64) {
        var rng = Generator(seed: seed, concern: "exclusion")
        let topology = randomMesh(&rng)
        let placement = Placement(topology)
        let reference = ReferencePlacement(topology: topology)
        for number in 1...60 {
            let customer = CustomerHash(number: number)
            let ratio = rng.unit()
            let dead = topology.cells.indices.filter { _ in rng.chance(ratio) }
            let shard = placement.shard(of: customer, excluding: CellSet(dead.map { CellIndex($0) }))
            verify(
                shard.map(\.position) == reference.shard(of: customer, excluding: Set(dead)), "seed \(seed), c\(number)"
            )
        }
    }

    @Test func agreesWithTheDescriptionOnLargeMeshes() {
        let shapes: [(Int, Int, Int, ShardingPolicy.Spread, Int)] = [
            (4, 250, 8, .cell, 1), (10, 100, 3, .region, 1), (50, 20, 3, .region, 1), (5, 200, 16, .region, 1),
            (30, 33, 4, .zone, 3), (1, 1000, 16, .cell, 1), (100, 10, 5, .zone, 10),
        ]
        for (regions, cells, size, spread, zones) in shapes {
            for weights in [1, 3, 500] {
                var topology = mesh(regions: regions, cells: cells, size: size, spread: spread, zones: zones)
                for cell in topology.cells.indices { topology.cells[cell].weight = UInt32(1 + cell * 7 % weights) }
                let placement = Placement(topology)
                let reference = ReferencePlacement(topology: topology)
                let dead = stride(from: 0, to: 1000, by: 3).map { $0 }
                for number in 1...4 {
                    let customer = CustomerHash(number: number)
                    verify(placement.shard(of: customer).map(\.position) == reference.shard(of: customer))
                    verify(
                        placement.shard(of: customer, excluding: CellSet(dead.map { CellIndex($0) })).map(\.position)
                            == reference.shard(of: customer, excluding: Set(dead)))
                }
            }
        }
    }

    /// Shards that take one cell of each domain: of few and of many cells, where scores are bounded, sieved, or have to decide.
    @Test(arguments: [1, 2, 7, 8, 28, 29, 33, 60, 130, 520])
    func agreesWithTheDescriptionWhereEachDomainGivesOneCell(cells: Int) {
        for regions in [1, 3, 8, 16] where regions * cells <= 2_100 {
            for weighing in 0..<5 {
                var rng = Generator(seed: UInt64(cells * 100 + regions * 10 + weighing), concern: "one each")
                var topology = mesh(regions: regions, cells: cells, size: regions)
                for cell in topology.cells.indices {
                    topology.cells[cell].weight =
                        switch weighing {
                        case 0: 3
                        case 1: UInt32(1 + rng.below(5))
                        case 2: UInt32(1 + rng.below(1_000))
                        case 3: rng.chance(0.05) ? 1_000 : 1
                        default: rng.chance(0.3) ? .max : UInt32(1 + rng.below(3))
                        }
                }
                let placement = Placement(topology)
                let reference = ReferencePlacement(topology: topology)
                for number in 1...max(4, 2_000 / (cells * regions)) {
                    let customer = CustomerHash(number: number)
                    verify(
                        placement.shard(of: customer).map(\.position) == reference.shard(of: customer),
                        "\(regions) x \(cells), weights \(weighing), c\(number)")
                }
            }
        }
    }

    /// What excludes a candidate without its logarithm rests on these.
    @Test func logarithmIsInsideItsBounds() {
        var rng = Generator(seed: 4)
        for number in 0..<20_000 {
            let draw = number < 64 ? ~(UInt64.max >> UInt64(number)) : rng.next() >> rng.below(40)
            let draws = number % 2 == 0 ? draw : ~draw
            let x = Rendezvous.complement(draws)
            verify(x == 1 - Rendezvous.unit(draws))
            let low = Rendezvous.logarithmAtLeast(x)
            let exact = Rendezvous.negativeLogarithm(Rendezvous.unit(draws))
            verify(low <= exact * (1 + 0x1p-40) && exact <= (low + Rendezvous.logarithmExcess(x)) * (1 + 0x1p-40))
        }
    }

    /// No candidate whose draw does not exceed its sieve is better than its domain's limit says.
    @Test func sievesKeepTheirLimits() {
        for weights in [1, 5, 70_000] {
            var topology = mesh(regions: 2, cells: 600, size: 2)
            for cell in topology.cells.indices { topology.cells[cell].weight = UInt32(1 + cell * 7 % weights) }
            let views = Placement(topology).views
            for span in views.spans {
                for position in span.candidates {
                    let odds = views.odds[Int(position)]
                    let score = Rendezvous.negativeLogarithm(Rendezvous.unit(odds.sieve)) * odds.inverse
                    verify(odds.sieve > 0 && score > span.limit)
                }
            }
        }
    }

    @Test func spreadsOverRegions() {
        let topology = mesh(regions: 3, cells: 8, size: 3)
        let placement = Placement(topology)
        for number in 1...2000 {
            let shard = placement.shard(of: CustomerHash(number: number))
            verify(Set(shard.map { topology.cells[$0.position].region }).count == 3)
        }
    }

    @Test func fewerDomainsThanKGiveSeveralCellsEach() {
        let topology = mesh(regions: 2, cells: 6, size: 5)
        let placement = Placement(topology)
        for number in 1...500 {
            let shard = placement.shard(of: CustomerHash(number: number))
            let first = shard.count { topology.cells[$0.position].region == 0 }
            verify(shard.count == 5 && (first == 2 || first == 3))
        }
    }

    @Test func smallMeshesGiveWhatTheyHave() {
        var topology = mesh(regions: 1, cells: 2, size: 3)
        #expect(Placement(topology).shard(of: CustomerHash("c1")).count == 2)
        topology.cells = []
        #expect(Placement(topology).shard(of: CustomerHash("c1")).isEmpty)
        topology = mesh(regions: 3, cells: 1, size: 40, spread: .cell)
        #expect(Placement(topology).shard(of: CustomerHash("c1")).count == 3)
    }

    @Test(arguments: 0..<120)
    func oneCellAddedChangesAtMostOneMemberTowardsIt(seed: UInt64) {
        var rng = Generator(seed: seed, concern: "addition")
        var after = randomMesh(&rng)
        // Which level a geography spreads over may change with a new zone: not part of the promise.
        after.customers.geographies = []
        let added = Int(rng.below(UInt64(after.cells.count)))
        var before = after
        before.cells.remove(at: added)
        let old = Placement(before)
        let new = Placement(after)
        for number in 1...100 {
            let customer = CustomerHash(number: number)
            let was = old.shard(of: customer).map { before.cells[$0.position].name }
            let now = new.shard(of: customer).map { after.cells[$0.position].name }
            let gained = now.filter { !was.contains($0) }
            let dropped = was.filter { !now.contains($0) }
            verify(gained.isEmpty || gained == [after.cells[added].name], "seed \(seed), c\(number)")
            verify(dropped.count <= gained.count, "seed \(seed), c\(number)")
        }
    }

    @Test func theOrderOfCellsInTheFileDoesNotMatter() {
        let topology = mesh(regions: 3, cells: 8, size: 3)
        var shuffled = topology
        var rng = Generator(seed: 7)
        shuffled.cells.shuffle(using: &rng)
        let (a, b) = (Placement(topology), Placement(shuffled))
        for number in 1...500 {
            let customer = CustomerHash(number: number)
            verify(
                a.shard(of: customer).map { topology.cells[$0.position].name }
                    == b.shard(of: customer).map { shuffled.cells[$0.position].name })
        }
    }

    /// These shards must never change: every mesh in use would move its customers.
    @Test func placementIsFrozen() {
        let placement = Placement(mesh(regions: 3, cells: 8, size: 3))
        let shards = (1...4).map { placement.shard(of: CustomerHash(number: $0)).map(\.position) }
        #expect(shards == PlacementTests.frozen, "\(shards)")
    }
    static let frozen = [[10, 6, 21], [2, 20, 13], [8, 19, 1], [18, 8, 5]]

    @Test func customersAreBalanced() {
        for (topology, customers) in [
            (mesh(regions: 3, cells: 8, size: 3), 30_000),
            (mesh(regions: 4, cells: 25, size: 8, spread: .cell), 20_000),
        ] {
            let placement = Placement(topology)
            var counts = Array(repeating: 0, count: topology.cells.count)
            for number in 1...customers {
                for cell in placement.shard(of: CustomerHash(number: number)) { counts[cell.position] += 1 }
            }
            let mean = Double(customers * topology.sharding.size) / Double(counts.count)
            let chiSquare = counts.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
            // Counts without replacement vary less than Poisson's: five standard deviations above is a bound.
            let degrees = Double(counts.count - 1)
            #expect(chiSquare < degrees + 5 * (2 * degrees).squareRoot(), "\(chiSquare) for \(degrees)")
        }
    }

    @Test func everyPairOfCellsIsEquallyLikely() {
        let placement = Placement(mesh(regions: 1, cells: 8, size: 2, spread: .cell))
        var counts: [Int: Int] = [:]
        let customers = 112_000
        for number in 1...customers {
            let shard = placement.shard(of: CustomerHash(number: number))
            // In order: the first and the second are distinguished too.
            counts[shard[0].position * 8 + shard[1].position, default: 0] += 1
        }
        let mean = Double(customers) / 56
        let chiSquare = counts.values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
        #expect(counts.count == 56)
        #expect(chiSquare < 55 + 5 * (2 * 55.0).squareRoot(), "\(chiSquare)")
    }

    @Test func weightsGiveShares() {
        var topology = mesh(regions: 1, cells: 4, size: 1, spread: .cell)
        for cell in 0..<4 { topology.cells[cell].weight = UInt32(cell + 1) }
        let placement = Placement(topology)
        var counts = [0, 0, 0, 0]
        for number in 1...100_000 { counts[placement.shard(of: CustomerHash(number: number))[0].position] += 1 }
        for cell in 0..<4 {
            let p = Double(cell + 1) / 10
            let deviation = (100_000 * p * (1 - p)).squareRoot()
            #expect(abs(Double(counts[cell]) - 100_000 * p) < 4 * deviation, "\(counts)")
        }
    }

    @Test func customerNumbersHashLikeTheirNames() {
        for number in [0, 1, 9, 10, 99, 12_345, 1_000_000_007, Int.max, -1, Int.min] {
            #expect(CustomerHash(number: number) == CustomerHash(Customers.name(number)))
        }
    }

    @Test func logarithmIsAccurate() {
        var rng = Generator(seed: 3)
        for _ in 0..<20_000 {
            let x = Rendezvous.unit(rng.next() >> rng.below(40))
            let ours = Rendezvous.negativeLogarithm(x)
            verify(abs(ours + naturalLogarithm(x)) <= 1e-13 * ours)
        }
        for x in [0x1p-53, 0.5, 1 - 0x1p-53, 0.70710678] {
            verify(abs(Rendezvous.negativeLogarithm(x) + naturalLogarithm(x)) <= 1e-13 * -naturalLogarithm(x))
        }
    }
}

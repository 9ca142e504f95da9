import MeshBase
import Reports
import Sharding
import Testing

@testable import Feed

@Suite struct FeedShapeTests {
    @Test func theShapeHasTheShardsInTheOrderOfHashes() throws {
        let topology = mesh(regions: 3, cells: 2)
        let names = topology.cells.map(\.name)
        let shape = LiveModel(topology, placement: Placement(topology)).shape
        #expect(
            shape.cells.name == names && shape.cells.at == [0, 1, 2, 3, 4, 5] && shape.zones.at == [0, 0, 1, 1, 2, 2])
        #expect(shape.services == ["checkout", "shipping", "rates"] && shape.edges == [[0, 1], [0, 2]])
        let order = try #require(Base64Text.decoded((shape.customers.order ?? "-").utf8))
        let shards = try #require(Base64Text.decoded((shape.customers.shards ?? "-").utf8))
        let numbers = stride(from: 0, to: order.count, by: 2).map { Int(order[$0]) + Int(order[$0 + 1]) << 8 }
        let hashes = numbers.map { CustomerHash(number: $0).rawValue }
        #expect(hashes == hashes.sorted() && Set(numbers) == Set(1...200) && shards.count == 200 * 3 * 2)
        let shard = Placement(topology).shard(of: CustomerHash(number: numbers[7]))
        #expect((0..<3).map { Int(shards[(21 + $0) * 2]) } == shard.map(\.position))
    }
}

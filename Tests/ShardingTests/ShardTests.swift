import Foundation
import MeshBase
import Testing

@testable import Sharding

@Suite struct ShardTests {
    @Test func holdsSixteenCellsEachOnce() {
        var shard = Shard()
        for cell in 0..<16 { shard.append(CellIndex(cell * 100)) }
        #expect(shard.count == 16)
        let seventeenth = shard.append(CellIndex(7))
        #expect(!seventeenth && shard.count == 16)
        #expect(shard.contains(CellIndex(1500)) && !shard.contains(CellIndex(1)))
        var small: Shard = [CellIndex(3)]
        let again = small.append(CellIndex(3))
        #expect(!again && small.count == 1)
        #expect(Shard([CellIndex(1), CellIndex(1)]) == nil)
        #expect(Shard((0..<17).map { CellIndex($0) }) == nil)
        #expect([CellIndex(1), CellIndex(2)] as Shard != [CellIndex(2), CellIndex(1)])
    }

    @Test func shardsAreCoded() throws {
        let shard: Shard = [CellIndex(5), CellIndex(2), CellIndex(65_535)]
        let data = try JSONEncoder().encode(shard)
        #expect(String(decoding: data, as: UTF8.self) == "[5,2,65535]")
        #expect(try JSONDecoder().decode(Shard.self, from: data) == shard)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Shard.self, from: Data("[1,1]".utf8)) }
        let many = Data("[\((0..<17).map { "\($0)" }.joined(separator: ","))]".utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Shard.self, from: many) }
    }

    @Test(arguments: 0..<20)
    func cellSetsAgreeWithSets(seed: UInt64) {
        var rng = Generator(seed: seed, concern: "cell-set")
        var set = CellSet()
        var model: Set<Int> = []
        for _ in 0..<500 {
            let cell = Int(rng.below(1100))
            if rng.chance(0.6) {
                let fits = set.insert(CellIndex(cell))
                verify(fits == (cell < 1024))
                if cell < 1024 { model.insert(cell) }
            } else {
                set.remove(CellIndex(cell))
                model.remove(cell)
            }
            verify(set.contains(CellIndex(cell)) == model.contains(cell), "seed \(seed)")
        }
        verify(set.map(\.position) == model.sorted() && set.count == model.count, "seed \(seed)")
        verify(CellSet(set) == set && !set.isEmpty && CellSet().isEmpty)
    }
}

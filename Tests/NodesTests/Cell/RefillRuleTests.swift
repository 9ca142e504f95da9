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
            let write = QuorumRule(tier: .critical, size: size).write
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

    @Test func aShardOfOneIsNeverCovered() {
        let rule = RefillRule(tier: .critical, requestTimeout: .seconds(1))
        #expect(!rule.isCovered([ShardShape(size: 1, domains: [])]) { _ in false })
        #expect(rule.isCovered([]) { _ in true })
    }

    @Test func threeNeedBothOthersAndFiveNeedThreeOfFour() {
        let rule = RefillRule(tier: .critical, requestTimeout: .seconds(1))
        func shape(_ size: Int) -> ShardShape {
            ShardShape(
                size: size, domains: (1..<size).map { ShardShape.Domain(cells: [CellIndex($0)], most: 1) })
        }
        #expect(rule.isCovered([shape(3)]) { _ in false })
        #expect(!rule.isCovered([shape(3)]) { $0.position == 2 })
        #expect(rule.isCovered([shape(5)]) { $0.position == 2 })
        #expect(!rule.isCovered([shape(5)]) { $0.position <= 2 })
        #expect(!rule.isCovered([shape(5), shape(3)]) { $0.position == 2 })
    }

    @Test func theWaitIsLongerThanAnyRequest() {
        #expect(RefillRule(tier: .critical, requestTimeout: .seconds(5)).wait > .seconds(5))
    }
}

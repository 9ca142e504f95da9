import MeshBase
import Testing

@testable import Membership

@Suite struct GossipQueueTests {
    private func drain(_ queue: inout GossipQueue, most: Int, limit: Int) -> [UInt32] {
        var ids: [UInt32] = []
        while ids.count < most, let entry = queue.take() {
            ids.append(entry.id.rawValue)
            queue.sent(entry)
        }
        queue.finish(limit: limit)
        return ids
    }

    @Test func fewestTellingsFirstAndEachOncePerPacket() {
        var queue = GossipQueue()
        for id in UInt32(0)..<5 { queue.push(MemberID(id), accuser: MemberID(0)) }
        #expect(drain(&queue, most: 3, limit: 2) == [0, 1, 2])
        #expect(drain(&queue, most: 3, limit: 2) == [3, 4, 0])
        #expect(drain(&queue, most: 9, limit: 2) == [1, 2, 3, 4])
        #expect(queue.isEmpty)
    }

    @Test func newerNewsReplacesOlder() {
        var queue = GossipQueue()
        queue.push(MemberID(1), accuser: MemberID(0))
        _ = drain(&queue, most: 1, limit: 10)
        queue.push(MemberID(2), accuser: MemberID(0))
        queue.push(MemberID(1), accuser: MemberID(9))
        #expect(queue.count == 2)
        #expect(drain(&queue, most: 9, limit: 10) == [2, 1])
        queue.remove(MemberID(2))
        #expect(drain(&queue, most: 9, limit: 10) == [1])
    }

    @Test func whatDidNotFitStays() {
        var queue = GossipQueue()
        queue.push(MemberID(1), accuser: MemberID(0))
        queue.giveBack(queue.take()!)
        queue.finish(limit: 1)
        #expect(queue.count == 1)
        #expect(drain(&queue, most: 9, limit: 1) == [1])
        #expect(queue.isEmpty)
    }

    /// Held against a plain list, with little news and with much.
    @Test(arguments: [4, 12, 40, 300] as [UInt64]) func theOrderIsThatOfAPlainList(_ members: UInt64) {
        struct News {
            var id: UInt32
            var told = 0
        }
        var rng = Generator(seed: members)
        var queue = GossipQueue()
        var plain: [News] = []
        for step in 0..<3_000 {
            let context = Comment("members \(members), step \(step)")
            switch rng.below(10) {
            case 0..<5:
                let id = UInt32(rng.below(members))
                queue.push(MemberID(id), accuser: MemberID(0))
                plain.removeAll { $0.id == id }
                plain.append(News(id: id))
            case 5:
                let id = UInt32(rng.below(members))
                queue.remove(MemberID(id))
                plain.removeAll { $0.id == id }
            default:
                let most = 1 + Int(rng.below(6))
                // Stable: those told equally often in the order of their coming.
                let order = plain.enumerated().sorted { ($0.element.told, $0.offset) < ($1.element.told, $1.offset) }
                var taken: [News] = []
                while taken.count < most, let entry = queue.take() {
                    var news = order[taken.count].element
                    #expect(entry.id.rawValue == news.id, context)
                    if rng.chance(0.2) {
                        queue.giveBack(entry)
                    } else {
                        news.told += 1
                        queue.sent(entry)
                    }
                    taken.append(news)
                }
                #expect(taken.count == min(most, plain.count), context)
                queue.finish(limit: 4)
                plain.removeAll { news in taken.contains { $0.id == news.id } }
                plain += taken.filter { $0.told < 4 }
            }
            #expect(queue.count == plain.count, context)
            #expect(queue.isEmpty == plain.isEmpty, context)
        }
    }
}

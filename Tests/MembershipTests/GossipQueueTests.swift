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
}

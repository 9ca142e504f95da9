import MeshBase
import Testing

@testable import UVDriver

@Suite struct StreamShapeTests {
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test func bytesWaitForTheirTimeAndKeepTheirOrder() {
        var shape = StreamShape()
        shape.append(10, at: at(30))
        shape.append(5, at: at(20))
        shape.append(7, at: at(40))
        #expect(shape.counted == 22 && shape.next == at(30))
        shape.release(now: at(25))
        #expect(shape.released == 0, "the second may not overtake the first")
        shape.release(now: at(30))
        #expect(shape.released == 15 && shape.waiting == 7)
        shape.wrote(15)
        shape.release(now: at(1_000))
        #expect(shape.released == 7 && shape.waiting == 0 && shape.next == nil)
    }

    @Test func aLongQueueStaysBoundedAndLosesNothing() {
        var shape = StreamShape()
        let count = StreamShape.mostSegments * 3
        for number in 0..<count { shape.append(1, at: at(Int64(number))) }
        #expect(shape.counted == count)
        shape.release(now: at(100))
        #expect(shape.released == 101)
        shape.release(now: at(Int64(count)))
        #expect(shape.released == count && shape.waiting == 0)
    }

    @Test func theQueueOfDatagramsIsBoundedByCountAndBytes() {
        var queue = DatagramQueue()
        let small = [UInt8](repeating: 1, count: 8)
        for _ in 0..<DatagramQueue.most { #expect(small.withUnsafeBytes { queue.add($0, to: .loopback(1)) } != nil) }
        #expect(small.withUnsafeBytes { queue.add($0, to: .loopback(1)) } == nil)
        #expect(queue.take(3)?.bytes == small)
        #expect(queue.take(3) == nil)
        #expect(small.withUnsafeBytes { queue.add($0, to: .loopback(1)) } == 3)

        var large = DatagramQueue()
        let big = [UInt8](repeating: 1, count: 60_000)
        var taken = 0
        while big.withUnsafeBytes({ large.add($0, to: .loopback(1)) }) != nil { taken += 1 }
        #expect(taken == DatagramQueue.mostBytes / 60_000)
    }
}

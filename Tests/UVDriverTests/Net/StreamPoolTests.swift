import MeshBase
import Testing

@testable import UVDriver

@Suite("Stream pool")
struct StreamPoolTests {
    /// Notes what it is told.
    final class Owner: StreamOwner {
        var connectedCount = 0
        var endedWith: [UVError?] = []
        var drainedCount = 0
        var closedCount = 0
        var onReceived: (StreamPointer) -> Void = { _ in }

        override func connected(_ stream: StreamPointer) { connectedCount += 1 }
        override func received(_ stream: StreamPointer) { onReceived(stream) }
        override func ended(_ stream: StreamPointer, error: UVError?) { endedWith.append(error) }
        override func drained(_ stream: StreamPointer) { drainedCount += 1 }
        override func closed(_ stream: StreamPointer) { closedCount += 1 }
    }

    @Test func aSlotIsGivenOutAgainUnderANewName() throws {
        let loop = try EventLoop()
        let owner = Owner(on: loop)
        let pool = StreamPool(loop: loop, owner: owner, limit: 1, inputLimit: 1000)
        let other = Owner(on: loop)
        let listener = try StreamListener(
            pool: StreamPool(loop: loop, owner: other, limit: 9, inputLimit: 1), bind: .loopback(0))
        let first = try #require(pool.connect(to: listener.local))
        let id = first.pointee.id
        #expect(pool.connect(to: listener.local) == nil && pool.counters.refused == 1)
        try loop.turn { owner.connectedCount == 1 }
        // Something to write, and then a close before it is written.
        first.pointee.output.append("x")
        pool.wrote(first)
        pool.close(first)
        pool.close(first)
        #expect(pool.stream(id) == nil)
        try loop.turn { owner.closedCount == 1 }
        pool.flush()
        #expect(owner.drainedCount == 0)
        let second = try #require(pool.connect(to: listener.local))
        #expect(second == first && second.pointee.id != id && pool.stream(id) == nil)
        let hasOutput = !second.pointee.output.isEmpty
        #expect(!hasOutput)
        try loop.turn { owner.connectedCount == 2 }
        // Its place in the list of the last turn must not speak for the new one.
        second.pointee.output.append("y")
        pool.wrote(second)
        pool.flush()
        #expect(owner.drainedCount == 1)
        pool.closeAll()
        listener.pool.closeAll()
        listener.close()
        loop.run()
        listener.pool.closeAll()
        loop.run()
        #expect(pool.open == 0 && loop.close().isEmpty)
    }

    @Test func aConnectionThatIsRefusedIsReported() throws {
        let loop = try EventLoop()
        let owner = Owner(on: loop)
        let pool = StreamPool(loop: loop, owner: owner, limit: 4, inputLimit: 1000)
        let taken = try StreamListener(pool: pool, bind: .loopback(0))
        let nobody = taken.local
        taken.close()
        loop.run()
        _ = try #require(pool.connect(to: nobody))
        try loop.turn { !owner.endedWith.isEmpty }
        #expect(owner.endedWith.first??.operation == "connect")
        try loop.turn { owner.closedCount == 1 }
        #expect(pool.open == 0 && owner.connectedCount == 0)
        loop.close()
    }

    @Test func aStreamThatIsNotConsumedIsNotReadFrom() throws {
        let loop = try EventLoop()
        let owner = Owner(on: loop)
        let pool = StreamPool(loop: loop, owner: owner, limit: 4, inputLimit: 10_000)
        let listener = try StreamListener(pool: pool, bind: .loopback(0))
        loop.beforeWaiting { pool.flush() }
        let ticker = try LoopTimer(loop: loop) {}
        ticker.start(after: .milliseconds(1), every: .milliseconds(1))
        let client = try TestClient(listener.local)
        var stream: StreamPointer?
        owner.onReceived = { stream = $0 }
        var sent = 0
        for _ in 0..<200 {
            sent += max(0, client.send([UInt8](repeating: 1, count: 8192)))
            loop.runOnce()
        }
        let reader = try #require(stream)
        #expect(reader.pointee.input.count >= 10_000)
        #expect(reader.pointee.input.count < 10_000 + 131_072)
        #expect(reader.pointee.input.count < sent)
        var taken = 0
        try loop.turn {
            taken += reader.pointee.input.count
            pool.consume(reader, reader.pointee.input.count)
            return taken == sent
        }
        ticker.close()
        listener.close()
        pool.closeAll()
        loop.run()
        #expect(loop.close().isEmpty)
    }
}

import MeshBase
import Testing

@testable import UVDriver

/// Streams over Unix sockets, between processes of one host.
@Suite struct LocalStreamTests {
    @Test func whatIsSaidComesAtEitherEndAndSoDoesItsEnd() throws {
        let pair = try StreamPair(try EventLoop(), isLocal: true) { _, _ in }
        // Nothing is told in the call that connects: its caller has not noted the stream yet.
        #expect(pair.stream.pointee.isLocal && pair.peer?.pointee.isLocal == true)
        try pair.loop.turn { pair.isConnected }
        pair.send(Array("ask".utf8))
        try pair.loop.turn { pair.farInput == Array("ask".utf8) }
        pair.answer(Array("told".utf8))
        try pair.loop.turn { pair.nearInput == Array("told".utf8) }
        pair.near.close(pair.stream)
        try pair.loop.turn { pair.farEnd != nil }
        #expect(pair.far.counters.accepted == 1 && pair.far.counters.bytesIn == 3 && pair.far.counters.bytesOut == 4)
        pair.close()
    }

    @Test func moreThanTheKernelHoldsComesWholeAndInOrder() throws {
        let pair = try StreamPair(try EventLoop(), isLocal: true) { _, _ in }
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        pair.send(bytes)
        try pair.loop.turn { pair.farInput.count >= bytes.count }
        #expect(pair.farInput == bytes && !pair.near.hasBacklog)
        pair.close()
    }

    @Test func oneThatIsBrokenEndsAtBothEnds() throws {
        let pair = try StreamPair(try EventLoop(), isLocal: true) { _, _ in }
        try pair.loop.turn { pair.isConnected }
        pair.near.reset(pair.stream)
        try pair.loop.turn { pair.farEnd != nil }
        #expect(pair.nearEnd??.code == -104)
        pair.close()
    }

    @Test func aNameIsHadByOneAndGoesWithIt() throws {
        let loop = try EventLoop()
        let owner = StreamHandlers(on: loop, received: { _ in }, ended: { _, _ in })
        let pool = StreamPool(loop: loop, owner: owner, limit: 4, inputLimit: 100)
        let name = "cellmesh-test/\(UInt64.random(in: 0...(.max)))"
        #expect(pool.connect(toLocal: name) == nil && pool.open == 0)
        let listener = try LocalListener(pool: pool, name: name)
        let error = #expect(throws: UVError.self) { try LocalListener(pool: pool, name: name) }
        #expect(error?.description.contains("address already in use") == true, "\(String(describing: error))")
        #expect(pool.connect(toLocal: name) != nil)
        pool.closeAll()
        listener.close()
        loop.runPending()
        #expect(pool.connect(toLocal: name) == nil)
        #expect(throws: UVError.self) { try LocalListener(pool: pool, name: String(repeating: "x", count: 108)) }
        #expect(pool.connect(toLocal: String(repeating: "x", count: 108)) == nil)
        loop.close()
    }

    @Test func aFullPoolTakesNone() throws {
        let loop = try EventLoop()
        let owner = StreamHandlers(on: loop, received: { _ in }, ended: { _, _ in })
        let (near, far) = (
            StreamPool(loop: loop, owner: owner, limit: 2, inputLimit: 100),
            StreamPool(loop: loop, owner: owner, limit: 1, inputLimit: 100)
        )
        loop.beforeWaiting { near.flush() }
        let name = "cellmesh-test/\(UInt64.random(in: 0...(.max)))"
        let listener = try LocalListener(pool: far, name: name)
        #expect(near.connect(toLocal: name) != nil && near.connect(toLocal: name) != nil)
        #expect(near.connect(toLocal: name) == nil && near.counters.refused == 1)
        try loop.turn { far.counters.refused == 1 }
        #expect(far.open == 1)
        near.closeAll()
        far.closeAll()
        listener.close()
        loop.close()
    }
}

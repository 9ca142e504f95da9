import Chaos
import MeshBase
import Testing

@testable import UVDriver

@Suite struct StreamFaultTests {
    /// The pool of `r1` with one connection to a listener that stands for `e1`.
    private final class Rig: StreamPair {
        let layer: WireLayer

        init() throws {
            let loop = try EventLoop()
            let layer = FaultBench.layer(loop)
            self.layer = layer
            try super.init(loop) { near, _ in layer.adopt(near) }
            near.setPeer(layer.nodes.number(of: "e1")!, of: stream)
        }

        override func closeStreams() {
            super.closeStreams()
            layer.close()
        }
    }

    @Test func delayedBytesAreNeverEarlyAndKeepTheirOrder() throws {
        let rig = try Rig()
        let delay = Delay(base: .milliseconds(4), jitter: .milliseconds(3))
        rig.layer.apply([FaultBench.fault(.latency, delay: delay)])
        let sent = rig.loop.refreshNow()
        for number in 0..<100 {
            rig.send([UInt8(number)])
            rig.loop.runPending()
        }
        try rig.loop.turn { rig.farInput.count == 100 }
        #expect(rig.farInput == (0..<100).map { UInt8($0) })
        #expect(rig.loop.freshNow() - sent >= .milliseconds(1))
        #expect(rig.layer.counters.delayedSegments > 0)
        rig.close()
    }

    @Test func whatComesBackIsNotDelayedHere() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.latency, delay: Delay(base: .seconds(3_000)))])
        rig.send([1])
        rig.answer([2])
        try rig.loop.turn { rig.nearInput == [2] }
        #expect(rig.farInput.isEmpty)
        rig.close()
    }

    @Test func removingAFaultLetsGoOfWhatWaited() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.latency, delay: Delay(base: .seconds(3_000)))])
        rig.send([1])
        rig.turns(3)
        rig.send([2])
        rig.layer.apply([])
        rig.send([3])
        try rig.loop.turn { rig.farInput.count == 3 }
        #expect(rig.farInput == [1, 2, 3])
        rig.close()
    }

    @Test func aCutHoldsBothDirectionsUntilItHeals() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.partition, .cell("e1"), [.router("r1")])])
        rig.send([1])
        rig.answer([2])
        rig.turns(50)
        rig.send([3])
        rig.turns(50)
        #expect(rig.farInput.isEmpty && rig.nearInput.isEmpty && rig.nearEnd == nil)
        #expect(rig.layer.preventsConnection(with: rig.layer.nodes.number(of: "e1")!))
        rig.layer.apply([])
        try rig.loop.turn { rig.farInput.count == 2 && rig.nearInput.count == 1 }
        #expect(rig.farInput == [1, 3] && rig.nearInput == [2])
        rig.close()
    }

    @Test func theEndOfAConnectionIsNotSeenThroughACut() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.blackhole)])
        rig.far.close(rig.peer!)
        rig.turns(50)
        #expect(rig.nearEnd == nil)
        rig.layer.apply([])
        try rig.loop.turn { rig.nearEnd != nil }
        rig.close()
    }

    @Test func aOneWayCutHoldsOneDirection() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.blackhole, .router("r1"), [.cell("e1")], oneWay: true)])
        rig.send([1])
        rig.answer([2])
        try rig.loop.turn { rig.nearInput == [2] }
        #expect(rig.farInput.isEmpty)
        rig.close()
    }

    @Test func aResetIsSeenAtBothEnds() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.reset)])
        rig.send([1])
        try rig.loop.turn { rig.nearEnd != nil && rig.farEnd != nil }
        #expect(rig.nearEnd??.name == "ECONNRESET")
        #expect(rig.farEnd??.name == "ECONNRESET")
        #expect(rig.layer.counters.resets == 1)
        rig.close()
    }

    @Test func bandwidthTakesItsTimeAndLosesNothing() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.bandwidth, bandwidth: 10 << 20)])
        let bytes = (0..<(512 << 10)).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let sent = rig.loop.refreshNow()
        for start in stride(from: 0, to: bytes.count, by: 32 << 10) {
            rig.send(Array(bytes[start..<(start + 32 << 10)]))
            rig.loop.runPending()
        }
        try rig.loop.turn { rig.farInput.count == bytes.count }
        #expect(rig.loop.freshNow() - sent >= .milliseconds(50))
        #expect(rig.farInput == bytes)
        rig.close()
    }

    @Test func moreThanTheKernelTakesGoesOutInOrder() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.latency, delay: Delay(base: .milliseconds(1)))])
        let bytes = (0..<(24 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        rig.send(bytes)
        rig.turns(2)
        rig.send([1, 2, 3])
        try rig.loop.turn { rig.farInput.count == bytes.count + 3 }
        #expect(rig.farInput == bytes + [1, 2, 3])
        rig.close()
    }

    @Test func clientsAreNotTouched() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.blackhole, .router("r1"))])
        let client = rig.near.connect(to: rig.listener.local)!
        client.pointee.output.append([9])
        rig.near.wrote(client)
        try rig.loop.turn { rig.farInput == [9] }
        rig.close()
    }
}

import Chaos
import MeshBase
import Testing

@testable import UVDriver

@Suite struct DatagramFaultTests {
    /// The layer of `r1` with a socket, and a socket that stands for `e1`.
    private final class Rig {
        let loop: EventLoop
        let layer: WireLayer
        var sender: UDPSocket!
        var receiver: UDPSocket!
        var arrivals: [(bytes: [UInt8], at: Instant)] = []

        init(boot: UInt32 = 1) throws {
            loop = try EventLoop()
            layer = FaultBench.layer(loop, boot: boot)
            sender = try UDPSocket(loop: loop, bind: .loopback(0)) { _, _ in }
            receiver = try UDPSocket(loop: loop, bind: .loopback(0), receiveBuffer: 1 << 20) {
                [unowned self] _, bytes in
                arrivals.append((Array(bytes), loop.freshNow()))
            }
            layer.transmit = { [unowned self] in _ = sender.send(to: $0, $1) }
            layer.learn("e1", gossip: receiver.local)
        }

        func send(_ bytes: [UInt8]) { bytes.withUnsafeBytes { layer.send($0, to: receiver.local) } }

        func close() {
            layer.close()
            sender.close()
            receiver.close()
            loop.close()
        }
    }

    @Test func nothingIsActiveWithoutAFaultForThisNode() throws {
        let rig = try Rig()
        #expect(!rig.layer.isActive)
        #expect(rig.layer.apply([FaultBench.fault(.partition, .cell("e1"), [.cell("w1")])]) == [])
        #expect(!rig.layer.isActive)
        #expect(rig.layer.apply([FaultBench.fault(.partition, .cell("e1"), [.router("r1")])]) == ["f1"])
        #expect(rig.layer.isActive)
        rig.layer.apply([])
        #expect(!rig.layer.isActive)
        rig.close()
    }

    @Test func aDelayedDatagramIsNeverEarlyAlsoBelowAMillisecond() throws {
        let rig = try Rig()
        let delay = TimeAmount.microseconds(700)
        rig.layer.apply([FaultBench.fault(.latency, delay: Delay(base: delay))])
        for number in 0..<20 {
            let sent = rig.loop.refreshNow()
            rig.send([UInt8(number)])
            try rig.loop.turn { rig.arrivals.count == number + 1 }
            #expect(rig.arrivals[number].at - sent >= delay)
        }
        #expect(rig.layer.counters.delayedDatagrams == 20)
        rig.close()
    }

    @Test func jitterMayReorderDatagrams() throws {
        let rig = try Rig()
        let delay = Delay(base: .milliseconds(5), jitter: .milliseconds(5))
        rig.layer.apply([FaultBench.fault(.latency, delay: delay)])
        for number in 0..<50 { rig.send([UInt8(number)]) }
        try rig.loop.turn { rig.arrivals.count == 50 }
        let order = rig.arrivals.map { $0.bytes[0] }
        #expect(order != order.sorted(), "seed 42")
        #expect(order.sorted() == (0..<50).map { UInt8($0) })
        rig.close()
    }

    @Test func aShareIsLostAndAShareArrivesTwice() throws {
        let rig = try Rig(boot: 3)
        rig.layer.apply([
            FaultBench.fault(.loss, rate: 0.3, id: "f1"), FaultBench.fault(.duplicate, rate: 0.5, id: "f2"),
        ])
        let count = 2_000
        for number in 0..<count {
            rig.send([UInt8(number & 255)])
            if number % 50 == 0 { rig.loop.runPending() }
        }
        let lost = Int(rig.layer.counters.lostDatagrams)
        let twice = Int(rig.layer.counters.duplicatedDatagrams)
        // Five standard deviations: 20.5 and 18.7.
        #expect(abs(lost - 600) < 103, "boot 3: \(lost)")
        #expect(abs(twice - 700) < 94 + 52, "boot 3: \(twice)")
        try rig.loop.turn { rig.arrivals.count >= count - lost + twice }
        #expect(rig.arrivals.count == count - lost + twice)
        rig.close()
    }

    @Test func aCutStopsBothDirectionsAndWhatWaited() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.latency, delay: Delay(base: .milliseconds(20)))])
        rig.send([1])
        rig.layer.apply([FaultBench.fault(.partition, .router("r1"), [.region("east")])])
        rig.send([2])
        #expect(!rig.layer.hears(rig.receiver.local))
        #expect(rig.layer.hears(.loopback(9)), "an address that is nobody's")
        try rig.loop.turn { rig.layer.counters.cutSent == 2 }
        #expect(rig.arrivals.isEmpty)
        rig.layer.apply([FaultBench.fault(.latency, delay: Delay(base: .milliseconds(1)))])
        rig.send([3])
        try rig.loop.turn { rig.arrivals.count == 1 }
        #expect(rig.arrivals[0].bytes == [3])
        rig.close()
    }

    @Test func oneWayCutsStopOneDirection() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.partition, .cell("e1"), [.router("r1")], oneWay: true)])
        rig.send([1])
        try rig.loop.turn { rig.arrivals.count == 1 }
        #expect(!rig.layer.hears(rig.receiver.local))
        rig.close()
    }

    @Test func aNodeThatMovesTakesItsFaultsAlong() throws {
        let rig = try Rig()
        rig.layer.apply([FaultBench.fault(.blackhole)])
        #expect(!rig.layer.hears(rig.receiver.local))
        let old = rig.receiver.local
        rig.layer.learn("e1", gossip: .loopback(9))
        #expect(rig.layer.hears(old))
        #expect(!rig.layer.hears(.loopback(9)))
        rig.close()
    }
}

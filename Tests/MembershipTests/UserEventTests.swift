import MeshBase
import Testing

@testable import Membership

@Suite struct UserEventTests {
    private func raise(_ network: inout TestNetwork, _ name: String, by node: String = "n000", bytes: Int = 3) {
        network.handle(.userEvent(name: name, payload: [UInt8](repeating: 1, count: bytes)), network.node(node))
    }

    @Test func everybodyHearsOnce() {
        var network = TestNetwork(seed: 5)
        network.startMesh(30)
        network.loss = 0.1
        for name in ["deploy", "drain", "deploy"] { raise(&network, name) }
        raise(&network, "reply", by: "n007")
        network.run(for: .seconds(3))
        for node in network.living {
            let heard = node.events.map(\.name).sorted()
            let expected =
                switch node.swim.name {
                case "n000": ["reply"]
                case "n007": ["deploy", "deploy", "drain"]
                default: ["deploy", "deploy", "drain", "reply"]
                }
            #expect(heard == expected, "\(node.swim.name)")
            #expect(node.swim.counters.userEventsRefused == 0)
        }
        // And then there is silence about them.
        let sent = network.living.reduce(0) { $0 + $1.swim.counters.sent[.userEvent] }
        network.run(for: .seconds(3))
        #expect(network.living.reduce(0) { $0 + $1.swim.counters.sent[.userEvent] } == sent)
    }

    /// An answer to an event is later than it.
    @Test func timesAreLamports() throws {
        var network = TestNetwork(seed: 6)
        network.startMesh(4)
        for _ in 0..<5 { raise(&network, "cause") }
        network.run(for: .seconds(1))
        raise(&network, "effect", by: "n003")
        network.run(for: .seconds(1))
        let heard = network.node("n001").events
        let effect = try #require(heard.first { $0.name == "effect" })
        #expect(heard.filter { $0.name == "cause" }.allSatisfy { $0.time < effect.time })
    }

    @Test func whatIsTooLongIsRefused() {
        var bench = Bench(peers: 2)
        bench.handle(.userEvent(name: "", payload: []))
        bench.handle(.userEvent(name: String(repeating: "x", count: 64), payload: []))
        bench.handle(.userEvent(name: "x", payload: [UInt8](repeating: 0, count: 513)))
        #expect(bench.swim.counters.userEventsRefused == 3)
        bench.handle(.userEvent(name: "x", payload: [UInt8](repeating: 0, count: 512)))
        bench.advance(.milliseconds(100))
        #expect(bench.sink.sent.contains { $0.1.kind == .userEvent })
        #expect(bench.sink.sent.allSatisfy { $0.1.encodedSize <= SWIMConfiguration.local.largestPacket })
    }

    /// Neither what is told nor what is remembered grows, and what has been forgotten is not heard again.
    @Test func everythingIsBounded() {
        var log = UserEventLog()
        var events: [UserEvent] = []
        for number in 0..<2_000 {
            let event = UserEvent(time: UInt64(number + 1), origin: "a", name: "e", payload: [])
            events.append(event)
            let isNew = log.note(event)
            #expect(isNew)
            let hasRoom = log.tell(event)
            #expect(hasRoom == (number < UserEventLog.mostTold))
        }
        let again = events.count { event in log.note(event) }
        #expect(again == 0)
        var told = 0
        while log.isTelling { told += log.take(3, limit: 4).count }
        #expect(told == 4 * UserEventLog.mostTold)
        let isLateNew = log.note(UserEvent(time: .max, origin: "a", name: "e", payload: []))
        #expect(!isLateNew)
        #expect(log.clock == 2_000)
    }
}

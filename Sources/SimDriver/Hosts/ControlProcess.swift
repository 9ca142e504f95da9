import Membership
import MeshBase
import Nodes

/// The control plane's member in the simulation.
final class ControlProcess: SimProcess {
    private var node: ControlNode

    override init(_ simulation: Simulation, _ machine: SimMachine, connections: Int = 1) {
        // The configuration was checked when the simulation was made.
        node = try! ControlNode(simulation.gossip(of: machine))
        super.init(simulation, machine, connections: connections)
    }

    private var outbox: ControlOutbox { ControlOutbox(process: self) }

    override func start() {
        var outbox = outbox
        node.start(seeds: simulation.seeds(for: machine), now: now, into: &outbox)
    }
    override func wake() {
        var outbox = outbox
        node.wake(now: now, into: &outbox)
        drain()
    }
    override func nextDeadline() -> Instant? { node.nextDeadline() }
    override func received(datagram: UnsafeRawBufferPointer, from: Endpoint) {
        var outbox = outbox
        node.handle(datagram: datagram, from: from, now: now, into: &outbox)
        drain()
    }
    override func listens(at endpoint: Endpoint) -> Bool { false }
    override var swim: SWIM? { node.gossip.swim }
    override func leave() {
        var outbox = outbox
        node.leave(now: now, into: &outbox)
    }

    private func drain() {
        while node.nextChange() != nil {}
    }
}

/// Carries out what a control node orders.
private struct ControlOutbox: GossipSink {
    unowned(unsafe) let process: ControlProcess

    mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
        process.simulation.send(datagram, from: process.machine, to: endpoint)
    }
    mutating func persist(incarnation: UInt32) { process.machine.incarnation = incarnation }
    mutating func emit(_ event: NodeEvent) { process.simulation.observe(event, by: process.machine) }
}

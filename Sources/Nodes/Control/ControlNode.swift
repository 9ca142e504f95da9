import Membership
import MeshBase

/// The control plane's own node: a member that watches the others. It is on no request's path.
package struct ControlNode: ~Copyable {
    /// The driver speaks to it of keys and streams too.
    package var gossip: GossipPort

    package init(_ configuration: GossipConfiguration) throws(GossipPort.Invalid) {
        gossip = try GossipPort(configuration)
    }

    package mutating func nextDeadline() -> Instant { gossip.nextDeadline() ?? .distantFuture }

    package mutating func start(seeds: [Endpoint], now: Instant, into sink: inout some GossipSink) {
        gossip.start(seeds: seeds, now: now, into: &sink)
    }

    /// Seeks the mesh through further members.
    package mutating func join(seeds: [Endpoint], now: Instant, into sink: inout some GossipSink) {
        gossip.join(seeds: seeds, now: now, into: &sink)
    }

    package mutating func handle(
        datagram: UnsafeRawBufferPointer, from: Endpoint, now: Instant, into sink: inout some GossipSink
    ) {
        gossip.handle(datagram: datagram, from: from, now: now, into: &sink)
    }

    package mutating func wake(now: Instant, into sink: inout some GossipSink) { gossip.wake(now: now, into: &sink) }
    package mutating func leave(now: Instant, into sink: inout some GossipSink) { gossip.leave(now: now, into: &sink) }

    /// The next change of another member that has not been looked at yet.
    package mutating func nextChange() -> MemberChange? { gossip.nextChange() }
}

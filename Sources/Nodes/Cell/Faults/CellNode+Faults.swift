import Chaos
import MeshBase
import Wire

/// How a cell fails without being down: a zombie reads and answers nothing, a liar fails a share of what it is asked, and what is
/// slow holds work back. Gossip goes on with all of them.
extension CellNode {
    /// Replaces the faults in force.
    package mutating func strike(_ effect: CellEffect, now: Instant) {
        affliction.replace(effect, now: now)
        graph.faults.slowness = effect.slowness
        graph.memory.hold(effect.ballast)
    }

    /// Bytes that a fault holds of the declared memory, whether or not anybody counts what work takes of it.
    package var ballast: Int {
        CellMemory.ballast(affliction.effect.ballast, of: topology.blueprint(of: cell).memory ?? 0)
    }

    /// Whether a request over HTTP is read and never answered.
    package mutating func swallows(now: Instant) -> Bool { affliction.swallows(now: now) }

    /// Whether a service call over HTTP fails.
    package mutating func lies() -> Bool { affliction.isActive && affliction.lies() }

    /// Batches of orders that the driver has held back, since it last said.
    package mutating func storeWasSlow(_ batches: UInt64) { affliction.slowed(batches) }

    /// What faults on the cell have struck.
    package var cellFaults: CellFaultCounters {
        var counters = affliction.counters
        counters.slow &+= graph.faults.slowed
        counters.starved = graph.starved
        return counters
    }

    /// What becomes of a frame while a fault is in force.
    ///
    /// - Returns: whether nothing else is to be done with it.
    mutating func isStruck(
        _ head: FrameHead, link: ConnectionID, now: Instant, into sink: inout some CellSink
    ) -> Bool {
        if affliction.swallows(now: now) { return true }
        switch head.kind {
        case .serviceCall where affliction.lies():
            var reply = FrameHead(
                kind: .reply, status: 500, request: head.request, customer: head.customer, epoch: head.epoch)
            reply.attempt = head.attempt
            sink.reply(reply, to: link, note: .empty, body: .empty)
            return true
        case .recordVersion, .recordRead, .recordWrite:
            guard affliction.lies() else { return false }
            refuse(.frame(link, request: head.request), .storeBroken, head, into: &sink)
            return true
        default: return false
        }
    }
}

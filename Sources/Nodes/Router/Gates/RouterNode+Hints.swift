import MeshBase
import Resilience
import Wire

/// What cells say of their services before calls of them fail (C12).
extension RouterNode {
    /// Something that a service of this cell needs was cut off there, or no longer is: its gate here is told.
    mutating func hinted(
        _ frame: borrowing FrameView, by cell: CellIndex, now: Instant, into sink: inout some RouterSink
    ) {
        let slot = gates.slot(ofService: StableHash.hash(frame.body))
        let gate = gates.known(cell, slot)
        // Without a gate nothing was called there.
        guard gate >= 0 else { return }
        let until = now + .milliseconds(Int64(frame.head.deadline))
        // Cells of before name no cause; nor is one kept that no blueprint has.
        let cause = UInt16(exactly: gates.slot(ofService: StableHash.hash(frame.note))) ?? Breaker.unknownCause
        let change = gates.gates[gate].breaker.influence(
            Double(frame.head.status) / 1000, by: cause, until: until, policy(ofGate: gate).breaker, now: now)
        if let change { tell(change, gate: gate, into: &sink) }
    }

    /// The service that was cut off in the gate's cell and bears on the gate now; nil where none does.
    func causeOfInfluence(on gate: Int, now: Instant) -> String? {
        gates.gates[gate].breaker.influencedBy(now: now).map { gates.names[Int($0)] }
    }
}

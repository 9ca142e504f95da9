import CLibUV
import Chaos
import MeshBase

extension StreamPool {
    /// Names the node at the other end of a mesh link, so that faults strike it.
    package func setPeer(_ number: Int, of stream: StreamPointer) {
        guard let wire, stream.pointee.peer != Int32(number) else { return }
        stream.pointee.peer = Int32(number)
        if wire.isActive { wire.attach(stream) }
    }

    /// Writes what a fault has let go of; the rest waits in the output buffer.
    func writeShaped(_ slot: StreamPointer) {
        guard let wire else { return }
        let now = loop.now()
        let fresh = slot.pointee.output.count - slot.pointee.shape.counted
        // What is written into a cut is decided when it ends, as if it were sent again then.
        if slot.pointee.shape.isCut { return }
        if fresh > 0 {
            switch wire.judge(slot.pointee.peer, fresh, now: now) {
            case .reset: return reset(slot)
            case .arrives(let at): slot.pointee.shape.append(fresh, at: at)
            }
        }
        slot.pointee.shape.release(now: now + WireLayer.slack)
        if let next = slot.pointee.shape.next { wire.wakeStream(slot, at: next) }
        guard !slot.pointee.isWriting else { return }
        let due = slot.pointee.shape.released
        guard due > 0 else { return finishWriting(slot) }
        writeFirst(due, of: slot)
    }
}

import MeshBase
import Nodes
import Wire

/// A cell's links to other cells, open while it refills itself.
final class PeerLinks: CellLinks {
    var node: UnsafeMutablePointer<CellNode>!
    var io: UnsafeMutablePointer<CellIO>!
    /// Runs while there is a link.
    private var timer: LoopTimer?

    private static let sweepInterval = TimeAmount.milliseconds(500)

    override func handle(frame: borrowing FrameView, from cell: CellIndex, now: Instant) {
        node.pointee.handle(answer: frame, from: cell, now: now, into: &io.pointee)
    }

    override func open(_ cell: CellIndex, at endpoint: Endpoint) {
        super.open(cell, at: endpoint)
        guard timer == nil else { return }
        timer = try? LoopTimer(loop: loop) { [unowned self] in
            sweep()
            guard isIdle else { return }
            timer?.close()
            timer = nil
        }
        timer?.start(after: Self.sweepInterval, every: Self.sweepInterval)
    }

    func closeAll() {
        timer?.close()
        timer = nil
        pool.closeAll()
    }
}

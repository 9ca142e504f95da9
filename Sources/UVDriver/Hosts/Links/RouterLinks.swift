import MeshBase
import Nodes
import Wire

/// The router's links to its cells.
final class RouterLinks: CellLinks {
    var node: UnsafeMutablePointer<RouterNode>!
    var io: UnsafeMutablePointer<RouterIO>!

    override func handle(frame: borrowing FrameView, from cell: CellIndex, now: Instant) {
        node.pointee.handle(frame: frame, from: cell, now: now, into: &io.pointee)
    }
}

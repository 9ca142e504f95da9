import MeshBase

/// One call of an edge, from its begin to what its caller gets from it. A caller may have several out at once; each
/// attempt is an invocation of the callee, known by its token.
struct EdgeCall: Sendable {
    enum Purpose: Sendable, Equatable {
        /// The call that the caller's work needs.
        case call
        /// Undoing one that succeeded.
        case compensation
    }
    let parent: SlabKey
    /// Which of the caller's edges.
    let edge: Int
    let purpose: Purpose
    /// The invocation that works on it, while it does.
    var child: SlabKey?
    /// Of the attempt that is out; what comes with another is of one that was given up.
    var token: UInt8 = 0
}

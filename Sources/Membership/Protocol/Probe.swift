import MeshBase

/// A probe under way.
struct Probe {
    let target: MemberID
    /// Of the target when it was pinged.
    let incarnation: UInt32
    let sequence: UInt32
    /// Made beside the one of the round because the target is in doubt; says nothing of this node's own health.
    let isExtra: Bool
    /// The relays that were asked; nil while the direct ping may still be answered in time.
    var relays: [MemberID]?
    /// Nacks that came, and who sent them.
    var nacks = 0
    var nackedBy: [MemberID] = []
}

/// A ping made for another member.
struct Relay {
    let requester: Endpoint
    /// The requester's own sequence.
    let sequence: UInt32
    let target: String
    var nacked = false
}

import MeshBase

/// The probe under way.
struct Probe {
    let target: MemberID
    let sequence: UInt32
    /// How many relays were asked; nil while the direct ping may still be answered in time.
    var relaysAsked: Int?
    var nacks = 0
}

/// A ping made for another member.
struct Relay {
    let requester: Endpoint
    /// The requester's own sequence.
    let sequence: UInt32
    let target: String
    var nacked = false
}

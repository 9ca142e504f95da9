import MeshBase

/// A suspicion under way.
struct Suspicion {
    var timeout: SuspicionTimeout
    var began: Instant
    /// The first accuser and those who confirmed, at most `timeout.expected` + 1.
    var accusers: [MemberID]

    /// When it becomes a death.
    var end: Instant { began + timeout.total(confirmations: accusers.count - 1) }

    /// Whether an accusation of this member would shorten it.
    func isOpen(to accuser: MemberID) -> Bool {
        accusers.count <= timeout.expected && !accusers.contains(accuser)
    }
}

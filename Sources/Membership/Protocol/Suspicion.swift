import MeshBase

/// A suspicion under way.
struct Suspicion {
    var timeout: SuspicionTimeout
    var began: Instant
    /// The first accuser and those who confirmed, at most `timeout.expected` + 1.
    private(set) var accusers: [MemberID]
    /// No accuser more would shorten it.
    private var isClosed: Bool

    init(timeout: SuspicionTimeout, began: Instant, accuser: MemberID) {
        self.timeout = timeout
        self.began = began
        accusers = [accuser]
        isClosed = timeout.expected < 1
    }

    mutating func confirm(by accuser: MemberID) {
        accusers.append(accuser)
        isClosed = accusers.count > timeout.expected
    }

    /// When it becomes a death.
    var end: Instant { began + timeout.total(confirmations: accusers.count - 1) }

    /// Whether an accusation of this member would shorten it.
    func isOpen(to accuser: MemberID) -> Bool {
        !isClosed && !accusers.contains(accuser)
    }
}

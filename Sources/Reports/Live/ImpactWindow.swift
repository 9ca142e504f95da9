/// When a router saw customers come to harm: from when on, and until when, counted back from now in milliseconds.
package struct ImpactWindow: Sendable, Equatable {
    /// It goes on.
    package var isOpen: Bool
    /// How long it lasts, or lasted; negative counts as zero.
    package var length: Int64
    /// How long ago it ended; nil while it goes on, and where nobody says.
    package var ended: Int64?

    /// As a router tells it.
    package init(isOpen: Bool, length: Int64, ended: Int64? = nil) {
        self.isOpen = isOpen
        self.length = max(length, 0)
        self.ended = isOpen ? nil : ended.map { max($0, 0) }
    }

    /// What follows a fault and lasts so long, in milliseconds, is a fault of its own. The end of one has consequences for a
    /// moment, such as members that are declared dead by news of before.
    package static let lasting: Int64 = 4_000
    /// What comes so soon after a fault, in milliseconds, follows it.
    package static let recovery: Int64 = 10_000

    /// Which of some windows are of one fault: of the one that goes on, or else of the one that ended last. Those that were over
    /// before it began are of another, and so is the aftermath of a longer one that some other router saw.
    package static func current(_ windows: [ImpactWindow]) -> [Bool] {
        let counts = windows.map { window in !windows.contains { window.isAftermath(of: $0) } }
        let left = zip(windows, counts).filter(\.1).map(\.0)
        let begun: Int64
        if let longest = left.filter(\.isOpen).map(\.length).max() {
            begun = longest
        } else if let last = left.filter({ $0.ended != nil }).min(by: { $0.ended! < $1.ended! }) {
            begun = last.ended! &+ last.length
        } else {
            return counts
        }
        return zip(windows, counts).map { window, isLeft in
            guard isLeft, !window.isOpen, let ended = window.ended else { return isLeft }
            return ended <= begun
        }
    }

    /// Whether it is short and began when another, longer one, had just ended.
    private func isAftermath(of other: ImpactWindow) -> Bool {
        guard length < Self.lasting, other.length > length, let over = other.ended, isOpen || ended != nil else {
            return false
        }
        let begun = (ended ?? 0) &+ length
        return begun <= over && over &- begun < Self.recovery
    }
}

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

    /// Which of some windows are of one fault: of the one that goes on, or else of the one that ended last. Those that were over
    /// before it began are of another.
    package static func current(_ windows: [ImpactWindow]) -> [Bool] {
        let open = windows.filter(\.isOpen)
        let begun: Int64
        if let longest = open.map(\.length).max() {
            begun = longest
        } else if let last = windows.filter({ $0.ended != nil }).min(by: { $0.ended! < $1.ended! }) {
            begun = last.ended! &+ last.length
        } else {
            return windows.map { _ in true }
        }
        return windows.map { window in
            guard !window.isOpen, let ended = window.ended else { return true }
            return ended <= begun
        }
    }
}

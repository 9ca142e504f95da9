import Reports

/// What a reader of the feed knows: states and deltas in their order make one state.
package struct DeltaReader: Sendable {
    /// Why a message cannot be read; the state is as it was, and the reader asks again from its number on.
    package enum Problem: Error, Equatable, CustomStringConvertible {
        /// A delta came before any state.
        case noState
        /// Deltas are missing in between.
        case gap(has: UInt64, got: UInt64)
        /// There is no such cell.
        case unknownCell(Int)

        package var description: String {
            switch self {
            case .noState: "a change came before any state"
            case .gap(let has, let got): "changes \(has + 1) to \(got - 1) are missing"
            case .unknownCell(let cell): "there is no cell \(cell)"
            }
        }
    }

    /// Nil before the first state.
    package private(set) var state: FeedState?

    /// Knows nothing.
    package init() {}

    /// Takes a message; those that are about no state change nothing, nor does a delta that was read before.
    package mutating func take(_ message: FeedMessage) throws(Problem) {
        switch message {
        case .state(let state): self.state = state
        case .delta(let delta):
            guard let state else { throw .noState }
            guard delta.seq > state.seq else { return }
            guard delta.seq == state.seq + 1 else { throw .gap(has: state.seq, got: delta.seq) }
            if let cell = delta.cells?.i.first(where: { $0 < 0 || $0 >= state.cells.count }) {
                throw .unknownCell(cell)
            }
            self.state?.take(delta)
        case .hello, .shape, .event, .detail, .bye: break
        }
    }
}

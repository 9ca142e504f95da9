import MeshBase

/// Which decree: a value that changes one step at a time by consensus among the deciders.
public enum DecreeName: Sendable, Hashable {
    /// Who the deciders are: a `DeciderSet`.
    case deciders
    /// The evacuation under way.
    case plan
    /// The entry of a cohort, 0..<`cohortLimit`.
    case cohort(Int)
    /// The identity of a cell's store.
    case cell(CellIndex)

    /// A mesh has at most so many cohorts.
    public static let cohortLimit = 1024

    /// The name as a number, the same in every release: the kind in the upper, the index in the lower sixteen bits.
    public var code: UInt32 {
        switch self {
        case .deciders: return 0
        case .plan: return 1 << 16
        case .cohort(let cohort):
            precondition(cohort >= 0 && cohort < DecreeName.cohortLimit, "cohort \(cohort) has no decree")
            return 2 << 16 | UInt32(cohort)
        case .cell(let cell): return 3 << 16 | UInt32(cell.rawValue)
        }
    }

    /// Nil for a number that is no name's.
    public init?(code: UInt32) {
        let index = Int(code & 0xFFFF)
        switch (code >> 16, index) {
        case (0, 0): self = .deciders
        case (1, 0): self = .plan
        case (2, 0..<DecreeName.cohortLimit): self = .cohort(index)
        case (3, _): self = .cell(CellIndex(UInt16(index)))
        default: return nil
        }
    }
}

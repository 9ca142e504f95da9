import MeshBase

/// What `recordList` and `recordFetch` ask for, in the head of their frames: a cohort at one version of its entry.
package struct ListQuestion: Sendable, Equatable {
    package var cohort: Int
    /// Of its entry; a cell that has installed another one refuses.
    package var version: UInt64
    /// The lines are to have fingerprints, and those of customers of either shard are wanted, not only of the one in
    /// force.
    package var verifies: Bool

    package init(cohort: Int, version: UInt64, verifies: Bool = false) {
        self.cohort = cohort
        self.version = version
        self.verifies = verifies
    }

    /// As the two versions of a frame's head.
    package var words: (UInt64, UInt64) { (version, UInt64(cohort) | (verifies ? 1 << 32 : 0)) }

    /// Nil for words that name no cohort of so many.
    package init?(_ first: UInt64, _ second: UInt64, cohorts: Int) {
        let cohort = second & 0xFFFF_FFFF
        guard cohort < UInt64(cohorts), second >> 33 == 0 else { return nil }
        self.init(cohort: Int(cohort), version: first, verifies: second >> 32 & 1 == 1)
    }
}

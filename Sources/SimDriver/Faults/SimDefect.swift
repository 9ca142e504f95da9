import Replication

/// A fault built into a simulated mesh on purpose, so that a checker can be shown that it notices.
package struct SimDefect: Sendable, Equatable {
    package enum Store: Sendable, Equatable {
        /// Acknowledges from memory; nothing reaches the disk before the process ends.
        case acknowledgesBeforePersisting
        /// This ratio of transactions is acknowledged and forgotten.
        case dropsCommits(Double)
    }

    /// In place of the rule of the tier, for example one with R + W <= N.
    package var quorum: QuorumRule?
    package var store: Store?
    package var membership: Membership?

    package init(quorum: QuorumRule? = nil, store: Store? = nil, membership: Membership? = nil) {
        self.quorum = quorum
        self.store = store
        self.membership = membership
    }
}

import MeshBase
import Nodes
import Replication

/// A fault built into a simulated mesh on purpose, so that a checker can be shown that it notices.
package struct SimDefect: Sendable, Equatable {
    package enum Store: Sendable, Equatable {
        /// Acknowledges from memory; nothing reaches the disk before the process ends.
        case acknowledgesBeforePersisting
        /// This ratio of transactions is acknowledged and forgotten.
        case dropsCommits(Double)
        /// The epoch is compared on arrival alone: what the store was told meanwhile does not count.
        case comparesOnArrival
        /// A cell that leaves a shard, or was away, keeps what it has.
        case keepsAll
        /// What one cell alone has acknowledged is never told to the others.
        case dropsHints
        /// Of siblings that come together only the newest is kept.
        case dropsSibling
        /// Of collected tombstones nothing stays above which the next version has to be.
        case forgetsFloor
        /// A cell that is filled is not told of it.
        case fillsWithoutFloor
    }

    package enum Refill: Sendable, Equatable {
        /// A new disk has a vote and nothing in its hands.
        case votesAtOnce
        /// Pages are asked for while requests may count what the former disk has acknowledged.
        case doesNotWait
        /// One other cell of each shard is enough.
        case readsOne
        /// A move reads one cell of the old shard.
        case movesFromOne

        func distort(_ rule: RefillRule) -> RefillRule {
            var rule = rule
            if self == .doesNotWait { rule.wait = .zero }
            if self == .readsOne { rule.needed = 1 }
            if self == .movesFromOne { rule.neededOfMove = 1 }
            return rule
        }
    }

    /// In place of the rule of the tier, for example one with R + W <= N.
    package var quorum: QuorumRule?
    /// Routers carry sessions and do not mind them.
    package var ignoresSessions = false
    package var store: Store?
    package var membership: Membership?
    package var refill: Refill?
    package var coordinator: CoordinatorDefect?
    package var router: RouterDefect?
    package var cell: CellDefect?

    package init(
        quorum: QuorumRule? = nil, store: Store? = nil, membership: Membership? = nil, refill: Refill? = nil,
        coordinator: CoordinatorDefect? = nil, router: RouterDefect? = nil, cell: CellDefect? = nil,
        ignoresSessions: Bool = false
    ) {
        self.router = router
        self.cell = cell
        self.ignoresSessions = ignoresSessions
        self.coordinator = coordinator
        self.quorum = quorum
        self.store = store
        self.membership = membership
        self.refill = refill
    }
}

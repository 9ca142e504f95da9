import Replication

extension SimDefect {
    /// The defects that can be asked for by name, and what each one is: what a checker that works must turn red.
    package static let known: [(name: String, what: String, defect: SimDefect)] = [
        (
            "weak-quorum", "one cell is enough to read and to write",
            SimDefect(quorum: QuorumRule(read: .count(1), write: .count(1), readsAll: false, writesBack: false))
        ),
        (
            "no-write-back", "reads return what a majority does not have yet",
            SimDefect(quorum: QuorumRule(read: .count(2), write: .count(2), readsAll: false, writesBack: false))
        ),
        (
            "acknowledge-before-persist", "writes are acknowledged from memory",
            SimDefect(store: .acknowledgesBeforePersisting)
        ),
        (
            "drop-commits", "half of the transactions are acknowledged and forgotten",
            SimDefect(store: .dropsCommits(0.5))
        ),
        ("drops-sibling", "of siblings that come together only the newest is kept", SimDefect(store: .dropsSibling)),
        ("drop-hints", "no hint is left of what one cell alone has acknowledged", SimDefect(store: .dropsHints)),
        ("ignore-sessions", "what a client has seen does not count", SimDefect(ignoresSessions: true)),
        (
            "sweep-majority", "tombstones are dropped that a majority has", SimDefect(coordinator: .sweepsMajority)
        ),
        (
            "sweep-no-epoch", "tombstones are dropped in the epoch in which they were listed",
            SimDefect(coordinator: .sweepsInTheSameEpoch)
        ),
        ("sweep-anywhere", "tombstones are dropped while customers move", SimDefect(coordinator: .sweepsAnywhere)),
        ("sweep-no-floor", "no floor stays of dropped tombstones", SimDefect(store: .forgetsFloor)),
        ("fill-no-floor", "a fill brings no floor", SimDefect(store: .fillsWithoutFloor)),
        ("sweep-rerun", "what was chosen before a sweep is sent again", SimDefect(router: .rerunsSwept)),
        ("vote-at-once", "a cell votes with an empty disk", SimDefect(refill: .votesAtOnce)),
        ("refill-at-once", "a refill does not wait for requests of the former disk", SimDefect(refill: .doesNotWait)),
        ("refill-from-one", "a refill reads one other cell of each shard", SimDefect(refill: .readsOne)),
        ("unfenced", "the epoch is compared on arrival alone", SimDefect(store: .comparesOnArrival)),
        ("no-purge", "a cell that was away keeps what it has", SimDefect(store: .keepsAll)),
        ("copy-one", "a move reads one cell of the old shard", SimDefect(refill: .movesFromOne)),
        ("switch-early", "a move is switched before it is filled", SimDefect(coordinator: .switchesEarly)),
        (
            "release-early", "the old side is forgotten before the new one is filled",
            SimDefect(coordinator: .releasesEarly)
        ),
        ("reverse-direct", "a move goes back unfilled", SimDefect(coordinator: .reversesDirectly)),
        ("stale-filled", "who was filled for an earlier move counts", SimDefect(coordinator: .trustsStaleFills)),
        ("mixed-answers", "answers of two epochs count together", SimDefect(router: .mixesAnswers)),
        ("keep-acks", "acknowledgements of an epoch that is over count", SimDefect(router: .keepsAcknowledgements)),
        ("new-version", "a write that goes on chooses a version again", SimDefect(router: .choosesAgain)),
        ("old-only", "in joint the old shard alone is asked", SimDefect(router: .oldOnly)),
        ("new-only", "in joint the joining shard alone is asked", SimDefect(router: .newOnly)),
        ("copy-unfenced", "cells list at whatever entry they have", SimDefect(cell: .listsUnfenced)),
        ("lost-source", "a cell without its disk is a source", SimDefect(cell: .listsWithoutVote)),
        ("drop-writes", "cells acknowledge one write in eight and forget it", SimDefect(cell: .dropsWrites)),
        ("keep-permit", "a router keeps the places of attempts that it gives up", SimDefect(router: .keepsPermits)),
        ("end-twice", "a router counts attempts that it gives up twice", SimDefect(router: .endsTwice)),
        ("keep-place", "edges keep the places of attempts that ran into their limit", SimDefect(cell: .keepsPlaces)),
        ("shed-critical", "cells shed what is critical as if it were low", SimDefect(cell: .shedsCritical)),
        ("claim-one-quorum", "in joint the old shard alone decides claims", SimDefect(cell: .claimsOfOneShard)),
        ("claim-ignored", "calls are carried out whoever has claimed them", SimDefect(cell: .ignoresClaims)),
        ("claim-not-carried", "claims are left behind by moves", SimDefect(cell: .leavesClaims)),
        (
            "claim-unfenced", "cells accept claims of epochs that are over", SimDefect(cell: .acceptsOldClaims)
        ),
        (
            "claim-plain-ballots", "ballots of claims do not say of which epoch they are",
            SimDefect(cell: .claimsByRound)
        ),
        ("bare-number", "the number in a request raises a fence", SimDefect(cell: .trustsNumbers)),
        ("drop-hinted", "a cell that returns drops what it alone has acknowledged", SimDefect(cell: .dropsHinted)),
        ("view-goes-back", "a suspicion is followed by the same life alive", SimDefect(membership: .goesBack)),
        ("resurrect", "the dead come back without having risen", SimDefect(membership: .resurrects)),
        ("raise-others", "observers raise another member's incarnation", SimDefect(membership: .raisesOthers)),
        ("bury-leavers", "a goodbye is taken for a death", SimDefect(membership: .reportsLeaversDead)),
        ("miss-deaths", "the dead are not noticed", SimDefect(membership: .missesDeaths)),
        ("bury-the-living", "a member that is up is declared dead", SimDefect(membership: .buriesTheLiving)),
        ("stay-split", "partitions are not healed at the end", SimDefect(membership: .staysSplit)),
    ]

    /// - Parameter name: one of `known`; nil for any other.
    package init?(named name: String) {
        guard let found = Self.known.first(where: { $0.name == name }) else { return nil }
        self = found.defect
    }
}

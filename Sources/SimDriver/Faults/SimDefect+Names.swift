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
        ("drop-hints", "no hint is left of what one cell alone has acknowledged", SimDefect(store: .dropsHints)),
        ("ignore-sessions", "what a client has seen does not count", SimDefect(ignoresSessions: true)),
        ("vote-at-once", "a cell votes with an empty disk", SimDefect(refill: .votesAtOnce)),
        ("refill-at-once", "a refill does not wait for requests of the former disk", SimDefect(refill: .doesNotWait)),
        ("refill-from-one", "a refill reads one other cell of each shard", SimDefect(refill: .readsOne)),
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

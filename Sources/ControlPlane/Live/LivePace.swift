import MeshBase

/// When the feed looks at the mesh next: each second while somebody looks on or something is in force, else each 5 s, and at once
/// when a process or what a router reaches has changed. So what counts from a change, as alerts do, counts from there.
struct LivePace {
    static let watched = TimeAmount.seconds(1)
    static let unwatched = TimeAmount.seconds(5)
    /// Between two looks at the least: many processes change at once while a mesh starts.
    static let hurried = TimeAmount.milliseconds(200)

    /// The last look; nil before the first.
    private(set) var lookedAt: Instant?
    /// Something has changed since.
    private(set) var hasChanged = false

    mutating func look(now: Instant) {
        lookedAt = now
        hasChanged = false
    }

    /// Something changes.
    /// - Returns: whether the next look is to be sooner than was said.
    mutating func change() -> Bool {
        guard lookedAt != nil, !hasChanged else { return false }
        hasChanged = true
        return true
    }

    /// From now to the next look.
    ///
    /// - Parameters:
    ///   - periods: of those who look on.
    ///   - isBusy: something is in force whose course somebody may look back on.
    func wait(periods: [TimeAmount], isBusy: Bool, now: Instant) -> TimeAmount {
        let usual = periods.min().map { min($0, Self.watched) } ?? (isBusy ? Self.watched : Self.unwatched)
        guard hasChanged, let lookedAt else { return usual }
        return min(usual, max(Self.hurried - (now - lookedAt), .zero))
    }
}

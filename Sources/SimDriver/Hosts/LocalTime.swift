import MeshBase

/// The clock of one machine: monotonic, and wrong where a fault says so.
struct LocalTime {
    private var globalBase = Instant.zero
    private var localBase = Instant.zero
    /// Faster by so many millionths.
    private var drift: Int64 = 0

    var isTrue: Bool { drift == 0 && globalBase == localBase }

    /// What the machine reads at a time of the simulation.
    func local(_ global: Instant) -> Instant {
        if isTrue { return global }
        let passed = (global - globalBase).nanoseconds
        return localBase + .nanoseconds(passed + Self.share(passed, drift))
    }

    /// When the machine reads a time, or just after.
    func global(_ local: Instant) -> Instant {
        if isTrue || local == .distantFuture { return local }
        let wanted = max(0, (local - localBase).nanoseconds)
        // passed * (1 + d) >= wanted
        var passed = Int64(Double(wanted) / (1 + Double(drift) / 1e6))
        while passed + Self.share(passed, drift) < wanted { passed += 1 }
        return globalBase + .nanoseconds(passed)
    }

    mutating func jump(_ amount: TimeAmount, now: Instant) {
        rebase(now)
        localBase = localBase + amount
    }

    mutating func setDrift(_ millionths: Int, now: Instant) {
        rebase(now)
        drift = Int64(millionths)
    }

    private mutating func rebase(_ now: Instant) {
        let reading = local(now)
        globalBase = now
        localBase = reading
    }

    private static func share(_ amount: Int64, _ millionths: Int64) -> Int64 {
        amount / 1_000_000 * millionths + amount % 1_000_000 * millionths / 1_000_000
    }
}

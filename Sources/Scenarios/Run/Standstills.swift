import MeshBase

/// Finds the times in which a process did not run: whoever beats in it does so far more often than it stands still for nothing.
package struct Standstills: Sendable {
    /// What lasts no longer tells on nothing: what a run looks at are seconds.
    package static let longest = TimeAmount.seconds(2)
    /// Those that nobody has taken, at most.
    private static let most = 64

    private var last: Instant
    private var found: [TimeAmount] = []

    package init(now: Instant) { last = now }

    /// The process runs.
    package mutating func beat(now: Instant) {
        if now - last > Self.longest, found.count < Self.most { found.append(now - last) }
        last = max(last, now)
    }

    /// Those since they were asked for last.
    package mutating func take() -> [TimeAmount] {
        defer { found = [] }
        return found
    }
}

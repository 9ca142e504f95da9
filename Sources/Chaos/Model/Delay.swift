import MeshBase

/// How much later something arrives.
package struct Delay: Sendable, Codable, Hashable {
    /// How the jitter is drawn.
    package enum Distribution: String, Sendable, Codable, CaseIterable {
        /// Evenly between `base - jitter` and `base + jitter`.
        case uniform
        /// Mean `base`, standard deviation `jitter`.
        case normal
        /// `base` and an exponential tail with the mean `jitter` behind it.
        case exponential
    }

    /// How much later everything arrives, at least; 0 or more.
    package var base: TimeAmount
    /// What is drawn on top, 0 or more.
    package var jitter: TimeAmount
    /// How the jitter is drawn.
    package var distribution: Distribution
    /// The share of messages that are delayed, 0...1.
    package var share: Double

    /// A delay of checked figures; see `FaultRequest` for their ranges.
    package init(
        base: TimeAmount, jitter: TimeAmount = .zero, distribution: Distribution = .uniform, share: Double = 1
    ) {
        self.base = base
        self.jitter = jitter
        self.distribution = distribution
        self.share = share
    }

    /// The longest that is ever drawn; the tails of the distributions are cut there.
    package static let longest = TimeAmount.hours(1)

    /// One draw, never negative. Without jitter and with a share of 1 no random number is used.
    package func draw(_ rng: inout Generator) -> TimeAmount {
        if share < 1, !rng.chance(share) { return .zero }
        // A file may say anything.
        let jitter = min(jitter, Self.longest)
        guard jitter > .zero else { return min(max(base, .zero), Self.longest) }
        let offset: TimeAmount
        switch distribution {
        case .uniform:
            offset = .nanoseconds(Int64(rng.below(UInt64(2 * jitter.nanoseconds + 1))) - jitter.nanoseconds)
        case .normal: offset = jitter * rng.normal()
        case .exponential: offset = jitter * -naturalLogarithm(max(1 - rng.unit(), 0x1p-53))
        }
        return min(max(base + offset, .zero), Self.longest)
    }
}

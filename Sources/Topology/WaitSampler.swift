import MeshBase

/// Draws waiting times from the log-normal distribution that has the given median and 99th percentile.
///
/// mu = ln p50 and sigma = (ln p99 - ln p50) / 2.3263, the 99th percentile of the standard normal distribution. A
/// draw is cut at a hundred times p99, so that one extreme draw cannot hold a worker for ever.
public struct WaitSampler: Sendable {
    private let median: TimeAmount
    private let sigma: Double
    private let longest: TimeAmount

    public init(_ wait: Work.Wait) {
        median = max(wait.p50, .zero)
        let spread = wait.p99 > wait.p50 && wait.p50 > .zero ? wait.p99.seconds / wait.p50.seconds : 1
        sigma = naturalLogarithm(spread) / 2.326347874040841
        longest = max(wait.p99, median) * Int64(100)
    }

    /// At least zero. Takes one draw of the generator whatever the settings, so that a changed quantile does not
    /// shift later draws.
    public func sample(using generator: inout Generator) -> TimeAmount {
        let z = generator.normal()
        guard sigma > 0 else { return median }
        return min(median * exponential(sigma * z), longest)
    }

    /// The mean of the distribution before the cut: p50 exp(sigma^2 / 2).
    public var mean: TimeAmount { median * exponential(sigma * sigma / 2) }
}

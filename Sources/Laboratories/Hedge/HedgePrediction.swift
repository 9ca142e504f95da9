import MeshBase

/// Hedges by order statistics: the answer comes with the first of independent attempts that begin i delays apart.
package struct HedgePrediction: Sendable, Equatable {
    /// Of the first hedge after the attempt that it stands beside.
    package let delay: TimeAmount
    /// Hedges for each call, and so the extra load where every attempt costs the same.
    package let hedged: Double
    /// Of calls without hedges.
    package let before: HedgeLabReport.Latency
    /// Of calls with them.
    package let after: HedgeLabReport.Latency

    init(_ settings: HedgeLab.Settings) {
        let mu = naturalLogarithm(settings.p50.seconds)
        let sigma = max((naturalLogarithm(settings.p99.seconds) - mu) / 2.326347874040841, 1e-9)
        /// P(an attempt takes longer).
        func survives(_ time: Double) -> Double {
            time <= 0 ? 1 : 1 - Curves.normal((naturalLogarithm(time) - mu) / sigma)
        }
        func quantile(_ share: Double) -> Double { exponential(mu + sigma * InverseNormal.quantile(share)) }
        let delay: Double =
            switch settings.after {
            case .auto: max(0.01, quantile(0.5) + 0.1 * (quantile(0.99) - quantile(0.5)))
            case .p95: max(0.01, quantile(0.95))
            case .fixed(let time): time.seconds
            }
        /// P(no answer by then), with so many hedges.
        func waits(_ time: Double, hedges: Int) -> Double {
            (0...hedges).reduce(1) { $0 * survives(time - Double($1) * delay) }
        }
        func quantile(_ share: Double, hedges: Int) -> TimeAmount {
            var (low, high) = (0.0, quantile(0.999999) + 1)
            for _ in 0..<60 {
                let middle = (low + high) / 2
                if waits(middle, hedges: hedges) > 1 - share { low = middle } else { high = middle }
            }
            return TimeAmount(seconds: high)
        }
        func latency(hedges: Int) -> HedgeLabReport.Latency {
            HedgeLabReport.Latency(
                p50: quantile(0.5, hedges: hedges), p90: quantile(0.9, hedges: hedges),
                p99: quantile(0.99, hedges: hedges), p999: quantile(0.999, hedges: hedges))
        }
        self.delay = TimeAmount(seconds: delay)
        // The i-th begins where none before it has answered by then.
        hedged = (1...settings.most).reduce(0) { $0 + waits(Double($1) * delay, hedges: $1 - 1) }
        before = latency(hedges: 0)
        after = latency(hedges: settings.most)
    }
}

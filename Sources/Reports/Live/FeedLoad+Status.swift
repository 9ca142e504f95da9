extension FeedLoad {
    /// All loads that are under way as one; nil where there is none. It is as late as the latest of them.
    package init?(_ loads: [LoadStatusReport.Load]) {
        guard !loads.isEmpty else { return nil }
        self.init(rate: 0, sent: 0, ok: 0, dropped: 0, lag: 0)
        for load in loads {
            rate += load.targetRate
            // Files may say anything.
            (sent, ok, dropped) = (sent &+ load.requests, ok &+ load.ok, dropped &+ load.dropped)
            lag = max(lag, load.series.noise.lag.last.flatMap { $0 } ?? 0)
        }
    }
}

/// Where a counter's number lies in its registry.
package struct CounterHandle: Sendable, Equatable {
    @usableFromInline let slot: Int
    @usableFromInline init(slot: Int) { self.slot = slot }
}

/// Where a gauge's number lies in its registry.
package struct GaugeHandle: Sendable, Equatable {
    @usableFromInline let slot: Int
    @usableFromInline init(slot: Int) { self.slot = slot }
}

/// Where a histogram's buckets lie in its registry.
package struct HistogramHandle: Sendable, Equatable {
    /// The first bucket; after the buckets comes the one of all larger values, then the sum.
    @usableFromInline let slot: Int
    /// Where the upper bounds of the buckets lie.
    @usableFromInline let bounds: Int
    @usableFromInline let count: Int
    @usableFromInline init(slot: Int, bounds: Int, count: Int) {
        self.slot = slot
        self.bounds = bounds
        self.count = count
    }
}

/// A dimension of a metric: `("cell", "eu-1")`.
package struct MetricLabel: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

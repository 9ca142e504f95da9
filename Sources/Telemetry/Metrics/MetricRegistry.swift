import MeshBase

/// The metrics of one process: counters, gauges and histograms with fixed buckets.
///
/// A series is registered once and then addressed by its handle, so that counting is an addition into an array. The
/// registry belongs to one thread. A handle belongs to the registry that gave it.
package struct MetricRegistry: ~Copyable {
    enum Kind: String {
        case counter, gauge, histogram
    }
    struct Series {
        /// `name="value",...` with the values escaped; empty without labels.
        var labels: String
        var slot: Int
    }
    struct Family {
        var name: String
        var help: String
        var kind: Kind
        var series: [Series] = []
        var seriesByLabels: [String: Int] = [:]
        /// Of a histogram: where its bounds lie, and how many there are.
        var bounds = 0
        var boundCount = 0
    }

    var families: [Family] = []
    private var familyByName: [String: Int] = [:]
    /// Counters as they are, gauges and sums as the bits of a double. The first slots belong to what was dropped.
    @usableFromInline var values: [UInt64] = [0, 0, 0]
    @usableFromInline var bounds: [Double] = []

    /// Most series that are registered.
    package let limit: Int
    package private(set) var seriesCount = 0
    /// Registrations turned away: beyond the limit, or under a name that is taken by another kind.
    package private(set) var dropped: UInt64 = 0

    /// - Parameter limit: Most series; those beyond count into nothing and are reported as
    ///   `cellmesh_metric_series_dropped_total`.
    package init(limit: Int = 10_000) { self.limit = max(limit, 0) }

    // MARK: Registration

    /// The counter of this name and these labels; the same one when asked again.
    ///
    /// - Parameters:
    ///   - name: Ends in `_total`, with the unit before it: `cellmesh_http_requests_total`.
    ///   - labels: In a fixed order of the caller's choice.
    package mutating func counter(_ name: String, help: String, _ labels: [MetricLabel] = []) -> CounterHandle {
        CounterHandle(slot: series(name, help, .counter, labels, [])?.slot ?? 0)
    }

    package mutating func gauge(_ name: String, help: String, _ labels: [MetricLabel] = []) -> GaugeHandle {
        GaugeHandle(slot: series(name, help, .gauge, labels, [])?.slot ?? 0)
    }

    /// - Parameter buckets: Rising upper bounds, in the metric's unit (seconds for times); those of the first
    ///   registration hold for all series of the name.
    package mutating func histogram(
        _ name: String, help: String, _ labels: [MetricLabel] = [], buckets: [Double] = Self.latencyBuckets
    ) -> HistogramHandle {
        guard let (slot, family) = series(name, help, .histogram, labels, buckets) else {
            return HistogramHandle(slot: 0, bounds: 0, count: 0)
        }
        return HistogramHandle(slot: slot, bounds: families[family].bounds, count: families[family].boundCount)
    }

    /// 250 us to 10 s, in seconds.
    package static let latencyBuckets: [Double] = [
        0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    // MARK: Counting

    @inlinable package mutating func add(_ counter: CounterHandle, _ amount: UInt64 = 1) {
        values[counter.slot] &+= amount
    }
    @inlinable package mutating func set(_ gauge: GaugeHandle, _ value: Double) {
        values[gauge.slot] = value.bitPattern
    }
    @inlinable package mutating func add(_ gauge: GaugeHandle, _ amount: Double) {
        values[gauge.slot] = (Double(bitPattern: values[gauge.slot]) + amount).bitPattern
    }
    /// Counts a value into the first bucket whose bound is not below it. What is not a number is left out.
    @inlinable package mutating func observe(_ histogram: HistogramHandle, _ value: Double) {
        if value.isNaN { return }
        var bucket = 0
        while bucket < histogram.count, value > bounds[histogram.bounds + bucket] { bucket += 1 }
        values[histogram.slot + bucket] &+= 1
        let sum = histogram.slot + histogram.count + 1
        values[sum] = (Double(bitPattern: values[sum]) + value).bitPattern
    }
    /// In seconds.
    @inlinable package mutating func observe(_ histogram: HistogramHandle, _ time: TimeAmount) {
        observe(histogram, time.seconds)
    }

    /// Takes over what was counted elsewhere.
    ///
    /// - Parameters:
    ///   - counts: of each bucket alone, that of all larger values last; what is missing is zero.
    ///   - sum: of all values.
    package mutating func load(_ histogram: HistogramHandle, counts: [UInt64], sum: Double) {
        for bucket in 0...histogram.count {
            values[histogram.slot + bucket] = bucket < counts.count ? counts[bucket] : 0
        }
        values[histogram.slot + histogram.count + 1] = sum.bitPattern
    }

    // MARK: Reading

    package func value(_ counter: CounterHandle) -> UInt64 { values[counter.slot] }
    package func value(_ gauge: GaugeHandle) -> Double { Double(bitPattern: values[gauge.slot]) }
    /// How many values were observed.
    package func count(_ histogram: HistogramHandle) -> UInt64 {
        values[histogram.slot...(histogram.slot + histogram.count)].reduce(0, &+)
    }

    // MARK: Series

    private mutating func series(
        _ name: String, _ help: String, _ kind: Kind, _ labels: [MetricLabel], _ buckets: [Double]
    ) -> (slot: Int, family: Int)? {
        let name = PrometheusText.metricName(name)
        let rendered = PrometheusText.labels(labels, reserved: kind == .histogram ? "le" : nil)
        if let known = familyByName[name], families[known].kind == kind,
            let series = families[known].seriesByLabels[rendered]
        {
            return (families[known].series[series].slot, known)
        }
        guard seriesCount < limit, familyByName[name].map({ families[$0].kind == kind }) ?? true else {
            dropped &+= 1
            return nil
        }
        let family = familyByName[name] ?? addFamily(name, help, kind, buckets)
        let slot = values.count
        let slots = kind == .histogram ? families[family].boundCount + 2 : 1
        values.append(contentsOf: repeatElement(0, count: slots))
        families[family].seriesByLabels[rendered] = families[family].series.count
        families[family].series.append(Series(labels: rendered, slot: slot))
        seriesCount += 1
        return (slot, family)
    }

    private mutating func addFamily(_ name: String, _ help: String, _ kind: Kind, _ buckets: [Double]) -> Int {
        var family = Family(name: name, help: help, kind: kind)
        family.bounds = bounds.count
        // An infinite bound is always there; doubles and disorder would make the counts contradict each other.
        for bound in buckets where bound.isFinite && (bounds.count == family.bounds || bound > bounds[bounds.count - 1])
        {
            bounds.append(bound)
        }
        family.boundCount = bounds.count - family.bounds
        families.append(family)
        familyByName[name] = families.count - 1
        return families.count - 1
    }
}

extension GatePolicy {
    /// What holds on the way to the sizes of a peak: as many places more as its caller has workers more.
    ///
    /// - Parameters:
    ///   - peak: the same gate at the peak.
    ///   - step: 0...10.
    public func toward(_ peak: GatePolicy, step: Int) -> GatePolicy {
        var policy = self
        policy.bulkhead.concurrent = PeakSizes.between(bulkhead.concurrent, peak.bulkhead.concurrent, step)
        policy.bulkhead.places = PeakSizes.between(bulkhead.places, peak.bulkhead.places, step)
        policy.limit = limit.toward(peak.limit, step: step)
        return policy
    }
}

extension LimitPolicy {
    /// As `GatePolicy.toward`; of two rules its own stays.
    func toward(_ peak: LimitPolicy, step: Int) -> LimitPolicy {
        let least = PeakSizes.between(bounds.lowerBound, peak.bounds.lowerBound, step)
        let most = PeakSizes.between(bounds.upperBound, peak.bounds.upperBound, step)
        return sized(base: PeakSizes.between(base, peak.base, step), bounds: least...max(most, least))
    }
}

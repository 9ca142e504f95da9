/// Up by one where half of the limit is in use, down by a tenth with each call for which there was no room (Chiu and
/// Jain 1989, as in TCP).
struct AIMDLimit: Sendable, Equatable {
    private(set) var limit: Int

    mutating func ended(_ sample: ConcurrencyLimit.Sample, inFlight: Int, bounds: ClosedRange<Int>) {
        switch sample {
        case .dropped: limit = limit * 9 / 10
        // A limit that nobody comes near says nothing about what would go.
        case .answered where inFlight * 2 >= limit: limit += 1
        case .answered, .failed, .nothing: return
        }
        limit = min(max(limit, bounds.lowerBound), bounds.upperBound)
    }
}

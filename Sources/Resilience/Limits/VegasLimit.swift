import MeshBase

/// A limit by the queue that round trips tell of (Brakmo and Peterson, TCP Vegas, 1995): with the best round trip and
/// the present one, limit x (1 - best / present) calls stand in a queue of the target. Few let it grow, many shrink it.
struct VegasLimit: Sendable, Equatable {
    /// Fewer in the queue let the limit grow, and more than `most` shrink it.
    static let alpha = 3
    static let beta = 6
    /// The best round trip is measured anew after about so many samples for each place.
    static let measuredAnew = 30

    private(set) var limit: Int
    /// The best round trip; zero before any.
    private(set) var best = TimeAmount.zero
    private var samples: Int = 0
    private var renewAt: Int
    private var salt: UInt64

    init(limit: Int, salt: UInt64 = 0) {
        self.limit = limit
        self.salt = salt
        renewAt = 0
        draw()
    }

    /// Between half of it and all of it, so that gates do not measure together.
    private mutating func draw() {
        salt = StableHash.mix(salt &+ 0x9E37_79B9_7F4A_7C15)
        let whole = Self.measuredAnew * limit
        renewAt = whole / 2 + Int(salt % UInt64(max(whole / 2, 1)))
        samples = 0
    }

    mutating func ended(_ sample: ConcurrencyLimit.Sample, inFlight: Int, bounds: ClosedRange<Int>) {
        let step = Self.step(limit)
        switch sample {
        case .failed, .nothing: return
        case .dropped: limit -= step
        case .answered(let took):
            guard took > .zero else { return }
            samples += 1
            if best == .zero || took < best || samples >= renewAt {
                if samples >= renewAt { draw() }
                // A best round trip has no queue to tell of.
                best = took
                return
            }
            guard inFlight * 2 >= limit else { return }
            let queue = Int((Double(limit) * (1 - best.milliseconds / took.milliseconds)).rounded(.up))
            if queue <= step {
                limit += Self.beta
            } else if queue < Self.alpha {
                limit += step
            } else if queue > Self.beta {
                limit -= step
            } else {
                return
            }
        }
        limit = min(max(limit, bounds.lowerBound), bounds.upperBound)
    }

    /// The common logarithm, whole, at least 1: a large limit moves faster.
    static func step(_ limit: Int) -> Int {
        var step = 0
        var rest = limit
        while rest >= 10 {
            rest /= 10
            step += 1
        }
        return max(step, 1)
    }
}

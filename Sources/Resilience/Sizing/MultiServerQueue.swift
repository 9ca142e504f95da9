import MeshBase

/// What a pool of workers does to requests that wait for it: M/M/c, and with other variations the approximation of
/// Allen and Cunneen (mean wait x (Ca^2 + Cs^2)/2), with the wait of those that do wait taken as exponential.
public struct MultiServerQueue: Sendable, Equatable {
    /// Requests a second, 0 and more.
    public let rate: Double
    /// Seconds of work a request, above 0.
    public let service: Double
    /// At least 1.
    public let workers: Int
    /// Half the sum of the squared coefficients of variation of arrivals and of work: 1 where both are exponential, 0.5
    /// where every request takes the same.
    public let variation: Double

    /// What is no number or out of range is moved into it.
    ///
    /// - Parameters:
    ///   - arrivalVariation: squared coefficient of variation (variance over squared mean) between arrivals.
    ///   - serviceVariation: the same of the work.
    public init(
        rate: Double, service: TimeAmount, workers: Int, arrivalVariation: Double = 1, serviceVariation: Double = 1
    ) {
        self.rate = rate.isFinite ? max(rate, 0) : 0
        self.service = max(service.seconds, 1e-9)
        self.workers = max(workers, 1)
        let variation = (max(arrivalVariation, 0) + max(serviceVariation, 0)) / 2
        self.variation = variation.isFinite ? variation : 1
    }

    /// Requests in work at once on average, where none is turned away (Little's law): rate x time.
    public var load: Double { rate * service }
    /// Load over workers.
    public var utilisation: Double { load / Double(workers) }
    /// Whether the queue has an end.
    public var isStable: Bool { utilisation < 1 }
    /// The share that waits, 0...1.
    public var waitProbability: Double { Erlang.waits(workers: workers, load: load) }

    /// Seconds of those that wait, on average.
    private var waitOfWaiting: Double { variation * service / (Double(workers) - load) }

    /// Seconds of wait of all, on average; infinite where the queue has no end.
    public var meanWait: Double { isStable ? waitProbability * waitOfWaiting : .infinity }

    /// Requests that wait, on average (Little's law).
    public var meanWaiting: Double { rate > 0 ? rate * meanWait : 0 }

    /// Seconds that a share of all does not exceed, such as 0.99; infinite where the queue has no end.
    ///
    /// - Parameter share: 0 and more, less than 1.
    public func wait(quantile share: Double) -> Double {
        guard isStable else { return .infinity }
        let rest = max(1 - share, 0x1p-53)
        let waits = waitProbability
        guard waits > rest else { return 0 }
        return waitOfWaiting * naturalLogarithm(waits / rest)
    }

    /// The share that waits longer, 0...1.
    public func probability(waitAbove limit: TimeAmount) -> Double {
        guard isStable else { return 1 }
        guard waitOfWaiting > 0 else { return 0 }
        return waitProbability * exponential(-max(limit, .zero).seconds / waitOfWaiting)
    }
}

import MeshBase

/// What a predictor looks at, once per sample.
public struct PredictorFeatures: Sendable, Equatable {
    /// Mean of the last sample's calls, in seconds.
    public var latency: Double
    /// Failures per second.
    public var errors: Double
    /// 0..<24.
    public var hour: Double
    /// 0..<7.
    public var weekday: Double
    /// Share of failures, 0...1.
    public var errorRate: Double
    /// Variance of the durations over their squared mean: of no unit, so a slow service is no unsteady one.
    public var latencyVariance: Double
    /// Calls per second.
    public var requestRate: Double
    /// Share of a core, 0...1.
    public var cpu: Double
    /// Share of what may be used, 0...1.
    public var memory: Double
    /// Round trip of the link, in seconds.
    public var networkLatency: Double

    /// The ten figures of one look at a target.
    public init(
        latency: Double = 0, errors: Double = 0, hour: Double = 0, weekday: Double = 0, errorRate: Double = 0,
        latencyVariance: Double = 0, requestRate: Double = 0, cpu: Double = 0, memory: Double = 0,
        networkLatency: Double = 0
    ) {
        self.latency = latency
        self.errors = errors
        self.hour = hour
        self.weekday = weekday
        self.errorRate = errorRate
        self.latencyVariance = latencyVariance
        self.requestRate = requestRate
        self.cpu = cpu
        self.memory = memory
        self.networkLatency = networkLatency
    }

    static let count = 10
    subscript(_ index: Int) -> Double {
        switch index {
        case 0: latency
        case 1: errors
        case 2: hour
        case 3: weekday
        case 4: errorRate
        case 5: latencyVariance
        case 6: requestRate
        case 7: cpu
        case 8: memory
        default: networkLatency
        }
    }

    /// The least deviation each is held against: what varies by less is noise of the measurement, not of the service.
    static func floor(_ index: Int, mean: Double) -> Double {
        switch index {
        case 0, 9: max(0.1 * mean, 0.0005)
        case 1: max(0.1 * mean, 0.5)
        case 2: 1
        case 3: 1
        case 4, 7, 8: 0.02
        case 5: 0.2
        default: max(0.1 * mean, 1)
        }
    }

    /// After how much it begins anew: midnight is no anomaly.
    static func period(_ index: Int) -> Double? { index == 2 ? 24 : index == 3 ? 7 : nil }
}

/// How a predictor looks: part of key `breaker.predict`.
public struct PredictorPolicy: Sendable, Equatable {
    /// Between two samples, for whoever takes them.
    public var every: TimeAmount
    /// Samples before which it says nothing, at least 10.
    public var least: Int
    /// Above it a sample predicts, 0...1.
    public var threshold: Double
    /// So many in a row are a prediction, 1...200.
    public var inARow: Int

    /// One look a second, judged from 100 on.
    public static let seed = PredictorPolicy(every: .seconds(1), least: 100)
    /// Four looks a second, judged from 40 on.
    public static let local = PredictorPolicy(every: .milliseconds(250), least: 40)

    /// One look each `every`, judged from `least` on; predicted above a probability of `threshold` in `inARow` looks.
    public init(every: TimeAmount, least: Int, threshold: Double = 0.8, inARow: Int = 3) {
        self.every = every
        self.least = least
        self.threshold = threshold
        self.inARow = inARow
    }
}

/// Says how likely a target is about to fail, by how unlike itself it has become (C11). Stands beside a breaker; at most
/// 160 bytes.
public struct FailurePredictor: Sendable {
    /// What one sample led to.
    public struct Prediction: Sendable, Equatable {
        /// Of a failure, 0...1; 0 while too little is known.
        public let probability: Double
        /// It was above the threshold often enough in a row: true also while it stays so.
        public let isPredicted: Bool
        /// This sample is where the prediction begins: one event.
        public let begins: Bool
    }

    private var mean = InlineArray<10, Float>(repeating: 0)
    private var variance = InlineArray<10, Float>(repeating: 0)
    /// What 99 % of the anomalies so far are below.
    private var quantile: Float = 0
    private var samples: UInt32 = 0
    /// Until when a prediction has to come true.
    private var due = Instant.distantFuture
    /// Predictions so far.
    public private(set) var predictions: UInt32 = 0
    /// Predictions after which no failure share reached the threshold within one time open.
    public private(set) var falsePositives: UInt32 = 0
    private var inARow: UInt8 = 0
    private var isPending = false

    /// Nothing has been seen yet: the probability is 0.
    public init() {}

    /// Takes a sample.
    ///
    /// - Parameters:
    ///   - isFailing: the share of failures is at or above the breaker's threshold, or the breaker opened for another
    ///     reason than this prediction.
    ///   - open: the breaker's time open: within it a prediction comes true or is a false positive.
    public mutating func observe(
        _ features: PredictorFeatures, isFailing: Bool, open: TimeAmount, _ policy: PredictorPolicy, now: Instant
    ) -> Prediction {
        settle(isFailing: isFailing, now: now)
        let anomaly = anomaly(features)
        let probability = samples < UInt32(max(policy.least, 10)) ? 0 : Self.probability(anomaly, Double(quantile))
        let stands = probability > policy.threshold
        inARow = stands ? (inARow == .max ? .max : inARow + 1) : 0
        let needed = min(max(policy.inARow, 1), 200)
        let begins = Int(inARow) == needed
        if begins {
            predictions &+= 1
            due = now + open
            isPending = true
            settle(isFailing: isFailing, now: now)
        }
        learn(features, anomaly, isAnomalous: stands)
        return Prediction(probability: probability, isPredicted: Int(inARow) >= needed, begins: begins)
    }

    private mutating func settle(isFailing: Bool, now: Instant) {
        guard isPending else { return }
        if isFailing {
            isPending = false
        } else if now >= due {
            falsePositives &+= 1
            isPending = false
        }
    }

    /// 1/(1 + e^(5 s)), s = (a0 - a)/(1 - a0): a half at the quantile.
    static func probability(_ anomaly: Double, _ quantile: Double) -> Double {
        // A target that never varied has a quantile of 0, one beyond all bounds of nearly 1.
        let room = max(1 - quantile, 1e-3)
        return 1 / (1 + exponential(5 * (quantile - anomaly) / room))
    }

    /// 1 - e^(-d2/2), d2 the mean squared distance from what is normal in deviations.
    func anomaly(_ features: PredictorFeatures) -> Double {
        guard samples > 0 else { return 0 }
        var sum = 0.0
        for i in 0..<PredictorFeatures.count {
            let deviation = max(
                Double(variance[i]).squareRoot(), PredictorFeatures.floor(i, mean: abs(Double(mean[i]))))
            let z = distance(features, i) / deviation
            sum += min(z * z, 1e6)
        }
        return 1 - exponential(-sum / Double(PredictorFeatures.count) / 2)
    }

    private func distance(_ features: PredictorFeatures, _ i: Int) -> Double {
        let value = features[i]
        guard value.isFinite else { return 0 }
        let distance = value - Double(mean[i])
        guard let period = PredictorFeatures.period(i) else { return distance }
        return distance - period * (distance / period).rounded()
    }

    private mutating func learn(_ features: PredictorFeatures, _ anomaly: Double, isAnomalous: Bool) {
        if samples < .max { samples += 1 }
        // The last thousand by weight. What is anomalous teaches a tenth: it must not become normal before it has been
        // acted on, but a level that stays has to in the end.
        let alpha = 1 / Double(min(samples, 1000)) * (isAnomalous ? 0.1 : 1)
        for i in 0..<PredictorFeatures.count {
            let delta = distance(features, i)
            var next = Double(mean[i]) + alpha * delta
            if let period = PredictorFeatures.period(i) { next -= period * (next / period).rounded(.down) }
            mean[i] = Float(next)
            variance[i] = Float((1 - alpha) * (Double(variance[i]) + alpha * delta * delta))
        }
        // Stochastic approximation of the 99 % quantile (Robbins, Monro 1951): up by 99 parts when above, down by one
        // when below. The first few samples are anomalies only by how little is known.
        guard samples > 10 else { return }
        let step = isAnomalous ? 0.002 : max(0.02, 0.5 / Double(samples))
        let moved = Double(quantile) + step * (anomaly > Double(quantile) ? 0.99 : -0.01)
        quantile = Float(min(max(moved, 0), 0.999))
    }
}

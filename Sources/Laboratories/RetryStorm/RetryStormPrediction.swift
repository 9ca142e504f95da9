/// What retries in layers amount to where all attempts fail.
package struct RetryStormPrediction: Sendable, Equatable, Codable {
    /// Attempts at the last service for one request: R^N.
    package let unbounded: Double
    /// The same where each layer keeps a budget: (1 + ratio)^N, or R^N where that is less.
    package let budget: Double
    /// Requests at all services together for one of a client: (R^N - 1)/(R - 1), where the first is asked once.
    package let allServices: Double

    init(_ settings: RetryStormLab.Settings) {
        let attempts = Double(settings.attempts)
        unbounded = Self.power(attempts, settings.layers)
        budget = Self.power(min(attempts, 1 + settings.ratio), settings.layers)
        allServices = attempts > 1 ? (unbounded - 1) / (attempts - 1) : Double(settings.layers)
    }

    static func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<max(exponent, 0)).reduce(1) { product, _ in product * base }
    }

    private enum CodingKeys: String, CodingKey {
        case unbounded, budget
        case allServices = "all_services"
    }
}

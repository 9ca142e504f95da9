import MeshBase

/// How a peak is reached and left: an entry of key `peak` (C32).
public struct PeakPolicy: Sendable, Equatable {
    /// From the usual sizes to those of the peak, and back; at least 10 ms.
    public let over: TimeAmount
    /// How long it stays once it is reached, at least 1 ms.
    public let lasts: TimeAmount
    /// It begins by itself at so many times the hourly mean of the load, above 1; nil: only by hand.
    public let at: Double?

    /// What lies outside the ranges is moved to their ends.
    public init(over: TimeAmount, lasts: TimeAmount, at: Double? = nil) {
        self.over = max(over, .milliseconds(10))
        self.lasts = max(lasts, .milliseconds(1))
        self.at = at.map { $0.isFinite ? max($0, 1.01) : 1_000 }
    }

    /// As production has it.
    public static let seed = PeakPolicy(over: .minutes(5), lasts: .hours(1))
    /// Within minutes, for one machine.
    public static let local = PeakPolicy(over: .seconds(10), lasts: .minutes(5))

    var stepLength: TimeAmount { .nanoseconds(over.nanoseconds / 10) }

    /// A size of a peak that makes no sense.
    public enum Problem: Sendable, Equatable {
        /// Lint `peak-smaller`: at the peak this service has less than usual.
        case smaller(service: String, key: String)
        /// Lint `peak-allocation`: all together are above what there is.
        case allocation(key: String, sum: Int, total: Int)
    }

    /// - Parameters:
    ///   - sizes: usual and at the peak, by service.
    ///   - total: what there is of each; zero: not bounded.
    public static func problems(
        _ sizes: [(service: String, usual: PeakSizes, peak: PeakSizes)], total: PeakSizes
    ) -> [Problem] {
        var problems: [Problem] = []
        let keys: [(String, KeyPath<PeakSizes, Int>)] = [
            ("pools", \.workers), ("queue", \.queue), ("connections", \.connections), ("memory", \.memory),
        ]
        for (service, usual, peak) in sizes {
            for (key, path) in keys where peak[keyPath: path] < usual[keyPath: path] {
                problems.append(.smaller(service: service, key: key))
            }
        }
        for (key, path) in keys where total[keyPath: path] > 0 {
            let sum = sizes.reduce(0) { $0 + $1.peak[keyPath: path] }
            if sum > total[keyPath: path] {
                problems.append(.allocation(key: key, sum: sum, total: total[keyPath: path]))
            }
        }
        return problems
    }
}

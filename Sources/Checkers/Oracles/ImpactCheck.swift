/// What a fault did to a customer; the worst of what it saw.
package enum CustomerImpact: UInt8, Hashable, Comparable, Sendable, Codable, CaseIterable {
    /// Every cell of its shard served.
    case untouched = 0
    /// Answered while some cell of its shard did not serve.
    case degraded = 1
    /// Refused because no cell of its shard served.
    case lost = 2

    @inlinable package static func < (a: CustomerImpact, b: CustomerImpact) -> Bool { a.rawValue < b.rawValue }

    package var name: String {
        switch self {
        case .untouched: "untouched"
        case .degraded: "degraded"
        case .lost: "lost"
        }
    }
}

/// How many customers were lost, degraded and untouched.
package struct ImpactCounts: Hashable, Sendable {
    package var lost = 0
    package var degraded = 0
    package var untouched = 0
    package init(lost: Int = 0, degraded: Int = 0, untouched: Int = 0) {
        self.lost = lost
        self.degraded = degraded
        self.untouched = untouched
    }
    package var customers: Int { lost + degraded + untouched }
    package mutating func add(_ impact: CustomerImpact) {
        switch impact {
        case .lost: lost += 1
        case .degraded: degraded += 1
        case .untouched: untouched += 1
        }
    }
}

/// Holds what placement predicts for each customer against what its traffic saw, customer by customer, so that errors
/// in opposite directions cannot cancel out. Customers that were not seen take no part.
package struct ImpactCheck: Sendable {
    package enum Violation: Hashable, Sendable {
        case worseThanPredicted
        case milderThanPredicted
    }

    /// The shares of the customers seen, 0...1, that may be hit harder or more mildly than predicted.
    package let worseAllowed: Double
    package let milderAllowed: Double
    package private(set) var predicted = ImpactCounts()
    package private(set) var observed = ImpactCounts()
    package private(set) var worse = 0
    package private(set) var milder = 0
    private var violations = Violations<Violation>()

    /// - Parameter milderAllowed: above 0 where customers may have been seen only before the fault, or after it.
    package init(worseAllowed: Double = 0, milderAllowed: Double = 0) {
        self.worseAllowed = worseAllowed
        self.milderAllowed = milderAllowed
    }

    /// Takes one customer that was seen, once.
    package mutating func add(customer: UInt64, predicted: CustomerImpact, observed: CustomerImpact) {
        self.predicted.add(predicted)
        self.observed.add(observed)
        guard predicted != observed else { return }
        let isWorse = observed > predicted
        if isWorse { worse += 1 } else { milder += 1 }
        violations.add(
            isWorse ? .worseThanPredicted : .milderThanPredicted,
            "customer \(customer) was \(observed.name), predicted \(predicted.name)")
    }

    package var isValid: Bool {
        let seen = Double(max(observed.customers, 1))
        return Double(worse) <= worseAllowed * seen && Double(milder) <= milderAllowed * seen
    }

    package func verdict(oracle: String = "blast-radius") -> Verdict {
        func text(_ counts: ImpactCounts) -> String {
            "\(counts.lost) lost, \(counts.degraded) degraded, \(counts.untouched) untouched"
        }
        var detail = "of \(observed.customers) customers seen: \(text(observed)); predicted \(text(predicted))"
        if !violations.isEmpty { detail += "; \(worse) worse, \(milder) milder; " + violations.summary }
        return Verdict(oracle: oracle, ok: isValid, observed.customers > 0 ? .judged : .vacuous, detail: detail)
    }
}

import Checkers

/// What each customer has seen of faults, from the shard state that the router puts on answers. One byte a customer.
package struct CustomerLedger: Sendable {
    private struct Marks: OptionSet {
        let rawValue: UInt8
        static let seen = Marks(rawValue: 1)
        static let seenSinceFault = Marks(rawValue: 2)
        static let degraded = Marks(rawValue: 4)
        static let lost = Marks(rawValue: 8)
    }

    private var marks: [UInt8]
    private var everSeen = 0
    private var sinceFault = ImpactCounts()
    /// Some answer told of a shard that was not whole.
    package private(set) var hasFault = false

    package init(customers: Int) { marks = [UInt8](repeating: 0, count: customers + 1) }

    /// Takes an answer to customer number `customer`.
    /// - Parameters:
    ///   - serving: how many of the customer's cells serve, of `size`.
    ///   - isRefused: the answer is not the one the mesh meant to give.
    mutating func note(_ customer: Int, serving: Int, size: Int, isRefused: Bool) {
        guard customer < marks.count else { return }
        let impact: CustomerImpact =
            serving >= size ? .untouched : serving == 0 && isRefused ? .lost : .degraded
        if impact != .untouched { hasFault = true }
        var now = Marks(rawValue: marks[customer])
        if !now.contains(.seen) {
            now.insert(.seen)
            everSeen += 1
        }
        if hasFault {
            let before: CustomerImpact? =
                now.contains(.seenSinceFault) ? Self.impact(now) : nil
            now.insert(.seenSinceFault)
            if impact == .degraded { now.insert(.degraded) }
            if impact == .lost { now.insert(.lost) }
            let after = Self.impact(now)
            if before != after {
                if let before { remove(before) }
                sinceFault.add(after)
            }
        }
        marks[customer] = now.rawValue
    }

    private static func impact(_ marks: Marks) -> CustomerImpact {
        marks.contains(.lost) ? .lost : marks.contains(.degraded) ? .degraded : .untouched
    }

    private mutating func remove(_ impact: CustomerImpact) {
        switch impact {
        case .lost: sinceFault.lost -= 1
        case .degraded: sinceFault.degraded -= 1
        case .untouched: sinceFault.untouched -= 1
        }
    }

    /// Over all customers that were seen, each at its worst.
    package var counts: ImpactCounts {
        ImpactCounts(
            lost: sinceFault.lost, degraded: sinceFault.degraded,
            untouched: everSeen - sinceFault.lost - sinceFault.degraded)
    }

    /// What a customer has seen since the first fault; nil when it has seen nothing.
    package func impact(on customer: Int) -> CustomerImpact? {
        guard customer >= 0, customer < marks.count else { return nil }
        let known = Marks(rawValue: marks[customer])
        return known.contains(hasFault ? .seenSinceFault : .seen) ? Self.impact(known) : nil
    }

    /// The customers that count, with what each has seen, in order of their numbers: for `ImpactCheck`.
    package func forEach(_ body: (_ customer: Int, CustomerImpact) -> Void) {
        for customer in 1..<max(marks.count, 1) {
            if let impact = impact(on: customer) { body(customer, impact) }
        }
    }
}

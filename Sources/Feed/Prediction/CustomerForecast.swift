import Chaos
import MeshBase
import Reports
import Sharding
import Topology

/// What is predicted of customers: by the cells of their shards that are out, and by the services there that do not answer whole.
package struct CustomerForecast: Sendable {
    /// Of one customer.
    package struct Fate: Sendable, Equatable {
        /// What is to be expected: at least `untouched`.
        package var mark: CustomerMark
        /// Too few cells are left for the tier of its records.
        package var lacksQuorum: Bool
        /// Every cell of its shard serves, and in some a service does not answer whole.
        package var isByService: Bool

        /// As routers see it that tell how shards stand: a service degrades whoever calls it, and who was seen whole has not.
        package func expected(seen: CustomerMark) -> CustomerMark {
            isByService && seen == .untouched ? .untouched : mark
        }

        /// The worse of two.
        package func worse(_ other: Fate) -> Fate {
            Fate(
                mark: max(mark, other.mark), lacksQuorum: lacksQuorum || other.lacksQuorum,
                isByService: mark == other.mark
                    ? isByService && other.isByService : mark > other.mark ? isByService : other.isByService)
        }
    }

    /// By the placement that the prediction goes by.
    package let radius: BlastRadius

    /// A prediction for one placement.
    package init(_ radius: BlastRadius) { self.radius = radius }

    /// - Parameters:
    ///   - dead: cells that are out.
    ///   - impaired: cells of which some service does not answer whole.
    package func fate(of customer: CustomerHash, dead: CellSet, impaired: CellSet) -> Fate {
        let (effect, lacksQuorum) = radius.fate(of: customer, dead: dead)
        guard effect == .untouched, !impaired.isEmpty, radius.placement.shard(of: customer).count(in: impaired) > 0
        else { return Fate(mark: CustomerMark(effect), lacksQuorum: lacksQuorum, isByService: false) }
        return Fate(mark: .degraded, lacksQuorum: lacksQuorum, isByService: true)
    }

    /// Counts all customers.
    package func report(dead: CellSet, impaired: CellSet) -> BlastRadiusReport {
        var report = radius.report(dead: dead)
        guard !impaired.isEmpty else { return report }
        let more = (0..<radius.customers).count { number in
            fate(of: CustomerHash(number: number + 1), dead: dead, impaired: impaired).isByService
        }
        report.degraded += more
        report.untouched -= more
        return report
    }
}

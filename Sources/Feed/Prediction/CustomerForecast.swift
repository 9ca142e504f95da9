import Chaos
import MeshBase
import Reports
import Sharding
import Topology

/// What is predicted of customers: by the cells of their shards that are out, and by the services there that do not answer whole.
package struct CustomerForecast: Sendable {
    /// Of one customer.
    package struct Fate: Sendable, Equatable {
        /// What is to be expected, and how it may fare at worst: at least `untouched`.
        package var mark: CustomerMark
        /// How it may fare at best, as routers see it that tell how shards stand: a service degrades who calls it alone, and who is
        /// moved may have asked before or after.
        package var least: CustomerMark
        /// Too few cells are left for the tier of its records.
        package var lacksQuorum: Bool

        /// What was to be expected of who was seen so.
        package func expected(seen: CustomerMark) -> CustomerMark {
            seen != .unseen && (least...mark).contains(seen) ? seen : mark
        }

        /// At the worst of two routers.
        package func worse(_ other: Fate) -> Fate {
            Fate(
                mark: max(mark, other.mark), least: max(least, other.least),
                lacksQuorum: lacksQuorum || other.lacksQuorum)
        }

        /// By one placement or by the next.
        func or(_ other: Fate) -> Fate {
            Fate(
                mark: max(mark, other.mark), least: min(least, other.least),
                lacksQuorum: lacksQuorum || other.lacksQuorum)
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
        let shard = CustomerMark(effect)
        guard effect != .lost, !impaired.isEmpty, radius.placement.shard(of: customer).count(in: impaired) > 0
        else { return Fate(mark: shard, least: shard, lacksQuorum: lacksQuorum) }
        return Fate(mark: .degraded, least: shard, lacksQuorum: lacksQuorum)
    }

    /// Counts all customers.
    package func report(dead: CellSet, impaired: CellSet) -> BlastRadiusReport {
        var report = radius.report(dead: dead)
        guard !impaired.isEmpty else { return report }
        let more = (0..<radius.customers).count { number in
            let fate = fate(of: CustomerHash(number: number + 1), dead: dead, impaired: impaired)
            return fate.least < fate.mark
        }
        report.degraded += more
        report.untouched -= more
        return report
    }
}

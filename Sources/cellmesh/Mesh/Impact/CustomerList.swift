import Feed
import MeshBase
import Reports
import Sharding
import Topology

/// Customers of a mesh by what became of them.
struct CustomerList {
    /// Which are wanted; where nothing is said, all.
    struct Filter {
        var isLost = false
        var isDegraded = false
        var isDifferent = false
        /// Customers of this cell alone.
        var cell: CellIndex?

        /// Those that somebody may ask about: all but who is untouched as predicted.
        static let touched = Filter(isLost: true, isDegraded: true, isDifferent: true)
        var isTouched: Bool { isLost && isDegraded && isDifferent }

        /// - Parameter effects: what was predicted, and what was seen where something was.
        fileprivate func takes(_ shard: Shard, _ effects: [CustomerMark], isDifferent differs: Bool) -> Bool {
            if let cell, !shard.contains(cell) { return false }
            guard isLost || isDegraded || isDifferent else { return true }
            return isLost && effects.contains(.lost) || isDegraded && effects.contains(.degraded)
                || isDifferent && differs
        }
    }

    let topology: MeshTopology
    let placement: Placement
    /// What routers saw; nil where the mesh does not run.
    let observed: ObservedImpact?
    /// The cells that are out.
    let dead: CellSet
    /// Services that do not answer whole, and what is kept of customers that have moved.
    var foretold = ForetoldImpact()

    /// - Parameters:
    ///   - after: the number of the customer behind which the page begins; 0 for the first.
    ///   - most: customers of a page.
    func page(_ mesh: String, _ filter: Filter, after: Int, most: Int) -> CustomersReport {
        let count = topology.customers.count
        var report = CustomersReport(mesh: mesh, of: count)
        report.cells = dead.map { topology.cells[$0.position].name }
        report.impaired = foretold.impaired.isEmpty ? nil : foretold.impaired.map { topology.cells[$0.position].name }
        if let observed, !observed.cells.isEmpty || !observed.impaired.isEmpty, !observed.isOpen {
            report.endedMilliseconds = observed.endedMilliseconds
        }
        let radius = BlastRadius(topology, placement: placement)
        let fates = observed.map { ObservedFates($0, radius, topology, foretold: foretold) }
        let forecast = CustomerForecast(radius)
        var last = 0
        for number in 1...max(count, 1) where count > 0 {
            let customer = CustomerHash(number: number)
            let shard = placement.shard(of: customer)
            let seen = observed?.seen[customer]
            let mark = seen.map { CustomerMark($0.effect) } ?? .unseen
            // Where customers have moved since, today's shards say nothing of what they were in for.
            let known: CustomerMark? =
                if let seen {
                    fates?.fate(of: customer, seen)?.mark
                } else if observed?.isMoved == true {
                    foretold.mark(of: customer)
                } else {
                    forecast.fate(of: customer, dead: dead, impaired: foretold.impaired).mark
                }
            let differs = known.map { mark.differs(from: $0) } ?? false
            guard filter.takes(shard, [known, mark].compactMap { $0 }, isDifferent: differs) else { continue }
            report.matching += 1
            guard number > after else { continue }
            guard report.customers.count < most else {
                if report.next == nil { report.next = Customers.name(last) }
                continue
            }
            last = number
            report.customers.append(
                .init(
                    customer: Customers.name(number), shard: shard.map { topology.cells[$0.position].name },
                    predicted: known.map { "\($0)" } ?? "unknown", observed: seen?.effect.rawValue, different: differs,
                    outcomes: seen?.outcomes))
        }
        return report
    }
}

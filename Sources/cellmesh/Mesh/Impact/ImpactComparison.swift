import MeshBase
import Sharding
import Topology

/// What was to be expected of each customer, by the cells that were out for the routers that saw it.
struct ObservedFates {
    private let radius: BlastRadius
    private let sets: [CellSet]

    /// - Parameter dead: the cells of the prediction; nil: for each router those that were out for it.
    init(_ observed: ObservedImpact, _ radius: BlastRadius, _ topology: MeshTopology, dead: CellSet? = nil) {
        self.radius = radius
        sets = observed.routers.map { router in
            dead ?? CellSet(router.cells.compactMap { topology.cellIndex(named: $0) })
        }
    }

    /// The worst at any router that saw it.
    func fate(
        of customer: CustomerHash, _ seen: ObservedImpact.Customer
    ) -> (effect: BlastRadius.Effect, lacksQuorum: Bool) {
        var fate = (effect: BlastRadius.Effect.untouched, lacksQuorum: false)
        for router in seen.seenBy where sets.indices.contains(router) {
            let here = radius.fate(of: customer, dead: sets[router])
            if ObservedImpact.rank(here.effect) > ObservedImpact.rank(fate.effect) { fate.effect = here.effect }
            fate.lacksQuorum = fate.lacksQuorum || here.lacksQuorum
        }
        return fate
    }
}

/// What was predicted for the customers that routers saw, beside what happened to them.
struct ImpactComparison {
    /// A customer that fared otherwise than predicted.
    struct Deviation {
        var customer: CustomerHash
        var predicted: BlastRadius.Effect
        var lacksQuorum: Bool
        var observed: ObservedImpact.Customer
        /// The name, where it is one of the topology's customers.
        var name: String?
    }

    /// Predicted for the customers seen.
    var counts = BlastRadiusReport.Counts()
    var noQuorum = 0
    /// Customers whose shard was seen in another state than predicted.
    var different = 0
    /// Those and the ones whose requests ended otherwise; the worst hit first.
    var deviations: [Deviation] = []

    init() {}

    /// - Parameter dead: the cells of the prediction; nil: for each router those that were out for it.
    init(_ observed: ObservedImpact, _ radius: BlastRadius, _ topology: MeshTopology, dead: CellSet?) {
        let fates = ObservedFates(observed, radius, topology, dead: dead)
        for (customer, seen) in observed.seen where !observed.isMoved {
            let fate = fates.fate(of: customer, seen)
            switch fate.effect {
            case .lost: counts.lost += 1
            case .degraded: counts.degraded += 1
            case .untouched: counts.untouched += 1
            }
            if fate.lacksQuorum { noQuorum += 1 }
            if fate.effect != seen.effect { different += 1 }
            guard fate.effect != seen.effect || !Self.isExpected(seen.outcomes, fate) else { continue }
            deviations.append(
                Deviation(customer: customer, predicted: fate.effect, lacksQuorum: fate.lacksQuorum, observed: seen))
        }
        deviations.sort {
            ($1.observed.outcomes.harmed, $0.customer.rawValue) < ($0.observed.outcomes.harmed, $1.customer.rawValue)
        }
        name(topology.customers.count)
    }

    private static func isExpected(
        _ outcomes: ObservedImpact.Outcomes, _ fate: (effect: BlastRadius.Effect, lacksQuorum: Bool)
    ) -> Bool {
        switch fate.effect {
        case .lost: outcomes.harmed == outcomes.requests
        case .degraded:
            outcomes.failed + outcomes.refused + outcomes.slow == 0 && (fate.lacksQuorum || outcomes.noQuorum == 0)
        case .untouched: outcomes.harmed + outcomes.slow == 0
        }
    }

    /// Those that are shown get their names.
    static let mostNamed = 1_000

    private mutating func name(_ customers: Int) {
        guard !deviations.isEmpty else { return }
        var places: [CustomerHash: Int] = [:]
        for (place, deviation) in deviations.prefix(Self.mostNamed).enumerated() { places[deviation.customer] = place }
        for number in 1...max(1, customers) {
            guard let place = places[CustomerHash(number: number)] else { continue }
            deviations[place].name = Customers.name(number)
        }
    }
}

extension ImpactComparison.Deviation {
    /// `c17`, or its hash.
    var title: String { name ?? String(customer.rawValue, radix: 16) }

    /// `predicted untouched, seen untouched: of 12 requests 3 failed`.
    var sentence: String {
        let outcomes = observed.outcomes
        var parts: [String] = []
        if outcomes.failed > 0 { parts.append("\(outcomes.failed) failed") }
        if outcomes.noQuorum > 0 { parts.append("\(outcomes.noQuorum) without a quorum") }
        if outcomes.refused > 0 { parts.append("\(outcomes.refused) refused") }
        if outcomes.slow > 0 { parts.append("\(outcomes.slow) slow") }
        let ends = parts.isEmpty ? "all answered" : parts.joined(separator: ", ")
        return "predicted \(predicted.rawValue), seen \(observed.effect.rawValue): of "
            + "\(Wording.plural(outcomes.requests, "request")) \(ends)"
    }
}

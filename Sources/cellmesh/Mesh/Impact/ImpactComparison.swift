import Feed
import MeshBase
import Reports
import Sharding
import Topology

/// What was to be expected of each customer, by the cells that were out for the routers that saw it.
struct ObservedFates {
    private let forecast: CustomerForecast
    private let sets: [CellHarm]
    private let foretold: ForetoldImpact
    /// Customers have moved: what was foretold of them counts.
    private let isKept: Bool

    /// - Parameters:
    ///   - dead: the cells of the prediction; nil: for each router those that were out for it.
    ///   - foretold: services that do not answer whole, and what the feed keeps of customers that have moved.
    init(
        _ observed: ObservedImpact, _ radius: BlastRadius, _ topology: MeshTopology, dead: CellSet? = nil,
        foretold: ForetoldImpact = ForetoldImpact()
    ) {
        forecast = CustomerForecast(radius)
        self.foretold = foretold
        isKept = observed.isMoved
        func cells(_ names: [String]?) -> CellSet {
            CellSet((names ?? []).compactMap { topology.cellIndex(named: $0) })
        }
        sets = observed.routers.map { router in
            var impaired = cells(router.impaired)
            impaired.formUnion(foretold.impaired)
            return CellHarm(out: dead ?? cells(router.cells), impaired: impaired)
        }
    }

    /// The worst at any router that saw it; nil where it is not known any more.
    func fate(
        of customer: CustomerHash, _ seen: ObservedImpact.Customer
    ) -> (mark: CustomerMark, lacksQuorum: Bool)? {
        let mark = CustomerMark(seen.effect)
        let now = byPlacementOfNow(customer, seen)
        guard isKept else { return now.map { ($0.expected(seen: mark), $0.lacksQuorum) } ?? (.untouched, false) }
        return foretold.mark(of: customer).map { kept in
            // Who has asked since it was moved alone stands by the shard of now.
            (now?.expected(seen: mark) == mark ? mark : kept, false)
        }
    }

    private func byPlacementOfNow(
        _ customer: CustomerHash, _ seen: ObservedImpact.Customer
    ) -> CustomerForecast.Fate? {
        let fates = seen.seenBy.filter { sets.indices.contains($0) }.map {
            forecast.fate(of: customer, dead: sets[$0].out, impaired: sets[$0].impaired)
        }
        return fates.dropFirst().reduce(fates.first) { $0?.worse($1) }
    }
}

/// What was predicted for the customers that routers saw, beside what happened to them.
struct ImpactComparison {
    /// A customer that fared otherwise than predicted.
    struct Deviation {
        var customer: CustomerHash
        var predicted: CustomerMark
        var observed: ObservedImpact.Customer
        /// The name, where it is one of the topology's customers.
        var name: String?
    }

    /// Predicted for the customers seen.
    var counts = BlastRadiusReport.Counts()
    var noQuorum = 0
    /// Customers have moved since: nil where they have not.
    var moved: ObservedBlastRadius.Observed.Moved?
    /// Customers whose shard was seen in another state than predicted, the worst hit first.
    var deviations: [Deviation] = []
    var different: Int { deviations.count }

    init() {}

    /// - Parameters:
    ///   - dead: the cells of the prediction; nil: for each router those that were out for it.
    ///   - foretold: see `ObservedFates`.
    init(
        _ observed: ObservedImpact, _ radius: BlastRadius, _ topology: MeshTopology, dead: CellSet?,
        foretold: ForetoldImpact = ForetoldImpact()
    ) {
        let fates = ObservedFates(observed, radius, topology, dead: dead, foretold: foretold)
        if observed.isMoved { moved = .foretold }
        for (customer, seen) in observed.seen {
            guard let fate = fates.fate(of: customer, seen) else {
                self = ImpactComparison()
                moved = .unknown
                return
            }
            switch fate.mark {
            case .lost: counts.lost += 1
            case .degraded: counts.degraded += 1
            case .untouched, .unseen: counts.untouched += 1
            }
            if fate.lacksQuorum { noQuorum += 1 }
            guard CustomerMark(seen.effect).differs(from: fate.mark) else { continue }
            deviations.append(Deviation(customer: customer, predicted: fate.mark, observed: seen))
        }
        if moved == .foretold { noQuorum = foretold.told?.ofThoseSeen?.noQuorum ?? 0 }
        deviations.sort {
            ($1.observed.outcomes.harmed, $0.customer.rawValue) < ($0.observed.outcomes.harmed, $1.customer.rawValue)
        }
        name(topology.customers.count)
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
        return "predicted \(predicted), seen \(observed.effect.rawValue): of "
            + "\(Wording.plural(outcomes.requests, "request")) \(ends)"
    }
}

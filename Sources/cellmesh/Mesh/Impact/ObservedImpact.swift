import ControlPlane
import MeshBase
import Reports
import Sharding
import UVDriver

/// What the routers saw of a fault, customer by customer.
struct ObservedImpact {
    typealias Outcomes = ImpactPage.Outcomes
    typealias Router = ObservedBlastRadius.Router

    struct Customer {
        /// The worst that some router saw of its shard.
        var effect: BlastRadius.Effect
        var outcomes: Outcomes
        /// The routers that saw it, by their place in `routers`.
        var seenBy: [Int]
    }

    var routers: [Router] = []
    /// Routers that run and did not answer.
    var silent: [String] = []
    var counts = BlastRadiusReport.Counts()
    /// Of the customers counted.
    var outcomes = Outcomes()
    /// Of the whole window, before and after `cells` were as they are too.
    var total = Outcomes()
    /// The longest window of any router.
    var windowMilliseconds = 0
    /// Whether a cell still does not serve, or customers came to harm a moment ago.
    var isOpen = false
    /// How long ago it ended for the last of them; nil while it goes on.
    var endedMilliseconds: Int?
    /// Customers that a router had no room for.
    var overflow = 0
    /// Each customer seen and what happened to it.
    private(set) var seen: [CustomerHash: Customer] = [:]

    var customers: Int { seen.count }

    /// Customers of whom some request found too few cells for its records.
    var noQuorum: Int { seen.values.count { $0.outcomes.noQuorum > 0 } }

    /// Customers of whom some request was not answered as it should have been.
    var harmed: Int { seen.values.count { $0.outcomes.harmed > 0 } }

    /// Customers have moved since they were counted: what is predicted by the shards of today is not for them.
    var isMoved = false

    /// Names of the cells that were out for some router.
    var cells: [String] {
        var cells: [String] = []
        for router in routers { for cell in router.cells where !cells.contains(cell) { cells.append(cell) } }
        return cells
    }

    /// Names of the cells of which a service had a fault on it for some router.
    var impaired: [String] {
        var cells: [String] = []
        for router in routers { for cell in router.impaired ?? [] where !cells.contains(cell) { cells.append(cell) } }
        return cells
    }

    init() {}

    /// What several routers tell, as far as it is of one fault: the one that goes on, or else the last.
    init(_ told: [(router: String, pages: [ImpactPage])]) {
        let told = told.filter { !$0.pages.isEmpty }
        let current = ImpactWindow.current(told.compactMap { $0.pages.last?.window })
        for (place, router) in told.enumerated() where current[place] { add(router.router, router.pages) }
    }

    /// One router's pages; of a customer that several saw, the worst counts and the requests are added up.
    mutating func add(_ router: String, _ pages: [ImpactPage]) {
        guard let last = pages.last else { return }
        let place = routers.count
        let impaired = last.impaired ?? []
        routers.append(Router(name: router, cells: last.cells, impaired: impaired.isEmpty ? nil : impaired))
        windowMilliseconds = max(windowMilliseconds, last.windowMilliseconds)
        isOpen = isOpen || last.open
        isMoved = isMoved || last.moved == true
        if let ended = last.window.ended, !isOpen {
            endedMilliseconds = min(endedMilliseconds ?? .max, Int(ended))
        } else if isOpen {
            endedMilliseconds = nil
        }
        overflow += Self.bounded(last.overflow)
        total = total + Self.outcomes(last.total)
        for page in pages {
            for row in page.seen { add(row, place) }
        }
        counts = BlastRadiusReport.Counts()
        outcomes = Outcomes()
        // Sums do not depend on the order of the dictionary.
        for customer in seen.values {
            outcomes = outcomes + customer.outcomes
            switch customer.effect {
            case .lost: counts.lost += 1
            case .degraded: counts.degraded += 1
            case .untouched: counts.untouched += 1
            }
        }
    }

    private mutating func add(_ row: ImpactPage.Row, _ router: Int) {
        guard let hash = UInt64(row.customer, radix: 16), let effect = Self.effect(row.impact) else { return }
        let customer = CustomerHash(rawValue: hash)
        var known = seen[customer] ?? Customer(effect: .untouched, outcomes: Outcomes(), seenBy: [])
        if Self.rank(effect) > Self.rank(known.effect) { known.effect = effect }
        known.outcomes = known.outcomes + Self.outcomes(row.outcomes)
        if known.seenBy.last != router { known.seenBy.append(router) }
        seen[customer] = known
    }

    /// Numbers from the network may be anything, and are added up.
    private static func bounded(_ number: Int) -> Int { max(0, min(number, Int(UInt32.max))) }

    private static func outcomes(_ told: ImpactPage.Outcomes) -> Outcomes {
        Outcomes(
            requests: bounded(told.requests), slow: bounded(told.slow), failed: bounded(told.failed),
            noQuorum: bounded(told.noQuorum), refused: bounded(told.refused))
    }

    private static func effect(_ number: Int) -> BlastRadius.Effect? {
        switch number {
        case 0: .untouched
        case 1: .degraded
        case 2: .lost
        default: nil
        }
    }

    static func rank(_ effect: BlastRadius.Effect) -> Int {
        switch effect {
        case .untouched: 0
        case .degraded: 1
        case .lost: 2
        }
    }
}

extension ImpactPage.Outcomes {
    /// Requests that were not answered as they should have been.
    var harmed: Int { failed + noQuorum + refused }

    static func + (a: ImpactPage.Outcomes, b: ImpactPage.Outcomes) -> ImpactPage.Outcomes {
        ImpactPage.Outcomes(
            requests: a.requests + b.requests, slow: a.slow + b.slow, failed: a.failed + b.failed,
            noQuorum: a.noQuorum + b.noQuorum, refused: a.refused + b.refused)
    }
}

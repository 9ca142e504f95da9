import MeshBase
import Reports
import Sharding
import Topology

/// Makes the state of a feed from vitals, the process table and the membership.
///
/// A process that has told nothing for a while is silent, and what it said counts no more: unknown is a state, and none of
/// those that serve. The state of a cell is judged by whoever supervises it; this model adds who says what of it.
package struct LiveModel: Sendable {
    /// Most rows of each list of a state.
    package static let mostRows = 64

    struct Router {
        var vitals: RouterVitals
        var at: Instant
        var window = CounterWindow()
    }
    struct Told {
        var vitals: CellVitals
        var at: Instant
        var window = CounterWindow()
    }

    /// Who has told nothing for so long is silent.
    let silence: TimeAmount
    /// With the cells that were added.
    package private(set) var topology: MeshTopology
    private(set) var placement: Placement
    /// Somebody has told since the last state what bears on who serves.
    private var hasNews = false
    /// Who takes customers, by that placement.
    private(set) var use: CellUse
    /// Nil for too many customers.
    private(set) var customers: CustomerTable?
    private(set) var sights: [CellSight]
    private(set) var routerSights: [RouterSight] = []
    private(set) var looked: Instant?
    /// When it was looked for the first time.
    private(set) var begun: Instant?
    /// Whether some router runs; nil where nobody says.
    private(set) var routersRun: Bool?
    private(set) var told: [Int: Told] = [:]
    private(set) var routers: [String: Router] = [:]
    private(set) var control: (vitals: ControlVitals, at: Instant)?
    /// What is on beside: the source sets it as it changes.
    package var news = MeshNews()
    /// By name and state of a gate, since when: vitals tell how long, which differs by the time that they take.
    var gates: [String: Int64] = [:]
    var impact = ImpactModel()
    /// Cells that have come back without what they had.
    package var forgetful = ForgetfulCells()
    /// By cell, since when its witnesses differ.
    var differing: [Int: Instant] = [:]
    /// What routers have answered since this model began, whatever lives they have had.
    package private(set) var tally = AnswerTally()
    /// Requests of these, and those of them that failed with 5xx.
    package var answered: (total: UInt64, failed: UInt64) { (tally.requests, tally.failed) }

    /// - Parameter silence: at least three times the interval at which processes are asked.
    package init(_ topology: MeshTopology, placement: Placement, silence: TimeAmount = .seconds(3)) {
        self.topology = topology
        self.placement = placement
        self.silence = silence
        use = CellUse(placement.table, topology)
        customers = CustomerTable(topology, placement)
        sights = Array(repeating: CellSight(), count: topology.cells.count)
    }

    /// As of the topology and the placement at hand.
    package var shape: FeedShape { FeedShape(topology, placement, table: customers) }

    /// The mesh has further cells, or customers have moved. A new shape has to be told.
    package mutating func take(_ topology: MeshTopology, placement: Placement) {
        impact.leave(self.topology, self.placement, customers)
        self.topology = topology
        self.placement = placement
        use = CellUse(placement.table, topology)
        customers = CustomerTable(topology, placement)
        if sights.count < topology.cells.count {
            sights += repeatElement(CellSight(), count: topology.cells.count - sights.count)
        }
    }

    /// What the source says of the cells, in the order of the topology; what is missing is unknown.
    ///
    /// - Parameters:
    ///   - routers: what it says of these, in the order of the topology.
    ///   - routersRun: whether some router runs; without any no customer is served.
    package mutating func look(
        _ sights: [CellSight], routers: [RouterSight] = [], routersRun: Bool?, now: Instant
    ) {
        routerSights = routers
        for cell in self.sights.indices { self.sights[cell] = cell < sights.count ? sights[cell] : CellSight() }
        self.routersRun = routersRun
        looked = now
        begun = begun ?? now
    }

    /// What a cell has answered; a position that is none is passed over.
    package mutating func take(_ vitals: CellVitals, of cell: CellIndex, now: Instant) {
        guard topology.cells.indices.contains(cell.position) else { return }
        let before = told[cell.position]?.vitals
        if before == nil || before?.condition != vitals.condition { hasNews = true }
        var known = told[cell.position] ?? Told(vitals: vitals, at: now)
        if known.vitals.boot != vitals.boot { known.window = CounterWindow() }
        known.vitals = vitals
        known.at = now
        forgetful.take(vitals, of: cell.position, now: now)
        if let traffic = vitals.traffic {
            known.window.take([traffic.shed, traffic.calls, traffic.attempts], at: now)
        }
        told[cell.position] = known
    }

    /// What a router has answered; one that the topology does not name is passed over.
    package mutating func take(_ vitals: RouterVitals, of router: String, now: Instant) {
        guard topology.routers.contains(where: { $0.name == router }) else { return }
        let before = routers[router]?.vitals
        if before == nil || before?.reached != vitals.reached || before?.impaired != vitals.impaired { hasNews = true }
        var known = routers[router] ?? Router(vitals: vitals, at: now)
        count(vitals, after: routers[router]?.vitals)
        if known.vitals.boot != vitals.boot { known.window = CounterWindow() }
        known.vitals = vitals
        known.at = now
        if let requests = vitals.requests {
            known.window.take(RouterCounter.values(requests, vitals, cells: topology.cells.count), at: now)
        }
        routers[router] = known
    }

    /// What a router reaches by now; the rest is as it told last. Of one that has told nothing yet nothing is taken.
    package mutating func take(reached: [String: String], of router: String) {
        guard let known = routers[router], known.vitals.reached != reached else { return }
        routers[router]?.vitals.reached = reached
        hasNews = true
    }

    /// Whether a state made now would say the same of who serves as the last one.
    ///
    /// - Parameters:
    ///   - sights: what the source says now of the cells.
    ///   - routers: and of the routers.
    package func isOf(_ sights: [CellSight], routers: [RouterSight]) -> Bool {
        looked != nil && !hasNews && self.sights == sights && routerSights == routers
    }

    /// A router that is heard of for the first time has answered before this model began.
    private mutating func count(_ vitals: RouterVitals, after known: RouterVitals?) {
        guard let known, vitals.requests != nil else { return }
        tally.add(AnswerTally(vitals).since(known.boot == vitals.boot ? AnswerTally(known) : AnswerTally()))
    }

    /// What the control plane says of itself.
    package mutating func take(_ vitals: ControlVitals, now: Instant) { control = (vitals, now) }

    /// The state at an instant; its number is zero.
    ///
    /// - Parameter t: the same instant in milliseconds since 1970.
    package mutating func state(t: Int64, now: Instant) -> FeedState {
        hasNews = false
        var state = FeedState(seq: 0, t: t, cells: topology.cells.count)
        let fresh = freshRouters(now)
        for cell in topology.cells.indices { fill(cell, &state.cells, fresh, now: now) }
        state.mesh = mesh(fresh, now: now)
        state.routers = routerRows(now)
        state.mesh.headline = headline(state.cells, fresh, state.routers, now: now)
        state.amplification = amplification(fresh, now: now)
        state.breakers = breakers(fresh, t: t, now: now)
        state.faults = faults(fresh, now: now)
        state.host = host(fresh, now: now)
        state.evacuation = news.evacuation
        state.drill = news.drill
        state.monkey = news.monkey
        state.halt = news.halt
        state.alerts = Array(news.alerts.prefix(Self.mostRows))
        state.load = news.load
        impact.look(
            .init(out: out(state.cells), impaired: impaired), routers: fresh.map(\.vitals), topology, placement,
            customers, t: t)
        state.impact = impact.told
        return state
    }

    // MARK: Who has told lately

    func isFresh(_ at: Instant, _ now: Instant) -> Bool { now - at <= silence }

    /// By name, so that equal figures come out the same.
    private func freshRouters(_ now: Instant) -> [Router] {
        topology.routers.compactMap { routers[$0.name] }.filter { isFresh($0.at, now) }
    }

    func freshCells(_ now: Instant) -> [(cell: Int, told: Told)] {
        topology.cells.indices.compactMap { cell in
            told[cell].flatMap { isFresh($0.at, now) ? (cell, $0) : nil }
        }
    }

    /// Those that are to serve customers and of which some service does not answer whole.
    private var impaired: CellSet { CellSet(use.taking.filter { news.impaired.contains($0) }) }

    /// The cells that are to serve customers and are known not to.
    private func out(_ cells: FeedCells) -> CellSet {
        if routersRun == false { return use.taking }
        return CellSet(use.taking.filter { cells.isOut($0.position) })
    }
}

/// Where the counters of a router stand in its window.
enum RouterCounter {
    static let total = 0
    static let failed = 1
    static let shed = 2
    static let attempts = 3
    static let retries = 4
    static let latency = 5
    static let cells = latency + LatencyBuckets.count

    static func attempts(of cell: Int) -> Int { cells + 2 * cell }
    static func failed(of cell: Int) -> Int { cells + 2 * cell + 1 }

    static func values(_ requests: RouterVitals.Requests, _ vitals: RouterVitals, cells count: Int) -> [UInt64] {
        var values = [requests.total, requests.failed, requests.shed, requests.attempts, requests.retries]
        values += (vitals.latency ?? LatencyCounts()).counts
        for cell in 0..<count {
            let attempts = vitals.cells?.attempts ?? []
            let failed = vitals.cells?.failed ?? []
            values.append(cell < attempts.count ? attempts[cell] : 0)
            values.append(cell < failed.count ? failed[cell] : 0)
        }
        return values
    }
}

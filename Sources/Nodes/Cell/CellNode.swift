import Membership
import MeshBase
import Replication
import Resilience
import Sharding
import Topology
import Wire

/// A cell: its services with their pools, its records, its membership. Pure: sockets, the database file and clocks
/// belong to the driver.
package struct CellNode: ~Copyable {
    private let inPlace = InPlace()
    package private(set) var topology: MeshTopology
    package let cell: CellIndex
    /// Of the topology; asked for with each write.
    let recordLimit: Int
    let defect: CellDefect?
    package let name: String
    /// The driver speaks to it of keys, streams and further members; what that changes is taken over with the next datagram or wake.
    package var gossip: GossipPort
    package internal(set) var counters = CellCounters()
    var graph: ServiceGraph
    /// What faults do to the cell as a whole.
    var affliction: CellAffliction
    var cascade: CascadeWatch
    /// Who waits for which order of the store.
    var orders: Slab<PendingOrder>
    /// In front of the store, over the orders in hand.
    var storeShedder: LoadShedder
    /// Of the values to be written among them.
    var storeBytes = 0
    let storeByteLimit: Int
    let storePriority: Priority?
    /// The store: who it is, and whether it votes.
    var store: StoreIdentity?
    /// What the cell knows of the placement; its store installs it, cohort after cohort.
    package internal(set) var ledger: PlacementLedger
    var rooms: [CohortRoom]
    /// What the store was found to hold, for whoever asks next.
    var listings: CohortListings
    /// When what the store could not be asked is asked again.
    var installRetryAt = Instant.distantFuture
    /// The strictest of its store: a cohort follows it as a whole.
    let tier: StoreSettings.Tier?
    var refill: Refill
    /// Of its store; nil without one.
    let tiers: TierRules?
    /// When the cell was last called; hints are left at this time.
    var hintNow = Instant.zero
    /// Calls under idempotency keys, and what became of them.
    var claims: ClaimDesk
    /// Calls that were acknowledged and are carried out later.
    var jobs: JobDesk
    package internal(set) var claimCounters = ClaimCounters()
    /// Tells the other members of what only some of them have acknowledged.
    var hints: HintDelivery
    /// Cohorts whose next entry waits until what goes with it was sent on.
    var handOvers: Set<Int> = []
    /// Compares what the cell has with what the other members have.
    var repair: Repair
    /// The store was asked to change its life and has not answered.
    var isChangingLife = false
    /// The log knows that the refill has begun.
    var hasToldSources = false
    let poison: Set<UInt64>
    /// What is to be added to the driver's monotonic time for the wall clock: nanoseconds since 1970.
    package var wallOffset: Int64 = 0 {
        didSet { graph.wallOffset = wallOffset }
    }
    /// Flags, levels and breakers held by hand, as they are in force now.
    package internal(set) var settings = SettingsDocument()
    var heldBreakers: HeldBreakers
    package private(set) var isStopping = false
    var answerBuffer = ByteBuffer(capacity: 1024)
    var condition = CellCondition()
    var selfLook: CellHealth
    var routerLinks = CallingRouters()
    /// The store has not answered its last probe yet.
    var isStoreProbed = false
    /// Nor whether it has room again.
    var isRoomProbed = false
    var measured = LoadSignals()
    var stalls = PoolStalls()
    /// Of two levels that are compared.
    var arms = ArmCounters()
    /// Holds what the blueprint wants of its answers.
    var objectives: ObjectiveWatch
    /// What arriving calls found: the mean share of busy workers of the services that they were for. Calls that come at
    /// random see what a look at any time would.
    var found = (sum: 0.0, count: 0)
    /// Calls and orders of routers since the last look, and when that was.
    var arrived = (count: 0, since: Instant?.none)
    /// How much of the cell is used: the mean of the last seconds. Of its pools 0 to 1, or what arrives by the capacity that
    /// its blueprint declares, whichever is more.
    package private(set) var utilisation = 0.0
    /// Records compared with those of other cells when customers moved.
    package internal(set) var verifiedRecords: UInt64 = 0
    /// Records taken over from other cells.
    package var filledRecords: UInt64 { refill.records }

    package init(_ configuration: CellConfiguration) throws(GossipPort.Invalid) {
        topology = configuration.topology
        cell = configuration.cell
        recordLimit = configuration.topology.recordLimit
        defect = configuration.defect
        name = configuration.topology.cells[configuration.cell.position].name
        heldBreakers = HeldBreakers(node: name)
        let blueprint = configuration.topology.blueprint(of: configuration.cell)
        store = blueprint.store == nil ? nil : configuration.store
        condition.life = store?.life ?? .votes
        let policies = configuration.topology.cellPolicies(
            ofBlueprint: configuration.topology.cells[configuration.cell.position].blueprint)
        objectives = ObjectiveWatch(policies.objectives)
        var port = configuration.gossip
        claims = ClaimDesk(boot: port.boot, cell: configuration.cell)
        jobs = JobDesk(services: blueprint.services.count, policies.queue)
        port.metadata = condition.metadata
        gossip = try GossipPort(port)
        tier = blueprint.store?.strictest
        tiers = blueprint.store.map(TierRules.init)
        repair = Repair(
            isOn: store != nil && blueprint.store?.strictest != .cache
                && configuration.topology.sharding.replacement == .never,
            rule: configuration.repair ?? RepairRule(round: configuration.topology.repair.round))
        hints = HintDelivery(isOn: store != nil && blueprint.store?.has(.important) == true)
        // Whatever its store has installed was decided, and may be newer than what it was started with.
        var ledger = PlacementLedger(
            configuration.placement, seal: EntrySeal(secret: port.secret, mesh: port.mesh))
        for cohort in store?.cohorts ?? [] { ledger.take(decided: cohort.entry) }
        self.ledger = ledger
        listings = CohortListings(cohorts: ledger.cohorts)
        rooms = (0..<ledger.cohorts).map { CohortRoom(StoredCohort(entry: PlacementEntry(cohort: $0))) }
        for cohort in store?.cohorts ?? [] where rooms.indices.contains(cohort.entry.cohort) {
            rooms[cohort.entry.cohort].stored = cohort
        }
        let rule =
            configuration.refill
            ?? RefillRule(blueprint.store, requestTimeout: configuration.topology.routing.requestTimeout)
        let votes = store?.life ?? .votes
        let shapes = votes == .votes ? [] : ledger.placement.shapes(around: configuration.cell)
        let peers = Set(shapes.flatMap { $0.domains.flatMap(\.cells) }).sorted()
        refill = Refill(
            store ?? StoreIdentity(id: 0, life: .votes), rule: rule, cell: configuration.cell, peers: peers,
            names: configuration.topology.cells, cohorts: ledger.cohorts)
        refill.tiers = tiers
        graph = ServiceGraph(
            blueprint: blueprint, cell: name, policies: policies, flags: topology.flags ?? [],
            peaks: configuration.topology.peakProfiles(
                ofBlueprint: configuration.topology.cells[configuration.cell.position].blueprint),
            seed: configuration.topology.seed, node: StableHash.hash(name), programs: configuration.programs)
        cascade = CascadeWatch(services: graph.services.count)
        affliction = CellAffliction(seed: configuration.topology.seed, node: StableHash.hash(name))
        graph.defect = configuration.defect
        graph.traces = CellTraces(
            node: name, sample: configuration.traceSample,
            slow: configuration.topology.blueprint(of: configuration.cell).objectives?.p99,
            seed: StableHash.combine(port.seed, port.boot))
        selfLook = CellHealth(
            probes: policies.probes, adaptive: policies.adaptiveShedding, hasStore: store != nil,
            hasSynthetic: policies.syntheticService != nil, dependencies: graph.routes.gates.count,
            services: graph.services.count)
        orders = Slab(limit: configuration.storeLimit)
        storeShedder = LoadShedder(
            capacity: configuration.storeLimit, thresholds: policies.thresholds)
        storeByteLimit = configuration.storeByteLimit
        storePriority = blueprint.store?.priority
        poison = Set(
            (0..<configuration.topology.customers.poison).map { CustomerHash(Customers.name($0 + 1)).rawValue })
    }

    /// The mesh has further cells, of which entries may speak from now on.
    package mutating func grow(_ topology: MeshTopology) {
        self.topology = topology
        ledger.grow(topology)
    }

    /// The earliest instant at which `wake` has something to do.
    package mutating func nextDeadline() -> Instant {
        var next = gossip.nextDeadline() ?? .distantFuture
        if let at = graph.timers.next() { next = min(next, at) }
        next = min(next, condition.nextLook, selfLook.nextLook, installRetryAt, objectives.nextLook)
        if let at = claims.timers.next() { next = min(next, at) }
        if jobs.isOn, !isStopping { next = min(next, jobs.sweepAt, jobs.nextTry()) }
        next = min(next, graph.programs.nextDeadline())
        return isStopping
            ? next : min(next, claims.sweepAt, refill.nextDeadline, hints.nextDeadline, repair.nextDeadline)
    }

    package mutating func start(seeds: [Endpoint], now: Instant, into sink: inout some CellSink) {
        condition.begin(now: now)
        selfLook.begin(now: now)
        objectives.begin(now: now)
        graph.start(now: now)
        repair.start(now: now)
        if store != nil { claims.sweepAt = now + ClaimDesk.sweepInterval }
        if jobs.isOn { jobs.sweepAt = now }
        // What the topology says of flags, until settings come.
        switchEdges(settings, now: now, into: &sink)
        gossip.start(seeds: seeds, now: now, into: &sink)
        gossip.drainChanges()
        beginPlacement(now: now, into: &sink)
        beginRefill(now: now, into: &sink)
    }

    package mutating func handle(
        datagram: UnsafeRawBufferPointer, from: Endpoint, now: Instant, into sink: inout some CellSink
    ) {
        gossip.handle(datagram: datagram, from: from, now: now, into: &sink)
        gossip.drainChanges()
    }

    package mutating func wake(now: Instant, into sink: inout some CellSink) {
        gossip.wake(now: now, into: &sink)
        if now >= condition.nextLook {
            utilisation +=
                (max(found.count > 0 ? found.sum / Double(found.count) : 0, arriving(now)) - utilisation) * 0.5
            found = (0, 0)
            arrived = (0, now)
            gossip.update(condition.look(fullness: fullness, now: now), now: now, into: &sink)
            if let news = condition.news() { sink.emit(.store(news)) }
            if condition.trouble == .full { probeRoom(into: &sink) }
            lookAtPressure(now: now, into: &sink)
            lookAtCascade(into: &sink)
        }
        if mustJudge(now) { judge(now: now, into: &sink) }
        if now >= selfLook.nextLook { lookAtItself(now: now, into: &sink) }
        gossip.drainChanges()
        retryInstalls(now: now, into: &sink)
        if now >= refill.nextDeadline { goOn(now: now, into: &sink) }
        if now >= hints.nextDeadline { deliverHints(now: now, into: &sink) }
        if now >= repair.nextDeadline { tendRepair(now: now, into: &sink) }
        wakeClaims(now: now, into: &sink)
        tendJobs(now: now, into: &sink)
        wakePrograms(now: now, into: &sink)
        graph.wake(now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// What arrives by the declared capacity; 0 where none is declared.
    private func arriving(_ now: Instant) -> Double {
        guard let capacity = topology.blueprint(of: cell).capacity, let since = arrived.since, now > since else {
            return 0
        }
        return Double(arrived.count) / (now - since).seconds / Double(capacity)
    }

    /// What keeps the store from doing what it should.
    package var storeTrouble: StoreTrouble { condition.trouble }

    /// How full the fullest pool of a service is with its queue.
    private var fullness: Double { graph.pools.reduce(0) { max($0, $1.utilisation) } }

    /// From now on new work is refused, and the others are told that this cell goes on purpose.
    package mutating func leave(now: Instant, into sink: inout some CellSink) {
        isStopping = true
        selfLook.stop()
        gossip.leave(now: now, into: &sink)
    }

    /// Nothing is in work any more.
    package var isIdle: Bool {
        orders.count == 0 && graph.invocations.count == 0 && graph.edgeCalls.count == 0 && claims.tasks.count == 0
    }
}

extension UnsafeRawBufferPointer {
    package static var empty: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}

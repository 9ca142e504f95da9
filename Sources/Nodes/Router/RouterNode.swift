import Membership
import MeshBase
import Replication
import Resilience
import Sharding
import Topology
import Wire

/// What a router node is made of.
package struct RouterConfiguration {
    package var topology: MeshTopology
    package var placement: Placement
    package var gossip: GossipConfiguration
    /// Unique to this life of the process; it makes the versions of writes unique.
    package var boot: UInt32
    /// Client requests in work at once; further ones are answered 503.
    package var operationLimit = 65_536
    /// Bytes of values that readings hold until enough cells have answered; beyond, a cell's answer counts as refused.
    package var heldLimit = 256 << 20
    /// In place of the rule of each tier; for tests, which show a checker what a wrong one does.
    package var quorum: QuorumRule?
    /// Sessions are carried and mean nothing; for tests, as `quorum`.
    package var ignoresSessions = false
    /// For tests, as `quorum`.
    package var defect: RouterDefect?
    /// One of so many requests is followed though nobody asked; 0 for none.
    package var traceSample: UInt64 = 0

    package init(topology: MeshTopology, placement: Placement, gossip: GossipConfiguration, boot: UInt32) {
        self.topology = topology
        self.placement = placement
        self.gossip = gossip
        self.boot = boot
    }
}

/// The cell router: maps a customer to a shard, a request to the first healthy cell of it, and coordinates the reads
/// and writes of records over the whole shard. Pure: sockets and clocks belong to the driver.
///
/// It holds no state that it cannot compute or re-read: placement is a function of topology and epoch, membership
/// comes by gossip, everything else lives as long as one request.
package struct RouterNode: ~Copyable {
    private let inPlace = InPlace()
    package private(set) var topology: MeshTopology
    package let policy: RoutingPolicy
    /// What the router knows of the placement; it learns it from the cells and tells them.
    package internal(set) var ledger: PlacementLedger
    package var placement: Placement { ledger.placement }
    /// The driver speaks to it of keys, streams and further members; what that changes is taken over with the next datagram or wake.
    package var gossip: GossipPort
    package internal(set) var impact = ImpactObserver()
    package internal(set) var counters = RouterCounters()
    /// What customers saw that were on the way between two placements.
    package internal(set) var moved = MovedOutcomes()
    /// How long writes waited that met a move: from the first refusal to the answer.
    package internal(set) var writePauses = DurationHistogram()
    /// What it saw of each cell, and what clients were told.
    package internal(set) var figures: RouterFigures
    /// What policies decided about single requests.
    package internal(set) var traces: RouterTraces

    var links: InPlaceArray<CellLink>
    /// How each cell behaves towards this router.
    var conducts: [CellConduct]
    /// Of records that were answered before all cells had.
    var lateAnswers = LateAnswers()
    /// The cells that have answered nothing for a moment, and where their packets of the membership would come from.
    var doubted: [(Endpoint, CellIndex)] = []
    private(set) var cellsByName: [String: CellIndex]
    /// Cells that are not serving now, for shards that replace dead cells.
    var notServing = CellSet()
    var operations: Slab<RouterOperation>
    /// Requests that are not answered yet.
    package var inWork: Int { operations.count }
    var timers = OperationTimers()
    /// Of links that are to be opened again.
    var linkTimers = TimerTable<CellIndex>()
    var calls = ServiceCalls()
    var recordCalls = RecordCalls()
    var gates: RouterGates
    /// How the answers of services were lately.
    var tally: ServiceTally
    /// By class, load and pressure; nil where nothing is shed.
    var admission: ClassAdmission?
    /// Whether pressure sheds, too.
    let shedsByPressure: Bool
    /// What the driver knows of the strain of this process; it tells it anew every second.
    package var signals = LoadSignals()
    /// How long the answers of this second took.
    var answerTimes = DurationHistogram()
    /// Requests in work at once, the most of this second.
    var mostInWork = 0
    /// Of all requests.
    var limiter: RateLimiter?
    /// What those are told who were shed here.
    let shedWait: TimeAmount
    /// Every coin of the policies.
    var random: Generator
    /// Gates that have a place for one that waits, and attempts that others have displaced, by ticket and gate.
    var vacant: [Int] = []
    var turnedAway: [(UInt64, Int)] = []
    /// When gates are looked at next.
    var nextWatch = Instant.distantFuture
    /// When gates that foresee failures take their next sample.
    var nextPrediction = Instant.distantFuture
    /// This process was late itself: what was not heard in this turn is no cell's fault.
    var isLate = false
    /// The time of the call that is being worked on.
    var clock = Instant.zero
    /// When the cells are looked at next.
    var nextLook = Instant.distantFuture
    /// When the cells are asked next whether they know of a newer placement.
    var nextExchange = Instant.distantFuture
    /// Nil once the cells that never served were looked for.
    var started: Instant?
    /// Services whose cells all claim keys, by the hash of their names.
    private(set) var keyedServices: [UInt64: KeyedService]
    /// The tiers of each blueprint's records; nil where it has no store.
    private let tiers: [TierRules?]
    let quorum: QuorumRule?
    let ignoresSessions: Bool
    let defect: RouterDefect?
    let sessionSeal: SessionSeal
    let siblingSeal: SiblingSeal
    /// What is to be added to the driver's monotonic time for the wall clock: nanoseconds since 1970. The driver keeps it
    /// right as the wall clock is set.
    package var wallOffset: Int64 = 0 {
        didSet { if wallOffset != oldValue, oldValue != 0 { clocks.ownClockMoved(by: wallOffset - oldValue) } }
    }
    /// Flags, levels and breakers held by hand, as they are in force now.
    package internal(set) var settings = SettingsDocument()
    /// Of its own gates.
    var heldBreakers: HeldBreakers
    var versionClock = HybridClock(latest: 0)
    package internal(set) var clocks: ClockConsensus
    let boot: UInt32
    /// Its own, as gates are named.
    let nodeName: String
    var operationNumber: UInt32 = 0
    /// Bytes of the values that readings hold until enough cells have answered.
    package internal(set) var heldBytes = 0
    let heldLimit: Int

    package init(_ configuration: RouterConfiguration) throws(GossipPort.Invalid) {
        topology = configuration.topology
        policy = configuration.topology.routing
        ledger = PlacementLedger(
            configuration.placement,
            seal: EntrySeal(secret: configuration.gossip.secret, mesh: configuration.gossip.mesh))
        gossip = try GossipPort(configuration.gossip)
        boot = configuration.boot
        nodeName = configuration.gossip.profile.name
        heldBreakers = HeldBreakers(node: nodeName)
        precondition(configuration.operationLimit <= AttemptNumber.mostOperations)
        operations = Slab(limit: configuration.operationLimit)
        let policies = RouterPolicies(configuration.topology)
        let seed = StableHash.combine(configuration.gossip.seed, UInt64(configuration.boot))
        gates = RouterGates(
            policies, configuration.topology, node: configuration.gossip.profile.name, seed: seed, now: .zero)
        tally = ServiceTally(slots: gates.names.count, customers: configuration.topology.customers.count)
        random = Generator(seed: seed, concern: "policies")
        traces = RouterTraces(
            sample: configuration.traceSample,
            slowRecords: configuration.topology.blueprints.compactMap { $0.store == nil ? nil : $0.objectives?.p99 }
                .min(),
            seed: seed)
        admission = policies.concurrent.map {
            ClassAdmission(
                capacity: $0, thresholds: policies.thresholds, adaptive: policies.adaptiveShedding ?? .local,
                early: policies.earlyShedding)
        }
        limiter = policies.rate.map { RateLimiter(policy: $0) }
        shedWait = policies.retryAfter
        shedsByPressure = policies.adaptiveShedding != nil
        heldLimit = configuration.heldLimit
        keyedServices = KeyedService.all(configuration.topology)
        tiers = configuration.topology.blueprints.map { $0.store.map(TierRules.init) }
        quorum = configuration.quorum
        ignoresSessions = configuration.ignoresSessions
        defect = configuration.defect
        sessionSeal = SessionSeal(secret: configuration.gossip.secret, mesh: configuration.gossip.mesh)
        siblingSeal = SiblingSeal(secret: configuration.gossip.secret, mesh: configuration.gossip.mesh)
        clocks = ClockConsensus(cells: configuration.topology.cells.count)
        cellsByName = Dictionary(
            uniqueKeysWithValues: configuration.topology.cells.enumerated().map { ($1.name, CellIndex($0)) })
        links = InPlaceArray(configuration.topology.cells.map { CellLink(name: $0.name) })
        conducts = Array(repeating: CellConduct(), count: links.count)
        figures = RouterFigures(cells: links.count)
        for position in links.indices { notServing.insert(CellIndex(position)) }
    }

    /// The mesh has further cells: they are linked to as the membership has them, and take customers once entries say so.
    package mutating func grow(_ topology: MeshTopology, now: Instant, into sink: inout some RouterSink) {
        clock = now
        for (position, cell) in topology.cells.enumerated().dropFirst(links.count) {
            links.append(CellLink(name: cell.name))
            conducts.append(CellConduct())
            cellsByName[cell.name] = CellIndex(position)
            notServing.insert(CellIndex(position))
        }
        clocks.grow(cells: topology.cells.count)
        figures.grow(cells: topology.cells.count)
        gates.grow(topology)
        self.topology = topology
        keyedServices = KeyedService.all(topology)
        ledger.grow(topology)
        for member in gossip.swim.members where member.profile.role == .cell {
            guard let cell = cellsByName[member.profile.name], links[cell.position].status == nil else { continue }
            follow(cell, status: member.status, endpoint: member.profile.data, now: now, into: &sink)
        }
    }

    /// The earliest instant at which `wake` has something to do.
    package mutating func nextDeadline() -> Instant {
        var next = gossip.nextDeadline() ?? .distantFuture
        if let at = linkTimers.next() { next = min(next, at) }
        if let at = timers.next({ [operations] in operations[$0.operation]?.timerAt == $0.at }) { next = min(next, at) }
        return min(next, nextLook, nextExchange, nextWatch, nextPrediction)
    }

    package mutating func start(seeds: [Endpoint], now: Instant, into sink: inout some RouterSink) {
        clock = now
        started = now
        nextLook = now + lookInterval
        nextWatch = now + .seconds(1)
        gossip.start(seeds: seeds, now: now, into: &sink)
        followMembers(now: now, into: &sink)
    }

    package mutating func handle(
        datagram: UnsafeRawBufferPointer, from: Endpoint, now: Instant, into sink: inout some RouterSink
    ) {
        if !doubted.isEmpty { listen(to: from) }
        gossip.handle(datagram: datagram, from: from, now: now, into: &sink)
        followMembers(now: now, into: &sink)
    }

    package mutating func wake(now: Instant, into sink: inout some RouterSink) {
        clock = now
        gossip.wake(now: now, into: &sink)
        followMembers(now: now, into: &sink)
        while let cell = linkTimers.popDue(now: now) { reconnect(cell, now: now, into: &sink) }
        if now >= nextExchange { exchangeAll(now: now, into: &sink) }
        let stood = stoodStill(now)
        isLate = stood
        while let due = timers.popDue(now: now) {
            guard let operation = operations[due.operation], operation.timerAt == due.at else { continue }
            switch operation.work {
            case .service(let place): callElapsed(due.operation, place, now: now, into: &sink)
            case .record: recordElapsed(due.operation, now: now, into: &sink)
            }
        }
        isLate = false
        if now >= nextLook { look(stood: stood, now: now, into: &sink) }
        if now >= nextWatch { watch(now: now, into: &sink) }
        if now >= nextPrediction { predict(now: now, into: &sink) }
        takeTurns(now: now, into: &sink)
    }

    /// What the customer's cells promise to a record; nil where they have no store.
    func tier(of request: DataRequest, at cell: CellIndex) -> StoreSettings.Tier? {
        tiers[topology.cells[cell.position].blueprint]?.tier(ofKey: request.key, escapes: request.keyIsEncoded)
    }

    /// How conflicts of the key are handled where the customer's records are.
    func handling(of request: DataRequest, at cell: CellIndex) -> ConflictHandling {
        tiers[topology.cells[cell.position].blueprint]?
            .handling(ofKey: request.key, escapes: request.keyIsEncoded) ?? .lastWriterWins
    }

    /// The customer's shards and epoch as this router knows them.
    func assignment(of customer: CustomerHash) -> Placement.Assignment {
        var assignment = placement.assignment(of: customer)
        if topology.sharding.replacement == .onCrash {
            assignment.inForce = placement.shard(of: customer, excluding: notServing)
            assignment.other = Shard()
            assignment.phase = .stable
        }
        return assignment
    }

    /// The wall clock, nanoseconds since 1970, as the cells' clocks correct it.
    func wall(_ now: Instant) -> Int64 { now.nanoseconds &+ wallOffset &+ clocks.correction.nanoseconds }

    /// Versions that were too far ahead of the clock to be followed by others.
    package var insaneVersions: UInt64 { versionClock.insane }

    /// No client waits for an answer.
    package var isIdle: Bool { operations.count == 0 }

    /// Tells the others that this router goes on purpose.
    package mutating func leave(now: Instant, into sink: inout some RouterSink) {
        gossip.leave(now: now, into: &sink)
    }

    /// The shard of a customer as this router sees it now.
    package func shard(of customer: CustomerHash) -> Shard {
        switch topology.sharding.replacement {
        case .never: ledger.placement.shard(of: customer)
        case .onCrash: ledger.placement.shard(of: customer, excluding: notServing)
        }
    }

    /// Where this router reaches a cell, ready or not; nil for one that it does not reach.
    package func reachedEndpoint(_ cell: CellIndex) -> Endpoint? {
        links[cell.position].isReached ? links[cell.position].endpoint : nil
    }

    /// False as well for a cell that was added and that this router has not heard of.
    package func isServing(_ cell: CellIndex) -> Bool {
        links.indices.contains(cell.position) && links[cell.position].isServing
    }

    /// How many cells of a shard serve.
    package func serving(of shard: Shard) -> Int {
        var count = 0
        for position in 0..<shard.count where links[shard[position].position].isServing { count += 1 }
        return count
    }

    /// A client's request. It is answered by one `respond`, now or later.
    /// - Returns: what `abandon` takes while the answer is due.
    @discardableResult
    package mutating func handle(
        request: DataRequest, now: Instant, into sink: inout some RouterSink
    ) -> SlabKey? {
        clock = now
        if !request.isCheck { counters.requests += 1 }
        if request.isShortened { counters.idsShortened += 1 }
        if request.isTraceMalformed { counters.tracesMalformed += 1 }
        var request = request
        follow(&request, now: now, into: &sink)
        let key =
            switch request.target {
            case .service: startService(request, now: now, into: &sink)
            case .record: startRecord(request, now: now, into: &sink)
            }
        takeTurns(now: now, into: &sink)
        return key
    }

    /// The client of a request went away: nothing is answered, and nothing new is begun for it. Changes nothing when
    /// the request has been answered.
    package mutating func abandon(_ operation: SlabKey, into sink: inout some RouterSink) {
        // Frames that are on their way are answered into a stale key, which is ignored.
        guard operations.contains(operation) else { return }
        counters.abandoned += 1
        if case .service(let place) = operations[operation]!.work {
            callWithdrawn(operation, place, now: clock, into: &sink)
        } else {
            finish(operation)
        }
        takeTurns(now: clock, into: &sink)
    }

    /// A frame from a cell.
    package mutating func handle(
        frame: borrowing FrameView, from cell: CellIndex, now: Instant, into sink: inout some RouterSink
    ) {
        clock = now
        conducts[cell.position].heard(now: now)
        if frame.head.kind == .pong { return ponged(frame.head, by: cell, now: now, into: &sink) }
        if frame.head.kind == .hint { return hinted(frame, by: cell, now: now, into: &sink) }
        if frame.head.request == Self.exchangeRequest { return exchanged(frame, by: cell, now: now, into: &sink) }
        let number = AttemptNumber(rawValue: frame.head.request)
        let key = number.operation
        guard operations.contains(key) else {
            counters.lateFrames += 1
            if frame.head.kind == .reply, let sent = lateAnswers.sent(key) {
                conducts[cell.position].late(slot: 0, took: now - sent, now: now)
            }
            return
        }
        switch operations[key]!.work {
        case .service(let place): serviceAnswered(number, place, frame, by: cell, now: now, into: &sink)
        case .record: recordAnswered(key, frame, by: cell, now: now, into: &sink)
        }
        takeTurns(now: now, into: &sink)
    }

    /// Ends an operation; its timer is void.
    mutating func finish(_ key: SlabKey) {
        answering(key)
        switch operations[key]!.work {
        case .service(let place): if place >= 0 { calls.remove(place) }
        case .record(let work):
            if heldBytes > 0 { heldBytes -= work.value.count }
            if work.register.unheard != 0 { lateAnswers.note(key, sent: operations[key]!.attemptBegan) }
            if work.attempts >= 0 {
                withdrawRecord(work.attempts, now: clock)
                recordCalls.remove(work.attempts)
            }
        }
        operations.remove(key)
    }

    /// Wakes an operation at this instant and at no other.
    mutating func wake(_ key: SlabKey, at: Instant) {
        operations[key]!.timerAt = at
        timers.arm(key, at: at)
    }

    /// A new phase of a record: late answers and limits of the one before no longer count.
    mutating func beginAttempt(_ key: SlabKey, now: Instant) -> UInt32 {
        operations[key]!.attemptBegan = now
        let deadline = operations[key]!.deadline
        let until = min(now + policy.attemptTimeout, deadline)
        if !beginPhase(key, until: until, now: now) { wake(key, at: until) }
        return UInt32(clamping: max(1, (deadline - now).nanoseconds / 1_000_000))
    }

    mutating func cellFailed(_ cell: CellIndex, now: Instant, into sink: inout some RouterSink) {
        for key in operations.keys {
            guard let operation = operations[key] else { continue }
            switch operation.work {
            case .service(let place): callLost(key, place, at: cell, now: now, into: &sink)
            case .record(let work):
                if let position = work.members.position(of: cell) {
                    recordPositionFailed(key, position, isLost: true, now: now, into: &sink)
                }
            }
        }
        takeTurns(now: now, into: &sink)
    }

    /// Answers a client with a refusal of the mesh's own.
    mutating func refuse(
        _ request: RequestID, status: UInt16, shard: Shard?, customer: CustomerHash, wait: TimeAmount = .zero,
        lacksQuorum: Bool = false, service: ImpactObserver.Impact? = nil, _ problem: DataProblem,
        into sink: inout some RouterSink
    ) {
        var response = RouterResponse(status: status)
        response.epoch = ledger.placement.epoch(of: customer)
        response.wait = wait
        response.problem = problem
        if let shard {
            response.serving = serving(of: shard)
            response.shardSize = shard.count
            let outcome: ImpactOutcomes.Outcome =
                switch status {
                case 500, 502, 504: .failed
                case 503, 507: lacksQuorum ? .noQuorum : .refused
                default: .ok
                }
            let isCheck = traces.answering.isCheck
            if !isCheck {
                // Records fail by what lies on the cells of the shard, such as full disks.
                let struck: ImpactObserver.Impact =
                    outcome.isFault && impact.hasStruckServices && impact.strikesServices(of: shard)
                    ? .degraded : .untouched
                impact.note(
                    customer, serving: response.serving, of: shard.count, outcome, service: service ?? struck,
                    now: clock)
            }
            if !isCheck, ledger.placement.isMoving(customer) {
                // What is shed on purpose is no failure of the move.
                moved.note(failed: status >= 500 && problem.policy.description != "shedding")
            }
        }
        told(status: status)
        endTrace(&response, into: &sink)
        sink.respond(to: request, response)
    }

    /// An answer as the service or the store gave it.
    ///
    /// - Parameter service: as `ImpactObserver.note` has it.
    mutating func noteAnswer(
        _ customer: CustomerHash, since started: Instant, _ response: borrowing RouterResponse,
        service: ImpactObserver.Impact = .untouched
    ) {
        let outcome: ImpactOutcomes.Outcome =
            response.status >= 500
            ? .serviceFailed : clock - started >= policy.attemptTimeout ? .slow : .ok
        impact.note(
            customer, serving: response.serving, of: response.shardSize, outcome, service: service, now: clock)
        if shedsByPressure { answerTimes.record(clock - started) }
        if ledger.placement.isMoving(customer) { moved.note(failed: false) }
    }
}

import Membership
import MeshBase
import Replication
import Resilience
import Sharding
import Topology
import Wire

/// What a cell node is made of.
package struct CellConfiguration {
    package var topology: MeshTopology
    package var cell: CellIndex
    package var gossip: GossipConfiguration
    /// Store orders in work at once; further ones are refused.
    package var storeLimit = 10_000
    /// Bytes of values that wait for the store at which it counts as full; its queue bounds what it takes by itself.
    package var storeByteLimit = 64 << 20
    /// Which cells hold which customer.
    package var placement: Placement
    /// The cell's store as it was opened; nil where it has none.
    package var store: StoreIdentity?
    /// When records are compared with those of other members.
    package var repair = RepairRule()
    /// In place of the rule of the store's tier; for tests.
    package var refill: RefillRule?
    /// For tests, which show a checker what a wrong build does.
    package var defect: CellDefect?

    package init(
        topology: MeshTopology, cell: CellIndex, gossip: GossipConfiguration, placement: Placement,
        store: StoreIdentity?
    ) {
        self.topology = topology
        self.cell = cell
        self.gossip = gossip
        self.placement = placement
        self.store = store
    }
}

/// A cell: its services with their pools, its records, its membership. Pure: sockets, the database file and clocks
/// belong to the driver.
package struct CellNode: ~Copyable {
    package private(set) var topology: MeshTopology
    package let cell: CellIndex
    let defect: CellDefect?
    package let name: String
    /// The driver speaks to it of keys, streams and further members; what that changes is taken over with the next datagram or wake.
    package var gossip: GossipPort
    package internal(set) var counters = CellCounters()
    var graph: ServiceGraph
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
    package var wallOffset: Int64 = 0
    package private(set) var isStopping = false
    var answerBuffer = ByteBuffer(capacity: 1024)
    var condition = CellCondition()
    /// What arriving calls found: the mean share of busy workers of the services that they were for. Calls that come at
    /// random see what a look at any time would.
    private var found = (sum: 0.0, count: 0)
    /// Calls and orders of routers since the last look, and when that was.
    private var arrived = (count: 0, since: Instant?.none)
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
        defect = configuration.defect
        name = configuration.topology.cells[configuration.cell.position].name
        let blueprint = configuration.topology.blueprint(of: configuration.cell)
        store = blueprint.store == nil ? nil : configuration.store
        condition.life = store?.life ?? .votes
        var port = configuration.gossip
        claims = ClaimDesk(boot: port.boot, cell: configuration.cell)
        port.metadata = condition.metadata
        gossip = try GossipPort(port)
        tier = blueprint.store?.strictest
        tiers = blueprint.store.map(TierRules.init)
        repair = Repair(
            isOn: store != nil && blueprint.store?.strictest != .cache
                && configuration.topology.sharding.replacement == .never, rule: configuration.repair)
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
            blueprint: blueprint, seed: configuration.topology.seed, node: StableHash.hash(name))
        orders = Slab(limit: configuration.storeLimit)
        storeShedder = LoadShedder(
            capacity: configuration.storeLimit, thresholds: ShedThresholds(blueprint.shedding))
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
        next = min(next, condition.nextLook, installRetryAt)
        if let at = claims.timers.next() { next = min(next, at) }
        return isStopping
            ? next : min(next, claims.sweepAt, refill.nextDeadline, hints.nextDeadline, repair.nextDeadline)
    }

    package mutating func start(seeds: [Endpoint], now: Instant, into sink: inout some CellSink) {
        condition.begin(now: now)
        repair.start(now: now)
        if store != nil { claims.sweepAt = now + ClaimDesk.sweepInterval }
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
            tellOfShedding(into: &sink)
        }
        gossip.drainChanges()
        retryInstalls(now: now, into: &sink)
        if now >= refill.nextDeadline { goOn(now: now, into: &sink) }
        if now >= hints.nextDeadline { deliverHints(now: now, into: &sink) }
        if now >= repair.nextDeadline { tendRepair(now: now, into: &sink) }
        wakeClaims(now: now, into: &sink)
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

    private mutating func tellOfShedding(into sink: inout some CellSink) {
        for service in graph.shedders.indices {
            let name = graph.services[service].name
            graph.shedders[service].changes { sink.emit(.shedding(place: name, $0, hasBegun: $1)) }
        }
        storeShedder.changes { sink.emit(.shedding(place: "records", $0, hasBegun: $1)) }
    }

    /// What keeps the store from doing what it should.
    package var storeTrouble: StoreTrouble { condition.trouble }

    /// How full the fullest pool of a service is with its queue.
    private var fullness: Double { graph.pools.reduce(0) { max($0, $1.utilisation) } }

    /// From now on new work is refused, and the others are told that this cell goes on purpose.
    package mutating func leave(now: Instant, into sink: inout some CellSink) {
        isStopping = true
        gossip.leave(now: now, into: &sink)
    }

    /// Nothing is in work any more.
    package var isIdle: Bool { orders.count == 0 && graph.invocations.count == 0 && claims.tasks.count == 0 }

    /// A frame from a router.
    package mutating func handle(
        frame: borrowing FrameView, link: ConnectionID, now: Instant, into sink: inout some CellSink
    ) {
        counters.frames += 1
        hintNow = now
        if frame.head.kind == .ping { return pong(frame.head, to: link, into: &sink) }
        let asker = CellAsker.frame(link, request: frame.head.request)
        guard !isStopping else { return refuse(asker, .stopping, frame.head, into: &sink) }
        switch frame.head.kind {
        case .serviceCall:
            arrived.count += 1
            guard let service = graph.service(named: frame.name) else {
                return refuse(asker, .unknownService, frame.head, into: &sink)
            }
            guard isCurrent(frame.head, asker, isRecord: false, into: &sink) else { return }
            let deadline =
                frame.head.deadline == 0 ? Instant.distantFuture : now + .milliseconds(Int64(frame.head.deadline))
            if claim(service, frame, asker, deadline: deadline, now: now, into: &sink) { return }
            call(
                service, for: asker, customer: frame.head.customer, priority: frame.head.flags.priority,
                deadline: deadline, name: frame.customer, now: now, into: &sink)
        case .recordVersion, .recordRead, .recordWrite:
            arrived.count += 1
            order(frame, asker, now: now, into: &sink)
        case .storeState, .recordList, .recordFetch, .recordDigest, .hints:
            handle(peer: frame, asker, now: now, into: &sink)
        case .entries: exchange(frame, asker, now: now, into: &sink)
        case .cohortStatus: tellStatus(frame, asker, now: now, into: &sink)
        case .decree: decide(frame, asker, into: &sink)
        case .claim: keepClaim(frame, asker, now: now, into: &sink)
        case .tombstones, .dropTombstones: handle(sweep: frame, asker, now: now, into: &sink)
        case .ping, .pong, .reply, .refusal:
            counters.unexpectedFrames += 1
        }
    }

    private mutating func pong(_ ping: FrameHead, to link: ConnectionID, into sink: inout some CellSink) {
        counters.pings += 1
        var head = ping
        head.kind = .pong
        sink.reply(
            head, to: link, note: UnsafeRawBufferPointer(start: nil, count: 0),
            body: UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// A service call by a client of the cell's own listener; it has no longer than a router would give it.
    ///
    /// - Parameter isSafe: its method may be repeated; what needs an idempotency key is claimed by routers' calls only.
    package mutating func handle(
        serviceCall service: UnsafeRawBufferPointer, customer: UnsafeRawBufferPointer, priority: Priority?,
        isSafe: Bool = true, deadline: TimeAmount, connection: ConnectionID, now: Instant,
        into sink: inout some CellSink
    ) {
        counters.httpCalls += 1
        guard !isStopping else {
            return respond(connection, .stopping, "this cell is stopping", into: &sink)
        }
        guard let index = graph.service(named: service) else {
            return respond(connection, .unknownService, "no such service", into: &sink)
        }
        guard isSafe || !needsKey(index) else {
            claimCounters.unfit += 1
            return respond(connection, .keyUnkept, "this cell alone claims no keys", into: &sink)
        }
        call(
            index, for: .http(connection), customer: CustomerHash(customer), priority: priority,
            deadline: now + min(deadline, topology.routing.requestTimeout), name: customer, now: now, into: &sink)
    }

    mutating func call(
        _ service: Int, for asker: CellAsker, customer: CustomerHash, priority: Priority?, deadline: Instant,
        name: UnsafeRawBufferPointer, now: Instant, into sink: inout some CellSink
    ) {
        if !poison.isEmpty, poison.contains(customer.rawValue) {
            sink.emit(.poisoned(customer: String(decoding: name, as: UTF8.self)))
            sink.crash()
            return
        }
        found.sum += Double(graph.pools[service].busy) / Double(max(graph.pools[service].workers, 1))
        found.count += 1
        graph.call(
            service, for: asker, customer: customer, priority: priority, deadline: deadline, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// The processor time of one call has been used.
    package mutating func burned(_ ticket: UInt64, now: Instant, into sink: inout some CellSink) {
        graph.burned(ticket, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// The processor time of one call was refused: too many wait for it, or the call's deadline has passed.
    package mutating func burnRefused(_ ticket: UInt64, now: Instant, into sink: inout some CellSink) {
        graph.burnRefused(ticket, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    private mutating func answerFinished(now: Instant, into sink: inout some CellSink) {
        // By index: a claim that is settled may end others.
        var index = 0
        while index < graph.finished.count {
            let end = graph.finished[index]
            index += 1
            guard case .asker(let asker) = end.owner else { continue }
            answer(asker, end.service, end.outcome, end.results, now: now, into: &sink)
        }
        graph.finished.removeAll(keepingCapacity: true)
    }

    private mutating func answer(
        _ asker: CellAsker, _ service: Int, _ outcome: ServiceOutcome, _ results: EdgeResults, now: Instant,
        into sink: inout some CellSink
    ) {
        var refusal: Refusal?
        switch outcome {
        case .rejected:
            refusal = .overloaded
            guard case .frame(let link, let request) = asker else { break }
            counters.refused += 1
            return sink.refuse(.overloaded, request: request, to: link)
        case .shed(let priority):
            refusal = .shed
            guard case .frame(let link, let request) = asker else { break }
            return sink.shed(priority, request: request, to: link)
        default: break
        }
        answerBuffer.removeAll()
        let noteEnd = writeNote(service, results)
        writeBody(service, outcome, results)
        let bytes = answerBuffer.bytes
        let note = UnsafeRawBufferPointer(rebasing: bytes[..<noteEnd])
        let body = UnsafeRawBufferPointer(rebasing: bytes[noteEnd...])
        switch asker {
        case .frame(let link, let request):
            var head = FrameHead(
                kind: .reply, flags: .json, status: outcome.status, request: request,
                customer: CustomerHash(rawValue: 0), epoch: .first)
            if case .dependency(let edge) = outcome, results[edge] == .shed {
                head.deadline = LoadShedder.retryAfterMilliseconds
            }
            sink.reply(head, to: link, note: note, body: body)
        case .claim(let ticket):
            let (note, body) = (Array(note), Array(body))
            note.withUnsafeBytes { note in
                body.withUnsafeBytes { claimEnded(ticket, outcome, note: note, body: $0, now: now, into: &sink) }
            }
        case .http(let connection):
            sink.respond(connection, status: outcome.status, refusal, note: note, body: body)
        }
    }

    /// `shipping=static, inventory=empty`: the fallbacks that were used.
    private mutating func writeNote(_ service: Int, _ results: EdgeResults) -> Int {
        for (index, edge) in graph.services[service].calls.enumerated() where results[index].isDegraded {
            if !answerBuffer.isEmpty { answerBuffer.append(", ") }
            answerBuffer.append(graph.services[edge.to].name)
            answerBuffer.append(byte: UInt8(ascii: "="))
            answerBuffer.append(results[index].name)
        }
        return answerBuffer.count
    }

    private mutating func writeBody(_ service: Int, _ outcome: ServiceOutcome, _ results: EdgeResults) {
        answerBuffer.append("{\"service\":\"")
        answerBuffer.append(graph.services[service].name)
        answerBuffer.append("\",\"cell\":\"")
        answerBuffer.append(name)
        answerBuffer.append("\",\"outcome\":\"")
        switch outcome {
        case .ok: answerBuffer.append("ok")
        case .failed: answerBuffer.append("failed")
        case .rejected: answerBuffer.append("rejected")
        case .shed: answerBuffer.append("shed")
        case .timedOut: answerBuffer.append("timed-out")
        case .dependency: answerBuffer.append("dependency-failed")
        }
        answerBuffer.append("\"")
        let calls = graph.services[service].calls
        if !calls.isEmpty {
            answerBuffer.append(",\"calls\":{")
            for (index, edge) in calls.enumerated() {
                if index > 0 { answerBuffer.append(",") }
                answerBuffer.append("\"")
                answerBuffer.append(graph.services[edge.to].name)
                answerBuffer.append("\":\"")
                answerBuffer.append(results[index].name)
                answerBuffer.append("\"")
            }
            answerBuffer.append("}")
        }
        answerBuffer.append("}\n")
    }

    func refuse(_ asker: CellAsker, _ why: Refusal, _ head: FrameHead, into sink: inout some CellSink) {
        guard case .frame(let link, let request) = asker else { return }
        sink.refuse(why, request: request, acknowledgement: head.kind == .recordWrite, epoch: head.epoch, to: link)
    }

    private func respond(
        _ connection: ConnectionID, _ why: Refusal, _ text: StaticString, into sink: inout some CellSink
    ) {
        sink.respond(
            connection, status: why.status, why, note: .empty,
            body: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// What each pool, named by its service, and the store have shed, by class; for metrics.
    package func shed() -> [(place: String, priority: Priority, count: UInt64)] {
        var places = graph.services.indices.map { (graph.services[$0].name, graph.shedders[$0].shed) }
        if store != nil { places.append(("records", storeShedder.shed)) }
        return places.flatMap { place, counts in Priority.allCases.map { (place, $0, counts[$0]) } }
    }

    /// The services' names, pools and counters, for metrics.
    package func services() -> [(name: String, busy: Int, waiting: Int, workers: Int, counters: ServiceCounters)] {
        graph.services.indices.map {
            (
                graph.services[$0].name, graph.pools[$0].busy, graph.pools[$0].waiting, graph.pools[$0].workers,
                graph.counters[$0]
            )
        }
    }
}

/// Counters of a cell; they only rise.
package struct CellCounters: Sendable {
    package var frames: UInt64 = 0
    package var httpCalls: UInt64 = 0
    package var unexpectedFrames: UInt64 = 0
    package var pings: UInt64 = 0
    package var refused: UInt64 = 0
    package var recordOrders: UInt64 = 0
    package var recordFailures: UInt64 = 0
    package var staleEpochs: UInt64 = 0
    /// Requests of customers whose shard the cell is not in, by the epoch that both agree on.
    package var notMember: UInt64 = 0
    /// Entries of the placement that the store has taken over.
    package var entriesInstalled: UInt64 = 0
    /// Records dropped because they belong to other cells now.
    package var recordsDropped: UInt64 = 0
    /// Tombstones dropped because every member had them.
    package var tombstonesSwept: UInt64 = 0
    /// Cohorts in which a record had another value here than elsewhere at the same version.
    package var damagedCohorts: UInt64 = 0
    /// Records' orders refused because the store has no vote.
    package var withoutVote: UInt64 = 0
    /// Questions to other cells that they did not answer in time.
    package var refillTimeouts: UInt64 = 0
    /// Questions to other cells that their links could not take.
    package var refillUnsent: UInt64 = 0
}

extension UnsafeRawBufferPointer {
    package static var empty: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}

extension CellSink {
    mutating func refuse(
        _ why: Refusal, request: UInt64, acknowledgement: Bool = false, epoch: Epoch = .first,
        retryAfter: UInt32 = 0, body: UnsafeRawBufferPointer = .empty, to link: ConnectionID
    ) {
        let head = FrameHead(
            kind: .refusal, flags: acknowledgement ? .acknowledgement : FrameFlags(), status: why.rawValue,
            request: request,
            customer: CustomerHash(rawValue: 0), epoch: epoch, deadline: retryAfter)
        reply(head, to: link, note: .empty, body: body)
    }

    mutating func shed(_ priority: Priority, request: UInt64, epoch: Epoch = .first, to link: ConnectionID) {
        let head = FrameHead(
            kind: .refusal, flags: .priority(priority), status: Refusal.shed.rawValue, request: request,
            customer: CustomerHash(rawValue: 0), epoch: epoch, deadline: LoadShedder.retryAfterMilliseconds)
        reply(head, to: link, note: .empty, body: .empty)
    }
}

extension LoadShedder {
    /// As frames carry it.
    static var retryAfterMilliseconds: UInt32 { UInt32(retryAfter.nanoseconds / 1_000_000) }
}

extension ShedThresholds {
    init(_ thresholds: SheddingThresholds) {
        self.init(high: thresholds.high, normal: thresholds.normal, low: thresholds.low)
    }
}

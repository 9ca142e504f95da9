import CLibUV
import Chaos
import Membership
import MeshBase
import Nodes
import Replication
import Sharding
import Store
import Topology
import Wire

/// A cell process: the cell node between mesh links, its own HTTP listener, its database and the gossip socket.
package final class CellHost {
    let node: UnsafeMutablePointer<CellNode>
    let io: UnsafeMutablePointer<CellIO>
    let runtime: HostRuntime
    let front: CellFront
    let store: StoreRunner?
    let peers: PeerLinks
    private let meter: LoadMeter
    private let sharedPools: SharedPools?
    /// What faults do to its services, and to the cell as a whole.
    private var struck: [ServiceEffect] = []
    private var affliction = CellEffect.none
    /// Memory that a fault holds.
    private let ballast = Ballast()
    let serviceHits = ServiceFaultHits()
    let programs: ProgramRunner?
    /// How long looks at the objectives took.
    private(set) var decisions = DurationHistogram()
    private(set) var isStopping = false
    private var stopTimer: LoopTimer?
    private var announceTimer: LoopTimer?

    /// Runs until the process is told to stop.
    /// - Returns: the exit code.
    package static func run(_ settings: HostSettings) -> Int32 {
        do {
            let host = try CellHost(settings)
            host.runtime.loop.run()
            host.dispose()
            return 0
        } catch {
            HostRuntime.refuseToStart(error, settings)
            return 1
        }
    }

    private init(_ settings: HostSettings) throws {
        let topology = settings.topology
        guard let cell = topology.cellIndex(named: settings.name) else {
            throw HostFailure("the topology \(topology.name) has no cell named \(settings.name)")
        }
        let placement = try settings.fittingPlacement()
        _ = try settings.takePlace(asking: false)
        runtime = try HostRuntime(settings, role: .cell)
        let seeds = try runtime.findSeeds()
        front = CellFront.make(loop: runtime.loop, settings: settings)
        runtime.wire.adopt(front.pool)
        front.wire = runtime.wire
        runtime.security.secure(front.pool)
        front.events = runtime.events
        try front.listen(on: settings.listen)
        if let storeSettings = topology.blueprint(of: cell).store {
            var birth = settings.store
            if let amnesia = Self.rules(settings, runtime.faults?.faults ?? []).effect.amnesia {
                birth = try SetAsideStore.forget(amnesia, in: settings.dataDirectory, birth, events: runtime.events)
            }
            store = try StoreRunner(loop: runtime.loop, settings: settings, birth, storeSettings)
        } else {
            store = nil
        }
        peers = PeerLinks(on: runtime.loop)
        meter = LoadMeter(loop: runtime.loop, rhythm: settings.rhythm)
        peers.configure(settings, wire: runtime.wire)
        runtime.security.secure(peers.pool)
        peers.events = runtime.events
        let place = topology.cells[cell.position]
        let region = topology.regions[place.region]
        let gossip = try runtime.gossip(
            data: front.local, admin: front.local, region: region.name, zone: region.zones[place.zone])
        do throws(UVError) { try front.listen(locallyAs: gossip.profile.data) } catch {
            runtime.events.log("no-local-links", "links of this host take TCP: \(error)")
        }
        sharedPools = try SharedPools(
            topology.shared ?? [], cell: cell, boot: settings.boot, directory: settings.dataDirectory + "/../..",
            loop: runtime.loop)
        node = .allocate(capacity: 1)
        var configuration = CellConfiguration(
            topology: topology, cell: cell, gossip: gossip, placement: placement, store: store?.identity)
        configuration.defect = settings.defect
        configuration.traceSample = settings.traceSample
        programs = ProgramRunner(loop: runtime.loop, settings: settings, cell: cell)
        if programs != nil { configuration.programs = Self.programRule(topology) }
        node.initialize(to: try CellNode(configuration))
        io = .allocate(capacity: 1)
        io.initialize(
            to: CellIO(
                runtime: runtime, front: front, store: store, peers: peers, programs: programs,
                sharedPools: sharedPools))
        programs?.connect(node, io)
        try wire(seeds)
    }

    private func wire(_ seeds: [Endpoint]) throws {
        let (node, io, loop) = (node, io, runtime.loop)
        front.node = node
        front.io = io
        front.routes = Self.routes { [unowned self] in self }
        store?.onFailure = { [unowned self] in runtime.events.logRarely("store-failed", $0) }
        store?.onSlow = { node.pointee.storeWasSlow(1) }
        store?.onAnswer = { node.pointee.stored($0, now: loop.now(), into: &io.pointee) }
        peers.node = node
        peers.io = io
        peers.onUp = { node.pointee.linkUp($0, now: loop.now(), into: &io.pointee) }
        peers.onDown = { node.pointee.linkDown($0, now: loop.now(), into: &io.pointee) }
        io.pointee.burner.onBurned = { node.pointee.burned($0, now: loop.now(), into: &io.pointee) }
        io.pointee.burner.onRefused = { node.pointee.burnRefused($0, now: loop.now(), into: &io.pointee) }
        runtime.onDatagram = { node.pointee.handle(datagram: $1, from: $0, now: loop.now(), into: &io.pointee) }
        runtime.onWake = { [unowned self] in
            judge($0)
            node.pointee.wake(now: $0, into: &io.pointee)
        }
        runtime.membership.keep(KeptMember(io, loop) { try $0(&node.pointee.gossip) })
        runtime.onGrow = { [unowned self] topology in
            peers.grow(topology)
            node.pointee.grow(topology)
        }
        runtime.onStop = { [unowned self] in stop() }
        meter.onLook = { node.pointee.load = $0 }
        meter.start()
        try sharedPools?.start()
        runtime.faults?.onWork { [unowned self] in strike($0) }
        if let store { runtime.faults?.onDisk { store.fill(by: $0) } }
        loop.beforeWaiting { [unowned self] in endTurn() }
        node.pointee.wallOffset = loop.wallOffset()
        node.pointee.start(seeds: seeds, now: loop.now(), into: &io.pointee)
        runtime.followSettings { node.pointee.apply(settings: $0, now: loop.now(), into: &io.pointee) }
        announce()
    }

    /// Looks at the objectives where that is due, and at the clock around it.
    private func judge(_ now: Instant) {
        guard node.pointee.mustJudge(now) else { return }
        let began = runtime.loop.freshNow()
        node.pointee.judge(now: now, into: &io.pointee)
        decisions.record(runtime.loop.freshNow() - began)
    }

    private static func programRule(_ topology: MeshTopology) -> ProgramRule {
        topology.policies?.profile == .seed ? ProgramRule(longestDelay: .seconds(30)) : ProgramRule()
    }

    /// Tells that this cell serves. Its programs get a moment to become ready, so that who waits for the cell finds them so;
    /// one that does not start keeps no cell from serving.
    private func announce() {
        let (data, loop) = (front.local, runtime.loop)
        let limit = loop.now() + .seconds(3)
        guard let programs, !programs.isSettled else {
            return runtime.announce(data: data, admin: data, storeID: store?.identity.id)
        }
        announceTimer = try? LoopTimer(loop: loop) { [unowned self] in
            guard programs.isSettled || loop.now() >= limit || isStopping else { return }
            announceTimer?.close()
            announceTimer = nil
            if !isStopping { runtime.announce(data: data, admin: data, storeID: store?.identity.id) }
        }
        announceTimer?.start(after: .milliseconds(10), every: .milliseconds(10))
    }

    private static func rules(_ settings: HostSettings, _ faults: [Fault]) -> CellRules {
        let topology = settings.topology
        guard let cell = topology.cellIndex(named: settings.name) else {
            return CellRules(cell: settings.name, region: "", zone: "", faults: [])
        }
        let place = topology.cells[cell.position]
        let region = topology.regions[place.region]
        return CellRules(cell: settings.name, region: region.name, zone: region.zones[place.zone], faults: faults)
    }

    /// - Returns: the ids of the faults that concern this cell or its services.
    private func strike(_ faults: [Fault]) -> [String] {
        let blueprint = node.pointee.topology.blueprint(of: node.pointee.cell)
        let rules = ServiceRules(cell: node.pointee.name, services: blueprint.services.map(\.name), faults: faults)
        let whole = Self.rules(runtime.settings, faults)
        serviceHits.take(
            rules, whole, of: faults, counted: node.pointee.faultsOnServices().map(\.counters),
            node.pointee.cellFaults)
        if whole.effect != affliction {
            affliction = whole.effect
            node.pointee.strike(affliction, now: runtime.loop.now())
            store?.slowness = affliction.slowness
            ballast.hold(node.pointee.ballast)
        }
        if rules.effects != struck {
            struck = rules.effects
            node.pointee.strike(struck, now: runtime.loop.now(), into: &io.pointee)
        }
        return rules.ids + whole.ids
    }

    private func endTurn() {
        node.pointee.wallOffset = runtime.loop.wallOffset()
        // Writing may take up requests, which give orders, which may be refused, which writes again.
        var rounds = 0
        repeat {
            io.pointee.burner.reportRefused()
            peers.reportFailures()
            front.processReady()
            store?.endTurn()
            programs?.endTurn()
            front.pool.flush()
            peers.pool.flush()
            rounds += 1
        } while hasMore && rounds < 16
        runtime.alarm.arm(at: hasMore ? runtime.loop.now() : node.pointee.nextDeadline())
    }

    private var hasMore: Bool {
        front.hasReady || front.pool.isDirty || store?.hasMore == true || peers.hasFailures || peers.pool.isDirty
            || io.pointee.burner.hasRefused || programs?.hasMore == true
    }

    /// Looks, 10 ms apart, until nobody waits for programs to end; they are killed half way.
    private static let programPatience = 80

    private func stop() {
        guard !isStopping else { return }
        isStopping = true
        front.stopListening()
        node.pointee.leave(now: runtime.loop.now(), into: &io.pointee)
        var checks = 0
        var patience = Self.programPatience
        stopTimer = try? LoopTimer(loop: runtime.loop) { [unowned self] in
            checks += 1
            // Goodbyes that a fault delays are on their way still.
            let isDone = node.pointee.isIdle && !front.pool.hasBacklog && runtime.wire.waitingDatagrams == 0
            guard isDone || checks > 100 else { return }
            if let programs, programs.isRunning, patience > 0 {
                // They are asked, and killed when that takes too long: nobody waits for them any more.
                programs.terminate()
                patience -= 1
                if patience == Self.programPatience / 2 { programs.kill() }
                return
            }
            programs?.close()
            announceTimer?.close()
            stopTimer?.close()
            meter.close()
            sharedPools?.close()
            front.pool.closeAll()
            peers.closeAll()
            runtime.close()
        }
        stopTimer?.start(after: .milliseconds(20), every: .milliseconds(10))
    }

    private func dispose() {
        io.pointee.burner.close()
        runtime.loop.close()
        store?.close()
        node.deinitialize(count: 1)
        node.deallocate()
        io.deinitialize(count: 1)
        io.deallocate()
    }
}

/// Carries out what the cell node orders.
struct CellIO: CellSink, LinkWriter {
    unowned(unsafe) let runtime: HostRuntime
    unowned(unsafe) let front: CellFront
    let store: StoreRunner?
    unowned(unsafe) let peers: PeerLinks
    let burner: Burner
    private(set) var charges = ChargeLedger()
    let programs: ProgramRunner?
    private let sharedPools: SharedPools?

    init(
        runtime: HostRuntime, front: CellFront, store: StoreRunner?, peers: PeerLinks, programs: ProgramRunner?,
        sharedPools: SharedPools?
    ) {
        self.programs = programs
        self.sharedPools = sharedPools
        self.runtime = runtime
        self.front = front
        self.store = store
        self.peers = peers
        burner = Burner(loop: runtime.loop)
    }

    mutating func reply(
        _ head: FrameHead, to link: ConnectionID, note: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
    ) {
        guard let stream = front.pool.stream(link) else { return }
        guard front.pool.backlog(stream) < CellFront.linkBacklogLimit else { return front.giveUp(stream) }
        if !front.admits(record: body.count, on: stream) {
            let refusal = FrameHead(
                kind: .refusal, status: Refusal.overloaded.rawValue, request: head.request, customer: head.customer,
                epoch: head.epoch)
            FrameCodec.append(
                refusal, customer: .empty, name: .empty, note: .empty, body: .empty, into: &stream.pointee.output)
        } else {
            FrameCodec.append(
                head, customer: .empty, name: .empty, note: note, body: body, into: &stream.pointee.output)
        }
        front.pool.wrote(stream)
    }

    mutating func respond(_ connection: ConnectionID, _ response: CellResponse) {
        guard let stream = front.pool.stream(connection) else { return }
        response.append(to: stream.pointee.request, front.date(), into: &stream.pointee.output)
        front.finish(stream)
    }

    func client(of connection: ConnectionID) -> TraceClient { front.client(of: connection) }

    mutating func program(_ order: ProgramOrder) { programs?.take(order) }

    mutating func openLink(to cell: CellIndex, at endpoint: Endpoint) { peers.open(cell, at: endpoint) }
    mutating func closeLink(to cell: CellIndex) { peers.close(cell) }
    mutating func write(to cell: CellIndex, _ append: (inout ByteBuffer) -> Void) -> Bool {
        peers.write(to: cell, append)
    }

    mutating func store(_ order: StoreOrder) { store?.add(order) }
    mutating func claimed(_ position: RecordPosition, hasBegun: Bool) {
        charges.note(position, hasBegun: hasBegun)
    }
    mutating func takePermit(_ pool: Int) -> Bool { sharedPools?.take(pool) ?? true }
    mutating func returnPermit(_ pool: Int) { sharedPools?.giveBack(pool) }
    mutating func burn(_ order: ProcessorQueue.Order) { burner.burn(order) }

    mutating func crash() {
        // As a crash would: nothing is closed, flushed or said.
        _ = cuv_kill_errno(getpid(), SIGKILL)
    }

    mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
        runtime.send(datagram, to: endpoint)
    }
    mutating func ping(byStream datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
        runtime.membership.ping(byStream: datagram, to: endpoint)
    }
    mutating func heard(_ event: UserEvent) { runtime.heard(event) }
    mutating func persist(incarnation: UInt32) { runtime.store(incarnation: incarnation) }
    mutating func emit(_ event: NodeEvent) { runtime.emit(event) }
}

import Chaos
import Membership
import MeshBase
import Nodes
import Resilience
import Sharding
import Telemetry
import Topology
import Wire

/// A router process: the router node between client connections, mesh links and the gossip socket.
package final class RouterHost {
    /// Node and sink, on the heap and apart, so that neither is copied nor checked for exclusivity per request.
    let node: UnsafeMutablePointer<RouterNode>
    let io: UnsafeMutablePointer<RouterIO>
    let runtime: HostRuntime
    let front: RouterFront
    let links: RouterLinks
    let admin: AdminServer
    /// What the router knows of the placement, for its next life.
    let saved: SavedPlacement
    private(set) var sweepTimer: LoopTimer!
    let meter: LoadMeter
    /// All customers' hashes, rising, once their marks were asked for.
    var customerOrder = CustomerOrder()
    /// How well the router is, by its own looks.
    private(set) var health: ProcessHealth
    /// It takes no new customers, or is about to; see `RouterHost+Handover`.
    var isStopping = false
    var stopTimer: LoopTimer?
    var startTimer: LoopTimer?
    var offer: HandoverOffer?
    private(set) var nap = Nap()
    /// What has come until the turn before: requests and frames.
    private var come: UInt64 = 0

    /// Runs until the process is told to stop.
    /// - Returns: the exit code.
    package static func run(_ settings: HostSettings) -> Int32 {
        do {
            let host = try RouterHost(settings)
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
        guard let router = topology.routers.first(where: { $0.name == settings.name }) else {
            throw HostFailure("the topology \(topology.name) has no router named \(settings.name)")
        }
        _ = try settings.fittingPlacement()
        let loaded = SavedPlacement.load(
            mesh: settings.placement, own: settings.savedPlacementPath, fitting: topology)
        let placement = try Placement(topology, table: loaded.table)
        let handover = try settings.takePlace(asking: true)
        runtime = try HostRuntime(settings, role: .router, gossip: handover?.sockets.gossip)
        let seeds = try runtime.findSeeds()
        let loop = runtime.loop
        meter = LoadMeter(loop: loop)
        let policies = RouterPolicies(topology)
        health = ProcessHealth(probes: policies.probes, adaptive: policies.adaptiveShedding, now: loop.now())
        var limits = HTTPServer.Limits()
        limits.message = HTTPLimits(body: topology.routing.bodyLimit)
        limits.connections = topology.routing.connectionLimit
        let events = runtime.events
        saved = SavedPlacement(path: settings.savedPlacementPath, loop: loop) { events.log("placement-not-kept", $0) }
        if let remark = loaded.remark { events.log("placement-set-aside", remark) }
        front = RouterFront(loop: loop, limits: limits)
        admin = AdminServer(loop: loop, limits: AdminServer.limits)
        links = RouterLinks(on: loop)
        links.configure(settings, wire: runtime.wire)
        runtime.security.secure(links.pool)
        runtime.security.secure(admin.pool)
        if let https = settings.https {
            do { try runtime.security.serve(https, on: front.pool) } catch {
                throw HostFailure("no HTTPS for customers: \(error)")
            }
        }
        links.events = runtime.events
        if handover == nil {
            try front.listen(on: settings.listen)
            if let share = settings.share { try front.listen(shared: share) }
        }
        try admin.listen(on: settings.admin, inherited: handover?.sockets.admin)

        let region = topology.regions[router.region]
        let gossip = try runtime.gossip(
            data: try handover.map { try Endpoint(localOf: $0.sockets.data) } ?? front.local, admin: admin.local,
            region: region.name, zone: region.zones.first ?? "")
        node = .allocate(capacity: 1)
        var configuration = RouterConfiguration(
            topology: topology, placement: placement, gossip: gossip, boot: settings.boot)
        configuration.traceSample = settings.traceSample
        node.initialize(to: try RouterNode(configuration))
        io = .allocate(capacity: 1)
        io.initialize(
            to: RouterIO(
                runtime: runtime, front: front, links: links, writer: RouterResponseWriter(topology: topology)))
        try wire(seeds)
        if let handover { try succeed(handover) } else { announce() }
    }

    private func wire(_ seeds: [Endpoint]) throws {
        let (node, io, loop) = (node, io, runtime.loop)
        front.node = node
        front.io = io
        links.onUp = { node.pointee.linkUp($0, now: loop.now(), into: &io.pointee) }
        links.onDown = { node.pointee.linkDown($0, now: loop.now(), into: &io.pointee) }
        links.node = node
        links.io = io
        runtime.onDatagram = { node.pointee.handle(datagram: $1, from: $0, now: loop.now(), into: &io.pointee) }
        runtime.onWake = { node.pointee.wake(now: $0, into: &io.pointee) }
        runtime.membership.keep(KeptMember(io, loop) { try $0(&node.pointee.gossip) })
        runtime.onGrow = { [unowned self] topology in
            links.grow(topology)
            io.pointee.writer.grow(topology)
            node.pointee.grow(topology, now: loop.now(), into: &io.pointee)
        }
        runtime.onStop = { [unowned self] in stop() }
        admin.routes = Self.routes { [unowned self] in self }
        sweepTimer = try LoopTimer(loop: loop) { [unowned self] in links.sweep() }
        sweepTimer.start(after: .milliseconds(500), every: .milliseconds(500))
        meter.onLook = { [unowned self] signals in
            node.pointee.signals = signals
            look(signals)
        }
        meter.start()
        loop.beforeWaiting { [unowned self] in endTurn() }
        node.pointee.wallOffset = loop.wallOffset()
        node.pointee.start(seeds: seeds, now: loop.now(), into: &io.pointee)
        // It does nothing to services itself, and so tells of none that they are in force here.
        runtime.faults?.onWork { [unowned self] faults in
            let struck = CellSet(ServiceStrike.cells(of: faults, runtime.settings.topology))
            node.pointee.strike(services: struck, now: loop.now())
            return []
        }
        runtime.followSettings { node.pointee.apply(settings: $0, now: loop.now(), into: &io.pointee) }
    }

    /// Once per turn, before the loop waits: what was held back, then everything that is to be written, then the alarm.
    private func endTurn() {
        node.pointee.wallOffset = runtime.loop.wallOffset()
        // Writing may take up requests or break a link, and either gives more to write: nothing may be left when the
        // loop waits.
        var rounds = 0
        repeat {
            links.reportFailures()
            front.processReady()
            links.pool.flush()
            front.pool.flush()
            rounds += 1
        } while hasMore && rounds < 16
        admin.endTurn()
        if runtime.takeNewPlacement() { saved.save(node.pointee.ledger.table) }
        runtime.alarm.arm(at: hasMore ? runtime.loop.now() : node.pointee.nextDeadline())
        let gathered = front.served &+ links.counters.framesIn &- come
        come &+= gathered
        if nap.rests(after: Int(clamping: gathered), inWork: node.pointee.inWork), !hasMore {
            SystemClock.sleep(Nap.length)
        }
    }

    private var hasMore: Bool {
        links.hasFailures || front.hasReady || links.pool.isDirty || front.pool.isDirty
    }

    private func dispose() {
        runtime.loop.close()
        node.deinitialize(count: 1)
        node.deallocate()
        io.deinitialize(count: 1)
        io.deallocate()
    }

    /// Some cell is reached.
    var isServing: Bool {
        node.pointee.topology.cells.indices.contains { node.pointee.isServing(CellIndex($0)) }
    }

    private func look(_ signals: LoadSignals) {
        front.status.look(node, now: runtime.loop.now(), wall: runtime.loop.wallClock())
        let counters = node.pointee.counters
        health.look(
            signals, isServing: isServing, ok: counters.responses2xx &+ counters.responses4xx,
            bad: counters.responses5xx, now: runtime.loop.now()
        ) { runtime.events.log(.health($0), topology: node.pointee.topology) }
    }
}

/// The clients' listener.
final class RouterFront: HTTPServer {
    var node: UnsafeMutablePointer<RouterNode>!
    var io: UnsafeMutablePointer<RouterIO>!
    /// For `/status`.
    var status = RouterStatus()

    override func handle(_ stream: StreamPointer) {
        do {
            let (request, route) = try DataPlane.read(
                stream.pointee.request, in: stream.pointee.input.bytes, id: stream.pointee.id)
            stream.pointee.route = route
            stream.pointee.work = node.pointee.handle(request: request, now: loop.now(), into: &io.pointee)
        } catch {
            if error.problem.status == 404, answerStatus(stream) { return }
            error.append(stream.pointee.request, date(), into: &stream.pointee.output)
            finish(stream)
        }
    }

    override func ended(_ stream: StreamPointer, error: UVError?) {
        guard stream.pointee.isBusy, let work = stream.pointee.work else { return }
        node.pointee.abandon(work, into: &io.pointee)
    }
}

/// Carries out what the router node orders.
struct RouterIO: RouterSink, LinkWriter {
    unowned(unsafe) let runtime: HostRuntime
    unowned(unsafe) let front: RouterFront
    unowned(unsafe) let links: RouterLinks
    var writer: RouterResponseWriter

    mutating func openLink(to cell: CellIndex, at endpoint: Endpoint) { links.open(cell, at: endpoint) }
    mutating func closeLink(to cell: CellIndex) { links.close(cell) }

    mutating func send(_ head: FrameHead, to cell: CellIndex, request: RequestID, payload: FramePayload) -> Bool {
        guard let client = front.pool.stream(request), let route = client.pointee.route,
            let link = links.stream(for: cell)
        else { return false }
        DataPlane.append(
            head, client.pointee.request, route, in: client.pointee.input.bytes, payload: payload,
            into: &link.pointee.output)
        links.pool.wrote(link)
        return true
    }

    mutating func write(to cell: CellIndex, _ append: (inout ByteBuffer) -> Void) -> Bool {
        links.write(to: cell, append)
    }

    func client(of request: RequestID) -> TraceClient {
        guard let client = front.pool.stream(request), let route = client.pointee.route else { return TraceClient() }
        return TraceClient(client.pointee.request, route, in: client.pointee.input.bytes)
    }

    mutating func respond(to request: RequestID, _ response: RouterResponse) {
        guard let client = front.pool.stream(request) else { return }
        guard front.admits(answer: response.body.count) else {
            HTTPResponseWriter.problem(
                HTTPProblem(
                    status: 503, type: "answers-unread", title: "Too many answers wait for their clients",
                    detail: .fixed("Clients have not taken what they asked for; try again later."),
                    policy: "admission", retryAfter: 1), front.date(), client.pointee.request.persistence,
                isHead: client.pointee.request.method == .head, into: &client.pointee.output)
            return front.finish(client)
        }
        writer.append(response, to: client.pointee.request, front.date(), into: &client.pointee.output)
        front.finish(client)
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

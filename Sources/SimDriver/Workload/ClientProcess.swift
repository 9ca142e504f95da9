import Checkers
import MeshBase
import Nodes
import Replication
import Reports
import Topology
import Wire

/// The clients: an open loop of requests over kept connections, one request at a time on each.
final class ClientProcess: SimProcess {
    let load: SimLoad
    private let sampler: CustomerSampler
    /// The first customers, who ask nothing by themselves.
    private let silent: Int
    let services: [String]
    /// What stands behind `/records/`, by key.
    private let keys: [String]
    private var arrivals: Generator
    private var choices: Generator
    /// Drawn by themselves: without classes and worth a seed is what it was.
    private var classes: Generator
    private var began = Instant.zero
    /// Idle connections to each router; the one used last is used next.
    private var idle: [[SimSocket]]
    private var ends = Instant.zero
    var lastNumber: UInt64 = 0
    private let limits: HTTPLimits
    private let patience: TimeAmount
    private(set) var inFlight = 0
    private var nextRouter = 0
    /// What is still to be read back, the last first.
    private var toRead: [SimRequest] = []
    private var isReadingBack = false
    private var isPumpDue = false
    /// So many times the rate of the load.
    var factor = 1.0
    private var second: ClientSecond?
    private var droppedBefore = 0
    var ledger: ClientLedger
    /// Where clients are on both sides of a cut; sessions would refuse what that is to show.
    var sides: ClientSides?
    /// By customer.
    private var sessions: [Int: Session] = [:]

    /// What a customer has seen, as its tokens say. Tokens cannot be joined: of requests that overlap one carries it.
    private struct Session {
        var token = Array("new".utf8)
        var isBusy = false
    }

    /// Reads in flight when records are read back.
    private static let readers = 64
    private static let readAttempts = 20

    init(_ simulation: Simulation, _ machine: SimMachine) {
        let topology = simulation.topology
        load = simulation.configuration.load
        var customers = topology.customers
        if let count = load.customers { customers.count = max(1, count) }
        silent = min(load.silent, customers.count - 1)
        customers.count -= silent
        sampler = CustomerSampler(customers)
        services = load.entries ?? Self.entries(of: topology)
        keys = (0..<max(load.records, 1)).map {
            HTTPName.encoded(MeshTopology.key($0, prefixes: topology.keyPrefixes))
        }
        arrivals = Generator(seed: simulation.seed, concern: "sim.arrivals")
        choices = Generator(seed: simulation.seed, concern: "sim.choices")
        classes = Generator(seed: simulation.seed, concern: "sim.classes")
        idle = Array(repeating: [], count: topology.routers.count)
        limits = HTTPLimits(headers: 65_536, body: 2 * topology.recordLimit + 65_536)
        patience = topology.routing.requestTimeout + .seconds(2)
        ledger = ClientLedger(
            topology, load: load, placement: simulation.placement,
            isClear: !simulation.faults.contains(where: \.clouds) && !simulation.configuration.isClouded
        )
        super.init(simulation, machine)
    }

    /// The services that no other service calls: what customers ask for.
    static func entries(of topology: MeshTopology) -> [String] {
        guard let blueprint = topology.blueprints.first else { return [] }
        var called = Set<Int>()
        for service in blueprint.services {
            for edge in service.calls {
                called.insert(edge.to)
                if let undo = edge.compensation { called.insert(undo) }
            }
        }
        return blueprint.services.indices.filter { !called.contains($0) }.map { blueprint.services[$0].name }
    }

    /// A connection keeps its process alive: the process lets go of it first.
    override func dropSockets(_ body: (SimSocket) -> Void) {
        super.dropSockets(body)
        for index in idle.indices { idle[index].removeAll() }
    }

    override func listens(at endpoint: Endpoint) -> Bool { false }

    // MARK: Requests

    func begin(until end: Instant) {
        ends = end
        began = now
        ledger.answers.begin(now)
        scheduleCalls()
        guard load.rate > 0 else { return }
        scheduleArrival()
    }

    private func scheduleArrival() {
        let distance = -naturalLogarithm(1 - arrivals.unit()) / rate
        let at = now + TimeAmount(seconds: distance)
        if at < ends { simulation.schedule(.arrival, at: at) }
    }

    private var rate: Double {
        guard let spike = load.spike, (spike.from..<spike.to).contains(now - began) else { return load.rate * factor }
        return load.rate * spike.factor * factor
    }

    /// Nothing more is asked.
    func stop() { ends = now }

    // MARK: Seconds

    /// What is answered is counted from now on, for whoever takes it second by second.
    func count() { second = ClientSecond(services: services) }
    /// Whether it is counted.
    var isCounting: Bool { second != nil }

    /// What was answered since the last call.
    func takeSecond() -> RunSecond {
        var taken = second?.take() ?? RunSecond()
        taken.dropped = UInt64(ledger.dropped - droppedBefore)
        droppedBefore = ledger.dropped
        return taken
    }

    private func note(_ request: SimRequest, _ answer: SimAnswer, isOK: Bool) {
        guard second != nil, !request.isReadBack, request.customer > silent else { return }
        let (kind, service): (ClientSecond.Kind, Int?) =
            switch request.kind {
            case .service(let index, _): (.services, index)
            case .read: (.reads, nil)
            case .write, .delete: (.writes, nil)
            }
        var (time, isShed, status): (TimeAmount?, Bool, Int?) = (nil, false, nil)
        func note(_ cell: UnsafeRawBufferPointer?) {
            second?.note(
                kind, service: service, priority: request.priority ?? .normal, cell: cell, isOK: isOK, isShed: isShed,
                status: status, time)
        }
        if case .response(let response, let bytes) = answer {
            (time, isShed, status) = (now - request.sent, response.status == 503 && !isOK, response.status)
            if response.cell.isPresent { return note(response.cell.bytes(in: bytes)) }
        }
        // The cell that serves the customer first stands in for one that has not answered.
        let shard = simulation.placement.shard(of: CustomerHash(number: request.customer))
        guard var name = shard.first.map({ simulation.topology.cells[$0.position].name }) else {
            return note(nil)
        }
        name.withUTF8 { note(UnsafeRawBufferPointer($0)) }
    }

    func arrival() {
        guard !isReadingBack else {
            isPumpDue = false
            return readBackMore()
        }
        // What was due when it was stopped.
        guard now < ends else { return }
        scheduleArrival()
        let request = nextRequest()
        admit(request, by: sides?.router(of: request))
    }

    /// Sends it, unless too much is in flight.
    func admit(_ request: SimRequest, by router: Int? = nil) {
        guard inFlight < load.inFlight else {
            ledger.dropped += 1
            return
        }
        send(request, by: router)
    }

    private func nextRequest() -> SimRequest {
        let customer = silent + sampler.sample(using: &choices)
        // Always the same number of draws, so that another mix does not shift the customers.
        var share = choices.unit() * (load.reads + load.writes + load.deletes + load.services)
        let draw = choices.next()
        var kind = SimRequest.Kind.read
        share -= load.reads
        if share >= 0 {
            kind = .write
            share -= load.writes
        }
        if share >= 0, kind == .write {
            kind = .delete
            share -= load.deletes
        }
        if share >= 0, kind == .delete, !services.isEmpty {
            kind = .service(
                Int(draw >> 8 % UInt64(services.count)),
                post: load.posts == 0.5 ? draw & 1 == 0 : Double(draw & 0xFF) < load.posts * 256)
        }
        var key = Int(draw >> 32) % load.records
        // The last two records of a customer are those that are deleted: what the others held must be there at the end.
        if kind == .delete { key = load.records - 1 - key % 2 }
        lastNumber += 1
        var request = SimRequest(
            number: lastNumber, kind: kind, customer: customer, key: key, sent: now,
            window: ledger.impact.window.number)
        if case .service(_, post: true) = kind, Double(draw >> 16 & 0xFFFF) / 65_536 < load.keyed {
            // There are ever more of them, and old ones come again.
            request.idempotencyKey = Int(draw >> 32 % (1 + lastNumber / 40))
        }
        dress(&request)
        return request
    }

    /// Gives a request its class and its worth.
    private func dress(_ request: inout SimRequest) {
        let sum = load.classes.sum()
        if sum > 0 {
            var draw = classes.unit() * sum
            request.priority = Priority.allCases.first { priority in
                draw -= load.classes[Int(priority.rawValue)]
                return draw < 0
            }
        }
        if let worth = load.worth, case .service(_, post: true) = request.kind {
            request.worth = worth.lowerBound + Int(classes.below(UInt64(worth.count)))
        }
    }

    /// - Parameter chosen: the router that is asked; the next in turn where left out.
    private func send(_ next: SimRequest, by chosen: Int? = nil) {
        var request = next
        ledger.prepare(&request, isFree: sides == nil && sessions[request.customer]?.isBusy != true)
        if request.hasSession { sessions[request.customer, default: Session()].isBusy = true }
        inFlight += 1
        ledger.invoked(request, load: load)
        if chosen == nil { nextRouter = (nextRouter + 1) % idle.count }
        let router = chosen ?? nextRouter
        while let socket = idle[router].popLast() {
            guard socket.stage == .open else { continue }
            socket.pending = request
            write(socket)
            return simulation.schedule(.patience(socket, request: request.number), after: patience)
        }
        let socket = simulation.connect(self, to: simulation.endpoint(ofRouter: router))
        socket.router = router
        socket.pending = request
        simulation.schedule(.patience(socket, request: request.number), after: patience)
    }

    override func connected(_ socket: SimSocket) { write(socket) }

    private func write(_ socket: SimSocket) {
        guard let request = socket.pending else { return }
        let method: HTTPMethod
        var target = "/v1/customers/\(Customers.name(request.customer))"
        switch request.kind {
        case .read: method = .get
        case .write: method = .put
        case .delete: method = .delete
        case .service(_, let post): method = post ? .post : .get
        }
        if case .service(let index, _) = request.kind {
            target += "/services/\(services[index])"
        } else {
            target += "/records/" + keys[request.key]
        }
        target.withUTF8 { target in
            let host: StaticString = "mesh.sim"
            HTTPRequestWriter.begin(
                method, target: UnsafeRawBufferPointer(target),
                host: UnsafeRawBufferPointer(start: host.utf8Start, count: host.utf8CodeUnitCount),
                into: &socket.output)
        }
        if let priority = request.priority {
            HTTPResponseWriter.field("X-Priority", priority.name, into: &socket.output)
        }
        if let worth = request.worth {
            Array("\(worth)".utf8).withUnsafeBytes {
                HTTPResponseWriter.field("X-Value", bytes: $0, into: &socket.output)
            }
        }
        if request.hasSession, let token = sessions[request.customer]?.token {
            token.withUnsafeBytes { HTTPResponseWriter.field("X-Session", bytes: $0, into: &socket.output) }
        }
        if let condition = request.condition {
            condition.withUnsafeBytes { HTTPResponseWriter.field("If-Match", bytes: $0, into: &socket.output) }
        }
        if let key = request.idempotencyKey {
            Array("k\(key)".utf8).withUnsafeBytes {
                HTTPResponseWriter.field("Idempotency-Key", bytes: $0, into: &socket.output)
            }
        }
        var body = ByteBuffer(capacity: load.valueSize)
        if request.kind == .write { SimValue.append(request.number, size: load.valueSize, into: &body) }
        HTTPRequestWriter.end(method, body: body.bytes, into: &socket.output)
        wrote(socket)
    }

    // MARK: Answers

    override func received(_ socket: SimSocket) {
        switch socket.responses.parse(socket.input.mutableBytes, limits: limits) {
        case .incomplete:
            break
        case .failure:
            ledger.malformed += 1
            simulation.close(socket)
            finish(socket, .lost)
        case .complete(let response):
            finish(socket, .response(response, socket.input.bytes))
            socket.input.consume(response.consumed)
            guard response.keepAlive else { return simulation.close(socket) }
            idle[socket.router].append(socket)
        }
    }

    override func ended(_ socket: SimSocket) {
        finish(socket, socket.output.isEmpty && !socket.wasConnected ? .refused : .lost)
    }

    override func patience(_ socket: SimSocket, request: UInt64) {
        guard socket.pending?.number == request else { return }
        let wasConnected = socket.wasConnected
        simulation.close(socket)
        finish(socket, wasConnected ? .lost : .refused)
    }

    private func finish(_ socket: SimSocket, _ answer: SimAnswer) {
        guard let request = socket.pending else { return }
        socket.pending = nil
        inFlight -= 1
        if request.hasSession {
            sessions[request.customer]?.isBusy = false
            if case .response(let response, let bytes) = answer, response.session.isPresent {
                sessions[request.customer]?.token = Array(response.session.bytes(in: bytes))
            }
        }
        if let number = request.idempotencyKey, case .service(let index, _) = request.kind,
            case .response(let response, let bytes) = answer, response.status == 200
        {
            ledger.keys.answered(
                KeyChecker.Key(
                    customer: Array(Customers.name(request.customer).utf8),
                    key: ClaimKey.bytes(service: Array(services[index].utf8), key: Array("k\(number)".utf8))),
                StableHash.hash(response.body.bytes(in: bytes)))
        }
        if case .service(let index, _) = request.kind { ledger.answers.note(index, request, answer, now: now) }
        let before = (ok: ledger.ok, refused: ledger.refused)
        let isDone = ledger.completed(request, answer, now: now)
        let isOK = ledger.ok > before.ok
        note(request, answer, isOK: isOK)
        if sides != nil {
            let isRefused = ledger.refused > before.refused
            var outcome = History.Outcome.unknown
            if case .response(let response, let bytes) = answer {
                outcome = ClientLedger.outcome(of: request, response, bytes)
            }
            sides?.completed(request, outcome, isOK ? .ok : isRefused ? .refused : .failed, now: now)
        }
        guard request.isReadBack else { return }
        if !isDone, request.attempt < Self.readAttempts {
            var again = request
            again.attempt += 1
            toRead.insert(again, at: 0)
        }
        readBackLater()
    }

    // MARK: Reading back

    /// Nothing is under way, and what was to be read back has been.
    var isIdle: Bool { inFlight == 0 && toRead.isEmpty }

    /// Reads every record with an acknowledged write, after the load.
    func readBack() {
        isReadingBack = true
        let all = Set(ledger.recordsToRead).union(sides?.recordsToRead ?? []).sorted()
        toRead = all.reversed().map { record in
            SimRequest(
                number: 0, kind: .read, customer: Int(record.rawValue >> 8), key: Int(record.rawValue & 255),
                sent: now, window: -1, isReadBack: true)
        }
        readBackMore()
    }

    private func readBackLater() {
        guard !isPumpDue, !toRead.isEmpty else { return }
        isPumpDue = true
        let isRetry = toRead.last.map { $0.attempt > 0 } ?? false
        simulation.schedule(.arrival, after: isRetry ? .milliseconds(100) : .zero)
    }

    private func readBackMore() {
        while inFlight < Self.readers, var request = toRead.popLast() {
            lastNumber += 1
            request.number = lastNumber
            request.sent = now
            send(request)
        }
    }
}

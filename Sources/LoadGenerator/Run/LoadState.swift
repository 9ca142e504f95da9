import Checkers
import MeshBase
import UVDriver

/// What a running load works on: one heap value behind a pointer, so that the hot path pays for no exclusivity checks
/// and no reference counts.
struct LoadState: ~Copyable {
    enum Phase: UInt8 {
        case created, connecting, sending, draining, verifying, closing, finished
    }

    var phase = Phase.created
    var schedule: ArrivalSchedule
    var source: RequestSource
    let renderer: RequestRenderer
    var queue: BoundedQueue<LoadRequest>
    var idle: BoundedQueue<UInt32>
    /// Connections to open at the end of this turn: never from within the callback of another one.
    var opening: BoundedQueue<UInt32>
    let connections: UnsafeMutablePointer<LoadConnection>
    let connectionCount: Int
    /// Connections that are closed and wait for their time.
    var waiting: Int
    var inFlight = 0
    var number: UInt64 = 0
    let run: UInt64
    var accounts = LoadAccounts()
    var ledger: CustomerLedger
    var writes = AcknowledgedWrites()
    /// Those whose loss is accepted; empty unless they are to be read back.
    var accepted = AcknowledgedWrites()
    var windows = LoadWindows()
    var series: LoadSeries
    var noise = LoadNoise()
    var registers: RegisterChecker?
    var sessions: SessionBook?
    var siblings: SiblingBook?
    var charges: ChargeChecker?
    var arms: ArmBook?
    var verification = Verification()
    var opened = LoadReport.Connections()
    var backoff: Generator

    /// When `start()` was called, and when the first request was meant to be sent.
    var started = Instant.zero
    var began = Instant.zero
    var ended: Instant?
    /// The same by the wall clock, nanoseconds since 1970; 0 for not yet. `endedAt` is when the last answer was there.
    var begunAt: Int64 = 0
    var endedAt: Int64 = 0
    var lastProgress = Instant.zero
    /// When what is still under way is given up, after a stop.
    var drainLimit = Instant.distantFuture
    var stops = 0

    init(_ configuration: LoadConfiguration, target: Endpoint, run: UInt64) {
        self.run = run
        schedule = ArrivalSchedule(
            rate: configuration.rate, duration: configuration.duration, arrivals: configuration.arrivals,
            seed: configuration.seed)
        source = RequestSource(configuration)
        renderer = RequestRenderer(configuration, host: target, run: run)
        queue = BoundedQueue(capacity: configuration.queueLimit)
        idle = BoundedQueue(capacity: configuration.connections)
        opening = BoundedQueue(capacity: configuration.connections)
        connectionCount = configuration.connections
        connections = .allocate(capacity: connectionCount)
        connections.initialize(repeating: LoadConnection(), count: connectionCount)
        waiting = connectionCount
        ledger = CustomerLedger(customers: configuration.customers)
        series = LoadSeries(services: configuration.services)
        series.home = configuration.home
        registers = configuration.checksRegisters ? RegisterChecker() : nil
        sessions = configuration.checksSessions ? SessionBook() : nil
        siblings =
            configuration.checksSiblings && configuration.keySiblings.contains(true) ? SiblingBook(run: run) : nil
        charges = configuration.post == .keyed ? ChargeChecker() : nil
        arms = configuration.comparison.map { ArmBook($0) }
        backoff = Generator(seed: configuration.seed, concern: "load-backoff")
    }

    deinit {
        connections.deinitialize(count: connectionCount)
        connections.deallocate()
    }

    @inline(__always)
    mutating func setPhase(_ index: Int, _ phase: LoadConnection.Phase, since: Instant) {
        let was = connections[index].phase
        if was == .waiting { waiting -= 1 }
        if phase == .waiting { waiting += 1 }
        connections[index].phase = phase
        connections[index].since = since
    }

    /// Puts an idle connection into the line.
    mutating func list(_ index: Int) {
        guard !connections[index].isListed else { return }
        connections[index].isListed = true
        // A connection is in the line once at most, so there is room.
        _ = idle.push(UInt32(index))
    }

    /// The connection that has been idle for longest.
    mutating func takeIdle() -> Int? {
        while let index = idle.pop().map(Int.init) {
            connections[index].isListed = false
            if connections[index].phase == .idle { return index }
        }
        return nil
    }
}

import Checkers
import MeshBase
import Reports
import Topology
import UVDriver
import Wire

/// One load on a mesh: an open loop of requests over keep-alive connections, on a loop that its caller runs.
///
/// `start()`, then run the loop; `onFinish` is called once, when the report is made and every handle of the run has
/// closed. The run keeps itself alive until then, and must have finished before the loop is closed. Each run takes one of
/// the loop's hooks for good (`EventLoop.hookLimit`). Latency is measured from the instant for which a request was
/// intended, whatever kept it from being sent.
package final class LoadRun {
    package let loop: EventLoop
    package let target: Endpoint
    package let configuration: LoadConfiguration
    /// Once a second.
    package var onProgress: ((LoadProgress) -> Void)?
    package var onFinish: ((LoadReport) -> Void)?
    /// With each second of the load, as it closes.
    package var onSecond: ((RunSecond) -> Void)?

    let state: UnsafeMutablePointer<LoadState>
    /// What reads are held against, together with other runs.
    let floors: VersionFloors?
    let limits = HTTPLimits.standard
    private(set) var pool: StreamPool!
    private var handlers: StreamHandlers?
    private var wake: WakeTimer?
    private var ticker: LoopTimer?
    /// From one look at the connections to the next; how late the looks are tells how busy the machine is.
    private(set) var step = TimeAmount.milliseconds(10)

    /// Requests taken up in one turn; those beyond it wait for the next, so that answers are read in between.
    private static let turnLimit = 4096
    /// How long a stop waits for answers.
    private static let stopGrace = TimeAmount.seconds(1)

    /// - Parameter floors: what is acknowledged to this run and others on the loop, to find stale reads.
    /// - Throws: `LoadError` when the configuration cannot be run.
    package init(
        loop: EventLoop, target: Endpoint, configuration: LoadConfiguration, floors: VersionFloors? = nil
    ) throws(LoadError) {
        try configuration.validate()
        self.floors = floors
        self.loop = loop
        self.target = target
        self.configuration = configuration
        state = .allocate(capacity: 1)
        let run = configuration.run ?? StableHash.mix(UInt64(bitPattern: loop.wallClock()))
        state.initialize(to: LoadState(configuration, target: target, run: run))
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    // MARK: Phases

    /// Opens the connections; the first request is meant for the instant at which they stand, or a second later.
    /// - Throws: `UVError` when the loop cannot give a timer; nothing has been started then.
    package func start() throws(UVError) {
        precondition(state.pointee.phase == .created, "a load is started once")
        let ticker = try LoopTimer(loop: loop) { self.tick() }
        do throws(UVError) {
            // Ringing ends the wait; `endTurn` then does the work.
            wake = try WakeTimer(loop: loop) { _ in }
        } catch {
            ticker.close()
            throw error
        }
        self.ticker = ticker
        // They are called only while the pool has streams, and the run outlives those.
        let handlers = StreamHandlers(
            on: loop, connected: { [unowned(unsafe) self] in opened($0) },
            received: { [unowned(unsafe) self] in read($0) },
            ended: { [unowned(unsafe) self] stream, _ in lost(stream) })
        self.handlers = handlers
        // A closing stream keeps its slot until its callback.
        pool = StreamPool(
            loop: loop, owner: handlers, limit: configuration.connections * 2 + 16, inputLimit: limits.buffered)
        loop.beforeWaiting { [weak self] in self?.endTurn() }
        let now = loop.refreshNow()
        state.pointee.started = now
        state.pointee.lastProgress = now
        state.pointee.series.keepsSeconds = onSecond != nil
        state.pointee.phase = .connecting
        for index in 0..<state.pointee.connectionCount { connect(index, now: now) }
        step = max(.milliseconds(1), min(.milliseconds(10), configuration.timeout / 4))
        ticker.start(after: step, every: step)
    }

    /// Ends the load early: what waits is given up, what is under way has a second to end, and acknowledged writes are
    /// read back if that was asked for. A second call leaves reading back out.
    package func stop() {
        let now = loop.now()
        state.pointee.stops += 1
        switch state.pointee.phase {
        case .created, .closing, .finished:
            break
        case .connecting, .sending:
            endSending(now)
            while let request = state.pointee.queue.pop() { fail(request, .unfinished, now: now) }
            state.pointee.drainLimit = now + min(Self.stopGrace, configuration.timeout)
        case .draining:
            let grace = state.pointee.stops > 1 ? TimeAmount.zero : min(Self.stopGrace, configuration.timeout)
            state.pointee.drainLimit = min(state.pointee.drainLimit, now + grace)
        case .verifying:
            if state.pointee.stops > 1 || state.pointee.ended != nil { beginClosing() }
        }
    }

    package var isFinished: Bool { state.pointee.phase == .finished }

    private func endSending(_ now: Instant) {
        if state.pointee.phase == .sending { state.pointee.ended = min(now, end) }
        state.pointee.schedule.end()
        state.pointee.phase = .draining
    }

    /// When the last request is meant to be sent.
    private var end: Instant { state.pointee.began + configuration.duration }

    private func tick() {
        let now = loop.now()
        measureNoise(now)
        sweep(now)
        advance(now)
        tellSeconds(now)
        if now - state.pointee.lastProgress >= .seconds(1) { report(progress: now) }
    }

    private func tellSeconds(_ now: Instant) {
        guard let onSecond else { return }
        if state.pointee.phase == .sending || state.pointee.phase == .draining { state.pointee.series.advance(to: now) }
        for second in state.pointee.series.takeSeconds() { onSecond(second) }
    }

    private func advance(_ now: Instant) {
        switch state.pointee.phase {
        case .created, .finished:
            break
        case .connecting:
            guard !isConnecting || now - state.pointee.started > .seconds(1) else { return }
            state.pointee.began = now
            state.pointee.lastProgress = now
            state.pointee.phase = .sending
            state.pointee.schedule.begin(at: now)
            state.pointee.series.begin(at: now)
            state.pointee.begunAt = loop.wallClock()
        case .sending:
            if state.pointee.schedule.isOver, now >= end { endSending(now) }
        case .draining:
            if now >= state.pointee.drainLimit { abandon(now) }
            guard state.pointee.inFlight == 0, state.pointee.queue.isEmpty else { return }
            state.pointee.series.finish(at: now)
            state.pointee.endedAt = loop.wallClock()
            if configuration.verifies, state.pointee.stops < 2 { beginVerifying(now) } else { beginClosing() }
        case .verifying:
            state.pointee.verification.giveUpIfHopeless(now: now)
            verifyOnIdle(now)
            if state.pointee.verification.isDone { beginClosing() }
        case .closing:
            if pool.open == 0 { finish() }
        }
    }

    private var isConnecting: Bool {
        for index in 0..<state.pointee.connectionCount where state.pointee.connections[index].phase == .connecting {
            return true
        }
        return false
    }

    private func beginVerifying(_ now: Instant) {
        state.pointee.verification = Verification(
            state.pointee.writes.recordsToRead + state.pointee.accepted.recordsToRead
                + (state.pointee.siblings?.checker.recordsToRead ?? []),
            patience: configuration.verificationPatience, now: now)
        state.pointee.phase = .verifying
        verifyOnIdle(now)
    }

    private func beginClosing() {
        state.pointee.phase = .closing
        pool.closeAll()
        wake?.close()
    }

    private func finish() {
        state.pointee.phase = .finished
        let report = makeReport()
        let callback = onFinish
        onFinish = nil
        onProgress = nil
        onSecond = nil
        // Its closure holds this run until here.
        ticker?.close { callback?(report) }
        ticker = nil
        wake = nil
    }

    // MARK: Turns

    /// Before the loop waits: takes up what is due, writes it out and sets the alarm for what comes next.
    private func endTurn() {
        guard state.pointee.phase != .finished, state.pointee.phase != .created else { return }
        if !state.pointee.opening.isEmpty { openWaiting(loop.now()) }
        if state.pointee.phase == .sending { dispatch(loop.refreshNow()) }
        pool.flush()
        if let next = state.pointee.schedule.next { wake?.arm(at: next) }
    }

    private func dispatch(_ now: Instant) {
        var taken = 0
        while taken < Self.turnLimit, let intended = state.pointee.schedule.next, intended <= now {
            taken += 1
            state.pointee.schedule.advance()
            let request = state.pointee.source.next(intended: intended)
            state.pointee.accounts.took(late: now - intended)
            state.pointee.series.took(late: now - intended)
            if let index = state.pointee.takeIdle() {
                send(request, on: index, now: now)
            } else if state.pointee.waiting == state.pointee.connectionCount {
                fail(request, .unreachable, now: now)
            } else if !state.pointee.queue.push(request) {
                fail(request, .dropped, now: now)
            }
        }
    }

    // MARK: Reports

    private func report(progress now: Instant) {
        let window = state.pointee.accounts.takeWindow()
        let seconds = (now - state.pointee.lastProgress).seconds
        state.pointee.lastProgress = now
        guard let onProgress else { return }
        let phase: LoadProgress.Phase? =
            switch state.pointee.phase {
            case .connecting: .connecting
            case .sending: .sending
            case .draining: .draining
            case .verifying: .verifying
            case .created, .closing, .finished: nil
            }
        guard let phase else { return }
        onProgress(
            LoadProgress(
                phase: phase, elapsed: phase == .connecting ? .zero : now - state.pointee.began,
                rate: Double(window.requests) / seconds,
                okShare: window.requests == 0 ? 1 : Double(window.ok) / Double(window.requests),
                p50: window.latency.percentile(50), p99: window.latency.percentile(99),
                inFlight: state.pointee.inFlight, queued: state.pointee.queue.count,
                requests: state.pointee.accounts.requests, dropped: state.pointee.accounts.dropped,
                ok: state.pointee.accounts.ok, customers: state.pointee.ledger.counts))
    }

    private func makeReport() -> LoadReport {
        var report = LoadReport()
        report.seed = configuration.seed
        report.targetRate = configuration.rate
        report.durationMs = ((state.pointee.ended ?? state.pointee.began) - state.pointee.began).milliseconds
        report.partial = state.pointee.stops > 0
        report.take(state.pointee.accounts)
        report.take(state.pointee.ledger.counts)
        let verifies = configuration.verifies && state.pointee.stops < 2
        report.take(state.pointee.writes.totals(), verified: verifies)
        if verifies { report.take(state.pointee.writes.verdict(), conclusive: !state.pointee.writes.isInconclusive) }
        if let siblings = state.pointee.siblings { report.take(siblings, verified: verifies) }
        if let sessions = state.pointee.sessions { report.take(sessions.verdict()) }
        if let registers = state.pointee.registers { report.take(registers.verdict()) }
        report.comparison = state.pointee.arms?.report(
            seed: configuration.seed, now: state.pointee.ended ?? loop.now())
        report.connections = state.pointee.opened
        report.judge(configuration.objectives, state.pointee.accounts.latency)
        return report
    }

    /// Another part of the run begins.
    /// - Returns: false where it has as many as it may have.
    @discardableResult
    package func beginWindow() -> Bool { state.pointee.windows.begin(at: loop.refreshNow()) }

    /// The parts so far.
    package var windows: LoadWindows { state.pointee.windows }

    /// The acknowledged writes of one tier, and how many of them were lost; whole at the end.
    package func writes(of tier: StoreSettings.Tier) -> AcknowledgedWrites.Counts {
        let configuration = configuration
        let isMeant: (RecordID) -> Bool = {
            configuration.tier(ofKey: UInt32(truncatingIfNeeded: $0.rawValue)) == tier
        }
        let kept = state.pointee.writes.totals(where: isMeant)
        return kept.acknowledged > 0 ? kept : state.pointee.accepted.totals(where: isMeant)
    }
}

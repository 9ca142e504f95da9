import Alerts
import Feed
import MeshBase
import Reports
import Sharding
import Store
import Telemetry
import Topology
import UVDriver

/// Makes the feed of a mesh and sends it to those who follow it. Confined to the loop's thread.
///
/// One state is made a tick, whoever reads it. While nobody does, one each 5 s and with each change of a process, so that what
/// customers were seen to suffer has no gaps that matter, and alerts count from the change.
package final class LiveDesk {
    /// What a reader asks for.
    package struct Wish: Sendable, Equatable {
        /// From one message to the next.
        package var period = TimeAmount.seconds(1)
        /// Cells whose vitals are sent too, by name; `FeedDetail.most` at most.
        package var details: [String] = []
        /// The number that it has read up to; nil for none.
        package var last: UInt64?
        /// From when on it is told the past first, in milliseconds since 1970; nil for the present alone.
        package var since: Int64?

        /// The whole state, and each second what has changed.
        package init() {}
    }

    /// What a period may be.
    package static let periods = TimeAmount.milliseconds(200)...TimeAmount.seconds(10)
    /// Ticks and periods are of one length mostly, and a timer is late: what is due in so little is due.
    private static let slack = TimeAmount.milliseconds(50)
    /// Events that a new reader is told.
    private static let mostRecent = FeedEvents.most
    /// Events of the journal in a tick; what is behind them is in the next one.
    private static let mostRead = 500
    private static let lookback: Int64 = 15 * 60 * 1_000_000_000

    private struct Reader {
        var wish: Wish
        var due: Instant
        var seq: UInt64?
        var shape: Int
    }

    let loop: EventLoop
    private let streams: HTTPStreams
    private let source: LiveSource
    let journal: Journal
    private let boot: String
    private let begun: Instant
    private var model: LiveModel
    /// What somebody should look at.
    var alerts: AlertEvaluator
    /// The state of the last tick.
    private(set) var latest: FeedState
    /// The last minutes.
    private(set) var history = FeedHistory()
    private var coder: DeltaCoder
    private var folder = EventFolder()
    private var recent: [FeedEvents.Event] = []
    private var lastEvent: Int64 = 0
    /// Of each process, up to which number of which life its news were taken.
    private var newsSeen: [ProcessName: (boot: String, n: UInt64)] = [:]
    /// Of the placement, and how many cells there are, as the model has them.
    private var version: UInt64
    private var cells: Int
    /// Counts shapes.
    private var shape = 0
    /// Told of each tick's events beside readers; somebody who has it looks on, as a reader does.
    var onEvents: ((FeedEvents) -> Void)?
    private var readers: [(id: SlabKey, reader: Reader)] = []
    private var details: [String: CellVitals] = [:]
    private var toldAt: [ProcessName: Instant] = [:]
    private var pace = LivePace()
    private var timer: LoopTimer?
    private let host = HostMeter()
    private let lateness: LatenessMeter
    private var isClosed = false

    /// - Parameters:
    ///   - streams: of the API, whose `onEnd` is taken.
    ///   - placement: of the source as it is.
    init(loop: EventLoop, streams: HTTPStreams, source: LiveSource, placement: Placement, journal: Journal) {
        self.loop = loop
        self.streams = streams
        self.source = source
        self.journal = journal
        lateness = LatenessMeter(loop: loop)
        boot = SecretText.random(bytes: 8)
        begun = loop.now()
        (version, cells) = (placement.table.version, source.topology().cells.count)
        model = LiveModel(
            source.topology(), placement: placement, silence: Self.silence(of: source.topology().cells.count))
        alerts = AlertEvaluator(objective: AlertObjective(declared: source.topology().strictestErrorRate))
        latest = FeedState(seq: 0, t: 0, cells: source.topology().cells.count)
        // Higher than any number of an earlier life, whose readers come back.
        coder = DeltaCoder(first: UInt64(max(loop.wallClock() / 1_000_000, 1)))
        streams.onEnd = { [weak self] id, _ in self?.readers.removeAll { $0.id == id } }
    }

    /// Begins to gather.
    func start() { tick() }

    /// Readers are told that it ends, and are sent nothing more.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        timer?.close()
        lateness.close()
        streams.endAll(FeedMessage.bye(FeedBye(reason: "stopping")).serverSentEvent)
    }

    // MARK: What processes tell

    func take(_ vitals: CellVitals, of name: ProcessName) {
        guard let cell = source.topology().cellIndex(named: name.name) else { return }
        toldAt[name] = loop.now()
        if vitals.pools != nil { details[name.name] = vitals }
        model.take(vitals, of: cell, now: loop.now())
        take(vitals.news, of: name, boot: vitals.boot)
    }

    func take(_ vitals: RouterVitals, of name: ProcessName) {
        toldAt[name] = loop.now()
        model.take(vitals, of: name.name, now: loop.now())
        take(vitals.news, of: name, boot: vitals.boot)
    }

    /// What a router reaches, told sooner than its vitals.
    func take(reached: [String: String], of name: ProcessName) { model.take(reached: reached, of: name.name) }

    /// What a process saw is folded with what others did.
    private func take(_ news: [Vitals.News]?, of name: ProcessName, boot: String?) {
        guard let news, let boot else { return }
        var seen = newsSeen[name].flatMap { $0.boot == boot ? $0.n : nil } ?? 0
        for one in news where one.n > seen {
            seen = one.n
            folder.take(one.event, by: name.name, now: loop.now())
        }
        newsSeen[name] = (boot, seen)
    }

    /// What routers have answered since this control plane began.
    var answered: AnswerTally { model.tally }

    /// Cells whose vitals some reader wants as a whole.
    var wanted: Set<String> { Set(readers.flatMap(\.reader.wish.details)) }

    /// What the control plane tells of itself.
    package var vitals: ControlVitals {
        var vitals = source.control()
        let now = loop.now()
        vitals.boot = boot
        vitals.uptimeMilliseconds = Int64((now - begun).milliseconds)
        vitals.streams = readers.count
        vitals.host = host.host(now)
        vitals.host?.latenessMilliseconds = lateness.p99?.milliseconds
        vitals.told = toldAt.values.count { now - $0 <= Self.silence(of: cells) }
        return vitals
    }

    // MARK: Readers

    /// Sends to a stream from now on, at once what is known.
    package func follow(_ id: SlabKey, _ wish: Wish) {
        let now = loop.now()
        if isClosed {
            streams.send(id, FeedMessage.bye(FeedBye(reason: "stopping")).serverSentEvent)
            return streams.end(id)
        }
        // Others are sent what is due to them too.
        if isStale { tick() } else { refresh(now, after: Self.periods.lowerBound) }
        var reader = Reader(wish: wish, due: now, seq: wish.last, shape: -1)
        // Whoever wants details gets what is whole: its numbers were another reader's.
        if !wish.details.isEmpty { reader.seq = nil }
        readers.append((id, reader))
        let hello = FeedHello(
            mesh: source.mesh, source: .live, boot: boot, now: loop.wallClock() / 1_000_000,
            period: Int(wish.period.milliseconds),
            history: history.span.map { $0.upperBound - $0.lowerBound } ?? 0)
        streams.send(id, FeedMessage.hello(hello).serverSentEvent)
        serve(now)
        if !recent.isEmpty { streams.send(id, FeedMessage.event(FeedEvents(events: recent)).serverSentEvent) }
        schedule()
    }

    /// How the mesh is as a whole, of the same sight of its processes as whoever asks for it has; what else it says is as of a
    /// second ago at most, of one that begins, where each moment tells more, of 200 ms.
    package var headline: FeedHeadline? {
        guard !isClosed else { return latest.mesh.headline }
        if isStale {
            tick()
        } else {
            refresh(loop.now(), after: isBeginning ? Self.periods.lowerBound : LivePace.watched)
        }
        return latest.mesh.headline
    }

    /// The processes are seen otherwise by now than in the last state.
    private var isStale: Bool { pace.lookedAt != nil && !model.isOf(source.sights(), routers: source.routers()) }

    // MARK: Ticks

    /// Some process was not heard of in the last tick, or had just been started.
    private var isBeginning: Bool {
        latest.mesh.headline?.word == .unknown || latest.routers?.contains { $0.state == .starting } ?? false
    }

    /// A state of a shorter time ago is the present one.
    private func refresh(_ now: Instant, after age: TimeAmount) {
        if pace.lookedAt.map({ now - $0 >= age }) ?? true { tick() }
    }

    /// What is told from now on is of now.
    func renew() { if pace.lookedAt != nil { tick() } }

    /// A process has changed, or what is reached of it.
    func changed() {
        if !isClosed, pace.change() { schedule() }
    }

    private func schedule() {
        guard !isClosed else { return }
        lateness.run(!readers.isEmpty || isBusy)
        let interval = pace.wait(
            periods: readers.map(\.reader.wish.period), isBusy: isBusy || onEvents != nil, now: loop.now())
        timer?.close()
        timer = try? LoopTimer.once(loop: loop, after: interval) { [weak self] in self?.tick() }
    }

    /// A cell that has told nothing for so long is silent: it was asked three times.
    static func silence(of cells: Int) -> TimeAmount { .seconds(3) * Int64(StoreWatch.turns(of: cells)) }

    /// Somebody looks on, or something is in force: what cells tell should be of this second.
    var isWatched: Bool { !readers.isEmpty || isBusy || onEvents != nil }

    /// Something is in force whose course somebody may look back on.
    private var isBusy: Bool {
        let news = model.news
        return !news.faults.isEmpty || news.drill != nil || news.evacuation != nil || news.halt != nil
            || !alerts.isQuiet
    }

    private func tick() {
        guard !isClosed else { return }
        let now = loop.now()
        pace.look(now: now)
        followPlacement()
        model.look(source.sights(), routers: source.routers(), routersRun: source.routersRun(), now: now)
        model.news = source.news()
        model.take(vitals, now: now)
        var state = model.state(t: loop.wallClock() / 1_000_000, now: now)
        judge(&state, names: model.topology.cells.map(\.name), answered: model.answered, now: now)
        noteForgetful()
        latest = state
        history.append(state)
        _ = coder.take(state)
        let events = readEvents(now)
        serve(now)
        if let events {
            for (id, _) in readers { streams.send(id, events) }
        }
        schedule()
    }

    /// Cells that have come back without what they had stand in the journal, as what routers call others does in theirs.
    private func noteForgetful() {
        for change in model.forgetful.takeNews() {
            var attributes: [TelemetryEvent.Attribute] = [
                .init("animal", .string(CellAnimal.amnesiac.rawValue)), .init("by", .string("control")),
            ]
            if !change.why.isEmpty { attributes.append(.init("why", .string(change.why))) }
            // What cannot be written is seen in the feed still.
            _ = try? journal.append(
                JournalEvent(
                    TelemetryEvent(
                        time: loop.wallClock(), type: "zoo", action: change.isNamed ? "named" : "cleared",
                        id: model.topology.cells[change.cell].name, attributes: attributes)))
        }
    }

    /// Cells were added, or customers have moved.
    private func followPlacement() {
        let (topology, table) = (source.topology(), source.placement())
        guard table.version != version || topology.cells.count != cells,
            let placement = try? Placement(topology, table: table)
        else { return }
        (version, cells) = (table.version, topology.cells.count)
        model.take(topology, placement: placement)
        shape += 1
    }

    private func serve(_ now: Instant) {
        // A stream that is too far behind ends within the call, and is none of the readers then.
        for (id, reader) in readers where reader.due <= now + Self.slack {
            var bytes: [UInt8] = []
            if reader.shape != shape { bytes += FeedMessage.shape(model.shape).serverSentEvent }
            if reader.shape < 0, let since = reader.wish.since { bytes += past(since: since) }
            for event in coder.events(after: reader.seq) { bytes += event }
            if !reader.wish.details.isEmpty {
                let known = details.filter { reader.wish.details.contains($0.key) }
                bytes += FeedMessage.detail(FeedDetail(t: loop.wallClock() / 1_000_000, cells: known)).serverSentEvent
            }
            guard streams.send(id, bytes), let place = readers.firstIndex(where: { $0.id == id }) else { continue }
            readers[place].reader.shape = shape
            readers[place].reader.seq = coder.told?.seq
            readers[place].reader.due = now + reader.wish.period
        }
    }

    // MARK: Events

    /// What happened since the last tick, as a message; nil where nothing did.
    private func readEvents(_ now: Instant) -> [UInt8]? {
        let found: [JournalEvent]?
        if lastEvent > 0 {
            found = try? journal.events(since: lastEvent, limit: Self.mostRead)
        } else {
            found = try? journal.events(from: loop.wallClock() - Self.lookback, limit: Self.mostRead)
        }
        for event in found ?? [] {
            lastEvent = max(lastEvent, event.id)
            let record = EventRecord(event)
            folder.take(record, by: record.attributes["observer"]?.text ?? "control", now: now)
        }
        guard let events = folder.drain(now: now) else { return nil }
        for event in events.events {
            if let place = recent.lastIndex(where: { $0.n == event.n }) {
                recent[place] = event
            } else {
                recent.append(event)
            }
        }
        if recent.count > Self.mostRecent { recent.removeFirst(recent.count - Self.mostRecent) }
        onEvents?(events)
        return FeedMessage.event(events).serverSentEvent
    }
}

extension EventRecord {
    /// As the API tells it.
    init(_ event: JournalEvent) {
        self.init(
            time: Timestamp.string(event.time, .nanoseconds), type: event.type, action: event.action,
            id: event.subject,
            attributes: ReportJSON.decode([String: Value].self, Array(event.attributes.utf8)) ?? [:])
    }
}

import Consensus
import Evacuation
import MeshBase
import Nodes
import Reports
import Sharding
import Store
import Telemetry
import Topology
import UVDriver

/// Evacuations, restores and single moves as operators order and see them: the checks before, the coordinator's host, what
/// is counted meanwhile, and the report at the end. Nothing of it is needed for a plan to go on: that is the deciders'.
final class EvacuationDesk {
    /// Where the processes of the mesh answer, as the supervisor knows them.
    struct Places {
        var cells: () -> [(name: ProcessName, admin: Endpoint)]
        var routers: () -> [(name: ProcessName, admin: Endpoint)]
        /// Whether membership, or a router, holds a cell for alive.
        var isAlive: (CellIndex) -> Bool
        var isReached: (CellIndex) -> Bool
    }

    enum Failure: Error {
        /// The deciders did not agree, or could not be asked.
        case undecided(String, isUncertain: Bool)
        /// What was asked for does not fit what is under way.
        case conflict(String)
    }

    let host: CoordinatorHost
    var topology: MeshTopology
    let loop: EventLoop
    let client: HTTPClient
    private let journal: Journal
    let places: Places
    private let saved: SavedPlacement
    let reportPath: String
    private var waiting: [UInt64: (CoordinatorAnswer) -> Void] = [:]
    private var lastTicket: UInt64 = 0
    private var timer: LoopTimer?
    private var savedVersion: UInt64
    let keeper: CourseKeeper
    var seen: MoveTally {
        get { keeper.tally }
        set { keeper.tally = newValue }
    }
    /// What a life before has left was looked at.
    private var isSettled = false
    /// The report of the plan under way, or of the last one.
    var report: EvacuationReport?
    private var isAsking = false
    /// Of the stage under way, as it was seen last; nil before.
    private(set) var observed: EvacuationGate.Observation?
    /// How much of a cell is used, a ratio of its capacity; nil where that is not known.
    var utilisation: (ProcessName) -> Double? = { _ in nil }

    init(
        _ runtime: HostRuntime, placement: Placement, client: HTTPClient, journal: Journal, directory: DataDirectory,
        places: Places
    ) {
        host = CoordinatorHost(runtime, placement: placement)
        topology = runtime.settings.topology
        loop = runtime.loop
        self.client = client
        self.journal = journal
        self.places = places
        keeper = CourseKeeper(journal)
        let events = runtime.events
        saved = SavedPlacement(path: directory.placementPath, loop: loop) { events.log("placement-not-kept", $0) }
        reportPath = directory.path + "/evacuation.json"
        savedVersion = placement.table.version
        report = ((try? SystemFile.readOwn(reportPath)) ?? nil).flatMap {
            ReportJSON.decode(EvacuationReport.self, $0)
        }
        host.onAnswer = { [unowned self] ticket, answer in waiting.removeValue(forKey: ticket)?(answer) }
        host.onEvent = { [unowned self] in note($0) }
    }

    var table: PlacementTable { host.table }
    /// Of the table, without a copy of it.
    var version: UInt64 { host.version }
    func isAlive(_ cell: CellIndex) -> Bool { places.isAlive(cell) }
    var plan: PlanDecree? { host.state.plan ?? nil }

    /// The mesh serves: from now on the deciders are known. The set that it was founded with stands in the journal, since
    /// a cell may have another store later.
    func start() {
        if let text = try? journal.meta("deciders"), let bytes = HexText.bytes(text),
            let set = DeciderSet(decoding: bytes)
        {
            return host.learn(set)
        }
        var stores: [CellIndex: UInt64] = [:]
        for (position, cell) in topology.cells.enumerated() {
            guard let text = try? journal.meta("store/\(cell.name)"), let word = StoreWord(text: text) else { continue }
            switch word {
            case .founding(let id), .known(let id): stores[CellIndex(position)] = id
            }
        }
        guard let set = Coordinator.founding(topology.asFounded, stores: stores) else { return }
        guard (try? journal.setMeta("deciders", HexText.text(set.encoded()))) != nil else { return }
        host.learn(set)
    }

    /// The mesh has further cells.
    func grow(_ topology: MeshTopology) {
        self.topology = topology
        host.grow(topology)
    }

    func endTurn() {
        host.endTurn()
        if version != savedVersion {
            savedVersion = version
            saved.save(table)
        }
        settle()
    }

    /// A life before was killed between the end of its plan and the report of it: the report is made now.
    private func settle() {
        guard !isSettled, let known = host.state.plan else { return }
        isSettled = true
        guard known == nil, let course = keeper.course, course.ended == nil, course.decided != nil,
            let plan = course.plan
        else { return }
        report = evacuationPlan(plan).map { EvacuationReport(plan: $0, notes: course.notes) }
        change { course, _ in course.takeOver() }
        end(plan, completed: table.entries.allSatisfy { plan.isTarget($0.state.target) })
    }

    func close() {
        timer?.close()
        host.close()
        saved.close()
    }

    func ask(_ body: (UInt64) -> Void, then: @escaping (CoordinatorAnswer) -> Void) {
        lastTicket += 1
        waiting[lastTicket] = then
        body(lastTicket)
    }

    /// Called when a plan has ended and its report is whole.
    var onEnd: (PlanDecree, _ completed: Bool) -> Void = { _, _ in }

    // MARK: Meanwhile

    private func note(_ event: CoordinatorEvent) {
        switch event {
        case .planBegan(let plan):
            let model = evacuationPlan(plan)
            keeper.take(plan, model, cohorts: table.entries.count, wall: loop.wallClock(), now: loop.now())
            keeper.take(table.entries, of: plan, wall: loop.wallClock(), now: loop.now())
            if let model { report = EvacuationReport(plan: model, notes: keeper.course?.notes ?? []) }
            write("began", plan)
            watch()
        case .planChanged(let plan):
            change { $0.change(plan, reason: self.host.state.progress.reason, at: $1) }
            write(plan.isPaused ? "paused" : plan.state.name, plan)
        case .stageBegan(let percent, let cohorts):
            change { $0.watch(percent: percent, at: $1) }
            write("stage", plan, ["percent": percent, "cohorts": cohorts])
        case .stageEnded(let percent, let verdict, let requests):
            change { $0.end(EvacuationReport.Stage(percent: percent, requests: requests, gate: verdict), at: $1) }
            write(
                "stage-ended", plan,
                ["percent": percent, "requests": Int(clamping: requests), "red": verdict.decision == .red ? 1 : 0])
        case .entryDecided(let cohort, _, let phase):
            guard plan?.state == .moving, phase != .stable else { return }
            keeper.mark(
                phase == .joint ? .begun : .switched, cohort: cohort, wall: loop.wallClock(), now: loop.now())
        case .cohortFilled(let cohort):
            keeper.mark(.filled, cohort: cohort, wall: loop.wallClock(), now: loop.now())
        case .decidersReplaced(let cells):
            change { $0.replaceDeciders(at: $1) }
            write("deciders-replaced", plan, ["deciders": cells.count])
        case .givenUp(let cohort, let customers, let lost):
            let names = lost.map { topology.cells[$0.position].name }.joined(separator: ", ")
            write(
                "given-up", plan, ["cohort": cohort, "customers": customers.count],
                reason: "what only \(names) had of them is given up")
        case .stalled(let text): write("stalled", plan, reason: text)
        case .planEnded(let plan, let completed): end(plan, completed: completed)
        }
    }

    func change(_ body: (inout EvacuationCourse, Int64) -> Void) {
        let wall = loop.wallClock()
        keeper.note(now: loop.now()) { body(&$0, wall) }
    }

    func write(
        _ action: String, _ plan: PlanDecree?, _ numbers: KeyValuePairs<String, Int> = [:], reason: String? = nil
    ) {
        var attributes: [TelemetryEvent.Attribute] = []
        if let plan {
            attributes.append(.init("plan", .string(String(plan.id, radix: 16))))
            attributes.append(.init("kind", .string(plan.kind.rawValue)))
        }
        attributes += numbers.map { .init($0.key, .integer(Int64($0.value))) }
        if let reason { attributes.append(.init("reason", .string(reason))) }
        let region = plan.map { topology.regions[$0.region].name } ?? ""
        _ = try? journal.append(
            JournalEvent(
                TelemetryEvent(
                    time: loop.wallClock(), type: "evacuation", action: action, id: region, attributes: attributes)))
    }

    /// Counts what customers and cells say while a plan is open.
    private func watch() {
        guard timer == nil else { return }
        timer = try? LoopTimer(loop: loop) { [unowned self] in
            guard plan != nil else {
                timer?.close()
                timer = nil
                observed = nil
                return
            }
            keeper.tick(now: loop.now())
            guard !isAsking else { return }
            isAsking = true
            collect { [self] in
                isAsking = false
                var observation = seen.observation(ofStage: host.state.progress.stage)
                if let plan {
                    let cells = topology.cells.indices.map { CellIndex($0) }
                    let (left, targets) = sides(of: plan)
                    let dead = targets.filter { !places.isAlive($0) }
                    observation.deadTargets = dead.count
                    observation.deadNames = dead.prefix(6).map { topology.cells[$0.position].name }
                    observation.deadTargetsBefore = seen.deadBefore ?? observation.deadTargets
                    seen.deadBefore = observation.deadTargetsBefore
                    let source =
                        left.isEmpty ? cells.filter { topology.cells[$0.position].region == plan.region } : left
                    observation.regionServes = source.contains { places.isAlive($0) }
                }
                observed = observation
                host.observe(observation)
            }
        }
        timer?.start(after: .milliseconds(50), every: .milliseconds(100))
    }

    /// The cells that a plan leaves, and those that take over.
    func sides(of plan: PlanDecree) -> (left: [CellIndex], targets: [CellIndex]) {
        let cells = topology.cells.indices.map { CellIndex($0) }
        let left = cells.filter { plan.leaves($0, region: topology.cells[$0.position].region) }
        let unused = CellUse(table, topology).unused
        return (left, cells.filter { !left.contains($0) && !unused.contains($0) })
    }

    func collect(_ then: @escaping () -> Void) {
        collect(
            router: { [self] in keeper.tally.take($0, of: $1, at: $2) },
            cell: { [self] in keeper.tally.take($0, of: $1) }, then)
    }

    func collect(
        router: @escaping (RouterMoves, ProcessName, Instant) -> Void,
        cell: @escaping (CellVitals, ProcessName) -> Void, _ then: @escaping () -> Void
    ) {
        ReportCollector.ask(places.routers(), "/v1/moves", as: RouterMoves.self, through: client) { [self] routers in
            let at = loop.now()
            for (name, page) in routers { if let page { router(page, name, at) } }
            ReportCollector.ask(places.cells(), "/v1/vitals", as: CellVitals.self, through: client) { cells in
                for (name, page) in cells { if let page { cell(page, name) } }
                then()
            }
        }
    }
}

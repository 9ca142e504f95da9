import Consensus
import Evacuation
import MeshBase
import Nodes
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
    private let topology: MeshTopology
    private let loop: EventLoop
    private let client: HTTPClient
    private let journal: Journal
    private let places: Places
    private let saved: SavedPlacement
    private let reportPath: String
    private var waiting: [UInt64: (CoordinatorAnswer) -> Void] = [:]
    private var lastTicket: UInt64 = 0
    private var timer: LoopTimer?
    private var savedVersion: UInt64
    private var seen = MoveTally()
    private var expectedNotes: [EvacuationNote] = []
    /// The report of the plan under way, or of the last one.
    private(set) var report: EvacuationReport?
    private var began = Instant.zero
    private var isAsking = false

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
        guard let set = Coordinator.founding(topology, stores: stores) else { return }
        guard (try? journal.setMeta("deciders", HexText.text(set.encoded()))) != nil else { return }
        host.learn(set)
    }

    func endTurn() {
        host.endTurn()
        if table.version != savedVersion {
            savedVersion = table.version
            saved.save(table)
        }
    }

    func close() {
        timer?.close()
        host.close()
        saved.close()
    }

    private func ask(_ body: (UInt64) -> Void, then: @escaping (CoordinatorAnswer) -> Void) {
        lastTicket += 1
        waiting[lastTicket] = then
        body(lastTicket)
    }

    // MARK: Before

    /// What an evacuation or a restore would do, and whether it may begin.
    struct Judgement {
        var plan: EvacuationPlan
        var facts: EvacuationFacts
        var verdict: EvacuationVerdict
        var forecast: EvacuationForecast { EvacuationForecast(plan: plan, facts: facts, verdict: verdict) }
    }

    /// Looks at the mesh as it is now. The deciders and the cells are asked.
    func judge(
        _ kind: EvacuationPlan.Kind, region: String, confirmation: EvacuationFacts.Confirmation, stages: [Int]?,
        isForced: Bool, then: @escaping (Judgement) -> Void
    ) {
        ask({ host.read(ticket: $0) }) { [self] answer in
            ReportCollector.ask(places.cells(), "/v1/vitals", as: CellVitals.self, through: client) { [self] vitals in
                let facts = facts(
                    kind, region: region, confirmation: confirmation, isForced: isForced, answer: answer,
                    vitals: vitals.compactMapValues { $0 })
                let position = topology.regions.firstIndex { $0.name == region } ?? 0
                // Percentages were checked when they were read.
                guard
                    let plan = try? EvacuationPlan(
                        topology, region: position, id: SecretText.randomInteger(), kind: kind,
                        cohorts: table.entries.count, percents: stages)
                else { return }
                then(Judgement(plan: plan, facts: facts, verdict: EvacuationChecks.judge(facts)))
            }
        }
    }

    private func facts(
        _ kind: EvacuationPlan.Kind, region: String, confirmation: EvacuationFacts.Confirmation, isForced: Bool,
        answer: CoordinatorAnswer, vitals: [ProcessName: CellVitals]
    ) -> EvacuationFacts {
        let state = host.state
        let deciders = state.deciders?.successors ?? []
        let hasMajority = answer == .done
        let cells = topology.cells.indices.map { position in
            let cell = CellIndex(position)
            let known = vitals[ProcessName(.cell, topology.cells[position].name)]
            return EvacuationFacts.Cell(
                isAlive: places.isAlive(cell), isReachedByOthers: places.isReached(cell),
                utilisation: known?.utilisation, isStoreFull: known?.isStoreFull ?? false)
        }
        let evacuated = ControlPlane.evacuatedRegions(table, topology)
        var facts = EvacuationFacts(
            topology: topology, kind: kind, region: region, confirmation: confirmation,
            evacuated: evacuated.sorted(),
            openPlan: plan.map {
                EvacuationFacts.OpenPlan(region: topology.regions[$0.region].name, state: $0.state.name)
            },
            deciders: deciders.map { decider in
                EvacuationFacts.Decider(
                    cell: decider.cell,
                    answers: hasMajority ? places.isAlive(decider.cell) : state.isLinked(decider.cell))
            },
            cells: cells, isForced: isForced)
        if let position = topology.regions.firstIndex(where: { $0.name == region }) {
            facts.load = load(kind, position, state.ledger.placement)
        }
        return facts
    }

    private func load(_ kind: EvacuationPlan.Kind, _ region: Int, _ placement: Placement) -> LoadPrediction? {
        var after = placement
        for entry in placement.table.entries {
            var entry = entry
            let now = entry.state.target.evacuated
            let next = kind == .evacuate ? now + [region] : now.filter { $0 != region }
            guard (try? entry.begin(evacuated: next)) != nil, (try? entry.switchOver()) != nil else { continue }
            _ = try? after.install(entry)
        }
        return LoadPrediction(topology) {
            placement.shard(of: CustomerHash(number: $0))
        } after: {
            after.shard(of: CustomerHash(number: $0))
        }
    }

    // MARK: Commands

    /// Begins what was judged.
    func begin(_ judgement: Judgement, watch: TimeAmount?, then: @escaping (Result<PlanDecree, Failure>) -> Void) {
        let plan = PlanDecree(
            id: judgement.plan.id, kind: judgement.plan.kind, region: judgement.plan.region,
            percents: judgement.plan.stages.percents, watch: watch ?? topology.evacuation.watch,
            began: loop.wallClock())
        expectedNotes = judgement.verdict.notes
        // What is counted from here on is this plan's.
        seen.begin(after: { [self] next in collect(next) }) { [self] in
            ask({ host.begin(plan, ticket: $0) }) { answer in
                switch answer {
                case .done: then(.success(plan))
                case .planOpen(let open):
                    then(.failure(.conflict("a plan for region \(self.topology.regions[open.region].name) is open")))
                case .noPlan(let text), .refused(let text): then(.failure(.conflict(text)))
                case .undecided(let text, let isUncertain):
                    then(.failure(.undecided(text, isUncertain: isUncertain)))
                }
            }
        }
    }

    func pause(_ isPaused: Bool, then: @escaping (Result<Void, Failure>) -> Void) {
        ask({ host.pause(isPaused, ticket: $0) }) { then(Self.result($0)) }
    }
    func abort(then: @escaping (Result<Void, Failure>) -> Void) {
        ask({ host.abort(ticket: $0) }) { then(Self.result($0)) }
    }
    func move(_ customer: CustomerHash, to shard: Shard, then: @escaping (Result<Void, Failure>) -> Void) {
        ask({ host.move(customer, to: shard, ticket: $0) }) { then(Self.result($0)) }
    }
    func unpin(_ customer: CustomerHash, then: @escaping (Result<Void, Failure>) -> Void) {
        ask({ host.unpin(customer, ticket: $0) }) { then(Self.result($0)) }
    }

    private static func result(_ answer: CoordinatorAnswer) -> Result<Void, Failure> {
        switch answer {
        case .done: .success(())
        case .planOpen: .failure(.conflict("another plan is open"))
        case .noPlan(let text), .refused(let text): .failure(.conflict(text))
        case .undecided(let text, let isUncertain): .failure(.undecided(text, isUncertain: isUncertain))
        }
    }

    // MARK: Meanwhile

    /// Where the plan under way stands, or how the last one ended.
    var status: EvacuationStatus {
        let state = host.state
        guard let open = plan else {
            guard let report, report.outcome.isFinal,
                let position = topology.regions.firstIndex(where: { $0.name == report.region }),
                let plan = evacuationPlan(report.kind, position, id: 0, percents: nil)
            else { return .none(cohorts: table.entries.count) }
            return EvacuationStatus(
                plan: plan, outcome: report.outcome, stage: report.stages.count, step: nil,
                moved: table.entries.count { entry in
                    entry.state.target.evacuated.contains(position) == (report.kind == .evacuate)
                },
                records: EvacuationStatus.Records(
                    copied: report.recordsCopied, verified: report.recordsVerified), reason: report.reason)
        }
        guard let plan = evacuationPlan(open.kind, open.region, id: open.id, percents: open.percents) else {
            return .none(cohorts: table.entries.count)
        }
        let progress = state.progress
        let moving = loop.now() - began - open.watch * Int64(progress.stage)
        return EvacuationStatus(
            plan: plan, outcome: open.isPaused ? .paused : .running,
            // Whoever took the plan over has not seen its first stages.
            stage: min(
                max(
                    progress.stages.count + 1,
                    progress.moved > 0 ? plan.stages.stage(afterBegun: progress.moved - 1) ?? 0 : 0),
                plan.stages.count), step: progress.step, moved: progress.moved,
            records: EvacuationStatus.Records(copied: seen.copied, verified: seen.verified),
            remaining: EvacuationEstimate.remaining(
                moving: max(moving, .zero), moved: progress.moved, of: table.entries.count,
                stagesLeft: plan.stages.count - progress.stages.count, watch: open.watch),
            reason: state.stallReason.isEmpty ? nil : state.stallReason)
    }

    private func evacuationPlan(
        _ kind: EvacuationPlan.Kind, _ region: Int, id: UInt64, percents: [Int]?
    ) -> EvacuationPlan? {
        try? EvacuationPlan(
            topology, region: region, id: id, kind: kind, cohorts: table.entries.count, percents: percents)
    }

    private func note(_ event: CoordinatorEvent) {
        switch event {
        case .planBegan(let plan):
            began = loop.now()
            if let model = evacuationPlan(plan.kind, plan.region, id: plan.id, percents: plan.percents) {
                report = EvacuationReport(plan: model, notes: expectedNotes)
            }
            expectedNotes = []
            write("began", plan)
            watch()
        case .planChanged(let plan): write(plan.isPaused ? "paused" : plan.state.name, plan)
        case .stageBegan(let percent, let cohorts): write("stage", plan, ["percent": percent, "cohorts": cohorts])
        case .stageEnded(let percent, let verdict, let requests):
            write(
                "stage-ended", plan,
                ["percent": percent, "requests": Int(clamping: requests), "red": verdict.decision == .red ? 1 : 0])
        case .entryDecided: break
        case .decidersReplaced(let cells): write("deciders-replaced", plan, ["deciders": cells.count])
        case .stalled(let text): write("stalled", plan, reason: text)
        case .planEnded(let plan, let completed): end(plan, completed: completed)
        }
    }

    private func write(
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
                return
            }
            guard !isAsking else { return }
            isAsking = true
            collect { [self] in
                isAsking = false
                var observation = seen.observation(ofStage: host.state.progress.stage)
                if let plan {
                    let targets = topology.cells.indices.filter { topology.cells[$0].region != plan.region }
                    observation.deadTargets = targets.count { !places.isAlive(CellIndex($0)) }
                    observation.deadTargetsBefore = seen.deadBefore ?? observation.deadTargets
                    seen.deadBefore = observation.deadTargetsBefore
                    observation.regionServes = topology.cells.indices.contains {
                        topology.cells[$0].region == plan.region && places.isAlive(CellIndex($0))
                    }
                }
                host.observe(observation)
            }
        }
        timer?.start(after: .milliseconds(50), every: .milliseconds(100))
    }

    private func collect(_ then: @escaping () -> Void) {
        ReportCollector.ask(places.routers(), "/v1/moves", as: RouterMoves.self, through: client) { [self] routers in
            let at = loop.now()
            for (name, page) in routers { if let page { seen.take(page, of: name, at: at) } }
            ReportCollector.ask(places.cells(), "/v1/vitals", as: CellVitals.self, through: client) { [self] cells in
                for (name, page) in cells { if let page { seen.take(page, of: name) } }
                then()
            }
        }
    }

    // MARK: The end

    private func end(_ plan: PlanDecree, completed: Bool) {
        collect { [self] in
            var report =
                self.report
                ?? EvacuationReport(
                    plan: evacuationPlan(plan.kind, plan.region, id: plan.id, percents: plan.percents)!)
            let progress = host.state.progress
            let duration = loop.now() - began
            report.outcome = completed ? .completed : plan.isAborted ? .aborted : .rolledBack
            report.reason =
                completed
                ? nil
                : plan.isAborted
                    ? "taken back by 'evacuation abort'"
                    : progress.reason ?? progress.stages.last.map {
                        "the gate was red at \($0.percent) %: \($0.detail)"
                    }
                        ?? "it was taken back"
            report.stages = progress.stages
            report.customersMoved = completed ? customers(of: plan.region) : 0
            report.recordsCopied = seen.copied
            report.recordsVerified = seen.verified
            // What was compared and could not be brought together; nothing is said where nothing was compared.
            report.acknowledgedWritesLost = seen.verified > 0 ? seen.damaged : nil
            report.durationMilliseconds = duration.milliseconds
            report.writePause = seen.pause
            if plan.kind == .evacuate, let first = progress.firstBegin {
                let cells = topology.cells.filter { topology.regions[$0.region].name == report.region }.map(\.name)
                report.reroutedMilliseconds = seen.lastUse(of: cells).map { max(($0 - first).milliseconds, 0) }
            }
            for name in Set(report.phases.map(\.name)) {
                report.end(phase: name, completed ? .completed : .rolledBack, after: duration)
            }
            self.report = report
            write(report.outcome.rawValue, plan, reason: report.reason)
            // Where it cannot be kept, the journal's line remains.
            try? SystemFile.replace(reportPath, with: ReportJSON.encode(report))
            onEnd()
        }
    }

    /// Called when a plan has ended and its report is whole.
    var onEnd: () -> Void = {}

    /// Customers of whose founding shard a cell lies in the region.
    private func customers(of region: Int) -> Int {
        let founding = Placement(topology)
        let count = min(topology.customers.count, LoadPrediction.mostCustomers)
        guard count > 0 else { return 0 }
        return (1...count).count { number in
            founding.shard(of: CustomerHash(number: number)).contains {
                topology.cells[$0.position].region == region
            }
        }
    }
}

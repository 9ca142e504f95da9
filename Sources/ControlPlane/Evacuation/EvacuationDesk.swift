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
    private var topology: MeshTopology
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
    private let keeper: CourseKeeper
    private var seen: MoveTally {
        get { keeper.tally }
        set { keeper.tally = newValue }
    }
    /// What a life before has left was looked at.
    private var isSettled = false
    /// The report of the plan under way, or of the last one.
    private(set) var report: EvacuationReport?
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
        if table.version != savedVersion {
            savedVersion = table.version
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

    private func ask(_ body: (UInt64) -> Void, then: @escaping (CoordinatorAnswer) -> Void) {
        lastTicket += 1
        waiting[lastTicket] = then
        body(lastTicket)
    }

    // MARK: Before

    /// What somebody asks for.
    struct Wish {
        var kind: EvacuationPlan.Kind
        var region: String
        /// Those to be added or drained.
        var cells: [CellIndex] = []
        /// Of the mesh, or as it would be with further cells.
        var topology: MeshTopology
        /// What only dead cells have of customers without a majority is given up.
        var acceptsLoss = false
        /// Taken for alive, whatever is known of them: they are not there yet.
        var assumedAlive: Set<CellIndex> = []
    }

    /// What it would do, and whether it may begin.
    struct Judgement {
        var plan: EvacuationPlan
        var decree: PlanDecree
        var facts: EvacuationFacts
        var verdict: EvacuationVerdict
        var forecast: EvacuationForecast { EvacuationForecast(plan: plan, facts: facts, verdict: verdict) }
        var refusal: EvacuationAnswer { .refused(forecast, EvacuationReport(refused: plan, verdict: verdict)) }
    }

    /// Looks at the mesh as it is now. The deciders and the cells are asked.
    func judge(
        _ wish: Wish, confirmation: EvacuationFacts.Confirmation, stages: [Int]?, isForced: Bool,
        then: @escaping (Judgement) -> Void
    ) {
        ask({ host.read(ticket: $0) }) { [self] answer in
            ReportCollector.ask(places.cells(), "/v1/vitals", as: CellVitals.self, through: client) { [self] vitals in
                let position = topology.regions.firstIndex { $0.name == wish.region } ?? 0
                // Percentages were checked when they were read.
                guard
                    let plan = try? EvacuationPlan(
                        wish.topology, region: position, cells: wish.cells, id: SecretText.randomInteger(),
                        kind: wish.kind, cohorts: table.entries.count, percents: stages)
                else { return }
                var decree = PlanDecree(
                    id: plan.id, kind: wish.kind, region: position, cells: wish.cells,
                    founded: wish.topology.foundingCells, percents: plan.stages.percents,
                    watch: topology.evacuation.watch, began: loop.wallClock())
                decree.acceptsLoss = wish.acceptsLoss
                let facts = facts(
                    wish, decree, confirmation: confirmation, isForced: isForced, answer: answer,
                    vitals: vitals.compactMapValues { $0 })
                then(Judgement(plan: plan, decree: decree, facts: facts, verdict: EvacuationChecks.judge(facts)))
            }
        }
    }

    private func facts(
        _ wish: Wish, _ decree: PlanDecree, confirmation: EvacuationFacts.Confirmation, isForced: Bool,
        answer: CoordinatorAnswer, vitals: [ProcessName: CellVitals]
    ) -> EvacuationFacts {
        let topology = wish.topology
        let state = host.state
        let deciders = state.deciders?.successors ?? []
        let hasMajority = answer == .done
        let cells = topology.cells.indices.map { position in
            let cell = CellIndex(position)
            let known = vitals[ProcessName(.cell, topology.cells[position].name)]
            return EvacuationFacts.Cell(
                isAlive: wish.assumedAlive.contains(cell) || places.isAlive(cell),
                isReachedByOthers: wish.assumedAlive.contains(cell) || places.isReached(cell),
                utilisation: known?.utilisation, isStoreFull: known?.isStoreFull ?? false)
        }
        let use = CellUse(table, topology)
        var facts = EvacuationFacts(
            topology: topology, kind: wish.kind, region: wish.region, changing: wish.cells,
            unused: Array(use.unused), confirmation: confirmation,
            evacuated: use.evacuated.sorted(),
            openPlan: plan.map {
                EvacuationFacts.OpenPlan(region: topology.regions[$0.region].name, state: $0.state.name)
            },
            deciders: deciders.map { decider in
                EvacuationFacts.Decider(
                    cell: decider.cell,
                    answers: hasMajority ? places.isAlive(decider.cell) : state.isLinked(decider.cell))
            },
            cells: cells, isForced: isForced)
        let (now, after) = Self.before(topology, state.ledger.placement) { decree.target(from: $0) }
        (facts.heldBack, facts.givenUp) = Self.withoutMajority(topology, now, after, cells, wish.acceptsLoss)
        facts.load = LoadPrediction(topology) {
            now.shard(of: CustomerHash(number: $0))
        } after: {
            after.shard(of: CustomerHash(number: $0))
        }
        return facts
    }

    /// How many customers have too few living cells to be moved, before or after; and who has enough afterwards, where what
    /// dead cells have of those is given up.
    private static func withoutMajority(
        _ topology: MeshTopology, _ now: Placement, _ after: Placement, _ cells: [EvacuationFacts.Cell],
        _ acceptsLoss: Bool
    ) -> (held: Int, givenUp: [Int]) {
        let count = topology.customers.count
        guard cells.contains(where: { !$0.isAlive }), count > 0, count <= LoadPrediction.mostCustomers else {
            return (0, [])
        }
        func hasMajority(_ shard: Shard) -> Bool { shard.count { cells[$0.position].isAlive } * 2 > shard.count }
        var held = 0
        var givenUp: [Int] = []
        for number in 1...count {
            let customer = CustomerHash(number: number)
            let (old, new) = (now.shard(of: customer), after.shard(of: customer))
            guard old != new, !(hasMajority(old) && hasMajority(new)) else { continue }
            // Who is pinned stays pinned to the cells that it has.
            let isPinned = now.table.entries[now.table.cohort(of: customer)].pin(of: customer) != nil
            if acceptsLoss, !isPinned, hasMajority(new) { givenUp.append(number) } else { held += 1 }
        }
        return (held, givenUp)
    }

    /// A placement, and the same with other cells taking the customers of every cohort that stands.
    private static func before(
        _ topology: MeshTopology, _ placement: Placement, and change: (Eligibility) -> Eligibility
    ) -> (Placement, Placement) {
        var now = placement
        now.grow(topology)
        return (now, now.foreseen(change))
    }

    // MARK: Commands

    /// Begins what was judged.
    func begin(_ judgement: Judgement, watch: TimeAmount?, then: @escaping (Result<PlanDecree, Failure>) -> Void) {
        var plan = judgement.decree
        if let watch { plan.watch = watch }
        // What is counted from here on is this plan's.
        var fresh = MoveTally()
        collect(
            router: { fresh.take($0, of: $1, at: $2) }, cell: { fresh.take($0, of: $1) }
        ) { [self] in
            keeper.begin(
                plan, cohorts: table.entries.count, notes: judgement.verdict.notes, tally: fresh, now: loop.now())
            ask({ host.begin(plan, ticket: $0) }) { [self] answer in
                // One that may be decided all the same is found by its id.
                if case .undecided(_, isUncertain: true) = answer {
                } else if answer != .done {
                    keeper.forget(now: loop.now())
                }
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
    func giveUp(_ customer: CustomerHash, to shard: Shard?, then: @escaping (Result<Void, Failure>) -> Void) {
        ask({ host.giveUp(customer, to: shard, ticket: $0) }) { then(Self.result($0)) }
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
            // Its own stages, where they are known; the topology's else.
            let kept = keeper.course.flatMap { $0.ended == nil ? nil : $0.plan }
            guard let report, report.outcome.isFinal, let ended = kept ?? decree(of: report),
                let plan = evacuationPlan(ended)
            else { return .none(cohorts: table.entries.count) }
            return EvacuationStatus(
                plan: plan, outcome: report.outcome, stage: report.stages.count, step: nil,
                moved: table.entries.count { ended.isTarget($0.state.target) },
                records: EvacuationStatus.Records(
                    copied: report.recordsCopied, verified: report.recordsVerified), reason: report.reason)
        }
        guard let plan = evacuationPlan(open) else {
            return .none(cohorts: table.entries.count)
        }
        let progress = state.progress
        let began = keeper.course?.began ?? open.began
        let moving = .nanoseconds(loop.wallClock() - began) - open.watch * Int64(progress.stage)
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

    private func evacuationPlan(_ decree: PlanDecree) -> EvacuationPlan? {
        try? EvacuationPlan(
            topology, region: decree.region, cells: decree.cells, id: decree.id, kind: decree.kind,
            cohorts: table.entries.count, percents: decree.percents)
    }

    /// What was decided for the plan that a report is of, as far as that says.
    private func decree(of report: EvacuationReport) -> PlanDecree? {
        guard let region = topology.regions.firstIndex(where: { $0.name == report.region }) else { return nil }
        return PlanDecree(
            id: 0, kind: report.kind, region: region,
            cells: (report.cells ?? []).compactMap { topology.cellIndex(named: $0) }, founded: topology.foundingCells,
            percents: topology.evacuation.stages, watch: .zero, began: 0)
    }

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

    private func change(_ body: (inout EvacuationCourse, Int64) -> Void) {
        let wall = loop.wallClock()
        keeper.note(now: loop.now()) { body(&$0, wall) }
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
            keeper.tick(now: loop.now())
            guard !isAsking else { return }
            isAsking = true
            collect { [self] in
                isAsking = false
                var observation = seen.observation(ofStage: host.state.progress.stage)
                if let plan {
                    let cells = topology.cells.indices.map { CellIndex($0) }
                    let left = cells.filter { plan.leaves($0, region: topology.cells[$0.position].region) }
                    let unused = CellUse(table, topology).unused
                    let targets = cells.filter { !left.contains($0) && !unused.contains($0) }
                    observation.deadTargets = targets.count { !places.isAlive($0) }
                    observation.deadTargetsBefore = seen.deadBefore ?? observation.deadTargets
                    seen.deadBefore = observation.deadTargetsBefore
                    let source =
                        left.isEmpty ? cells.filter { topology.cells[$0.position].region == plan.region } : left
                    observation.regionServes = source.contains { places.isAlive($0) }
                }
                host.observe(observation)
            }
        }
        timer?.start(after: .milliseconds(50), every: .milliseconds(100))
    }

    private func collect(_ then: @escaping () -> Void) {
        collect(
            router: { [self] in keeper.tally.take($0, of: $1, at: $2) },
            cell: { [self] in keeper.tally.take($0, of: $1) }, then)
    }

    private func collect(
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

    // MARK: The end

    private func end(_ plan: PlanDecree, completed: Bool) {
        collect { [self] in
            var report =
                self.report ?? EvacuationReport(plan: evacuationPlan(plan)!)
            change { $0.end(at: $1) }
            let course = keeper.course
            let stages = course?.verdicts ?? []
            report.outcome = completed ? .completed : plan.isAborted ? .aborted : .rolledBack
            report.reason =
                completed
                ? nil
                : plan.isAborted
                    ? "taken back by 'evacuation abort'"
                    : course?.reason ?? stages.last.map {
                        "the gate was red at \($0.percent) %: \($0.detail)"
                    }
                        ?? "it was taken back"
            report.customersMoved = completed ? customersMoved(by: plan) : 0
            report.heldBack = heldBack
            report.recordsCopied = seen.copied
            report.recordsVerified = seen.verified
            // What was compared and could not be brought together; nothing is said where nothing was compared.
            report.acknowledgedWritesLost = seen.verified > 0 ? seen.damaged : nil
            report.writePause = seen.pause
            if plan.kind.empties, let begin = course?.firstBegin {
                let first = loop.now() - .nanoseconds(loop.wallClock() - begin)
                let cells = topology.cells.enumerated().filter {
                    plan.leaves(CellIndex($0.offset), region: $0.element.region)
                }.map(\.element.name)
                report.reroutedMilliseconds = seen.lastUse(of: cells).map { max(($0 - first).milliseconds, 0) }
            }
            report.endPhases(completed ? .completed : .rolledBack)
            course?.time(&report, now: loop.wallClock())
            self.report = report
            write(report.outcome.rawValue, plan, reason: report.reason)
            // Where it cannot be kept, the journal's line remains.
            try? SystemFile.replace(reportPath, with: ReportJSON.encode(report))
            onEnd(plan, completed)
        }
    }

    /// Called when a plan has ended and its report is whole.
    var onEnd: (PlanDecree, _ completed: Bool) -> Void = { _, _ in }

    /// Names of customers who were held back, the first hundred.
    private var heldBack: [String] {
        let placement = host.state.ledger.placement
        // Who is where its cohort is goes free.
        let held = Set(
            table.entries.flatMap(\.pins).filter { pin in
                pin.isHeld && Set(placement.cohortAssignment(of: pin.customer).inForce) != Set(pin.shard)
            }.map(\.customer))
        let count = min(topology.customers.count, LoadPrediction.mostCustomers)
        guard !held.isEmpty, count > 0 else { return [] }
        return Array(
            (1...count).lazy.filter { held.contains(CustomerHash(number: $0)) }.prefix(EvacuationReport.mostHeldBack)
                .map { Customers.name($0) })
    }

    /// Customers that have other cells than if the plan were taken back.
    private func customersMoved(by plan: PlanDecree) -> Int {
        let (now, before) = Self.before(topology, host.state.ledger.placement) { plan.origin(of: $0) }
        let count = min(topology.customers.count, LoadPrediction.mostCustomers)
        guard count > 0 else { return 0 }
        return (1...count).count { number in
            let customer = CustomerHash(number: number)
            return now.shard(of: customer) != before.shard(of: customer)
        }
    }
}

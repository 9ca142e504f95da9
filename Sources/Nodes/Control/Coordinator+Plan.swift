import Consensus
import Evacuation
import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// What comes next: of each cohort by its entry and the plan, of the plan by its stages.
extension Coordinator {
    package mutating func start(now: Instant) {
        lookAt = now + .seconds(1)
    }

    package mutating func wake(now: Instant, into sink: inout some CoordinatorSink) {
        if now >= nextDeadline { goOn(now: now, into: &sink) }
    }

    /// Does everything that can be done now.
    mutating func goOn(now: Instant, into sink: inout some CoordinatorSink) {
        due = .distantFuture
        if now >= lookAt {
            lookAt = now + Self.lookInterval
            look(now: now)
        }
        if looks.refresh(ledger, plan ?? nil) { hasNews = true }
        if isBusy { idleSince = now } else if idleSince == nil { idleSince = .zero }
        tendLinks(now: now, into: &sink)
        hear(now: now, into: &sink)
        work(now: now, into: &sink)
        if looks.refresh(ledger, plan ?? nil) { hasNews = true }
        tendSweep(now: now, into: &sink)
        guard isBusy else {
            // The last entry of a move is told of too: cells that were left ask nobody for it, and drop nothing before.
            for position in links.indices where links[position].state == .up {
                push(CellIndex(position), now: now, into: &sink)
            }
            // Links that are still wanted then are looked at as they come and go.
            if let idle = idleSince, idle != .zero, now < idle + Self.idleLimit { due = idle + Self.idleLimit }
            return
        }
        if plan != nil, tendDeciders(now: now, into: &sink), isDue(now: now) {
            advance(now: now, into: &sink)
            work(now: now, into: &sink)
        }
        poll(now: now, into: &sink)
        due = min(due, now + Self.pollInterval)
    }

    /// Whether anything is another since the moves were looked at last; a watch may be over.
    private mutating func isDue(now: Instant) -> Bool {
        if looks.refresh(ledger, plan ?? nil) { hasNews = true }
        defer { hasNews = false }
        if let since = progressAt, now - since > Self.stallLimit { return true }
        if hasWaited(now) { return true }
        return hasNews || watch.map { now - $0.since >= ((plan ?? nil)?.watch ?? .zero) } ?? false
    }

    /// Another coordinator may have begun or ended something; a mesh without a plan is asked once. Of a mesh in which
    /// nothing is to be done some cell is heard now and then: it may have learnt what a former coordinator had decided.
    private mutating func look(now: Instant) {
        guard deciders != nil else { return }
        if !isChangingPlan, plan == nil || (plan ?? nil) != nil { start(.readPlan, now: now) }
        for cohort in unsure.sorted() where !isWorking(on: cohort) && jobs.count < Self.mostJobs {
            start(.readEntry(cohort), now: now)
        }
        guard !isBusy, !links.isEmpty else { return }
        idleLooks += 1
        if idleLooks.isMultiple(of: Self.looksOfOne) {
            links[idleLooks / Self.looksOfOne % links.count].isHeard = false
        }
    }
    private static let looksOfOne = 3

    mutating func learn(_ decided: PlanDecree?, now: Instant, into sink: inout some CoordinatorSink) {
        let before = plan ?? nil
        plan = .some(decided)
        stalled = ""
        guard decided != before else { return }
        switch (before, decided) {
        case (_, let new?) where before?.id != new.id:
            progress = CoordinatorProgress()
            watch = nil
            watched = 0
            progressAt = nil
            for position in links.indices { links[position].rows.removeAll() }
            sink.note(.planBegan(new))
        case (_, let new?): sink.note(.planChanged(new))
        case (let old?, nil):
            ended = (old, old.state == .releasing)
            sink.note(.planEnded(old, completed: old.state == .releasing))
            progress.step = "ended"
        case (nil, nil): break
        }
    }

    /// An entry was decided by this coordinator.
    mutating func note(_ entry: PlacementEntry, now: Instant) {
        if entry.state.phase == .joint, progress.firstBegin == nil { progress.firstBegin = now }
        if entry.state.phase == .new { progress.lastSwitch = now }
        progressAt = now
    }

    // MARK: Polling

    private mutating func poll(now: Instant, into sink: inout some CoordinatorSink) {
        for position in links.indices where links[position].state == .up {
            push(CellIndex(position), now: now, into: &sink)
        }
        guard now >= pollAt, looks.isAnyMoving || isCounting else { return }
        pollAt = now + Self.pollInterval
        let moving = cohortsToAsk
        var body = ByteBuffer()
        StatusQuestion(cohorts: moving, verifies: isVerifying).append(to: &body)
        let question = Array(body.bytes)
        for position in links.indices where links[position].state == .up && !links[position].hasStatusQuestion {
            let cell = CellIndex(position)
            if isCounting, let cohort = uncounted(position) {
                var body = ByteBuffer()
                StatusQuestion(cohorts: [cohort], counts: true).append(to: &body)
                _ = ask(cell, .cohortStatus, .status(isCount: true), Array(body.bytes), now: now, into: &sink)
            } else if !moving.isEmpty {
                _ = ask(cell, .cohortStatus, .status(isCount: false), question, now: now, into: &sink)
            }
        }
    }

    /// Cohorts that wait for their cells. While a plan goes on, those that have switched wait for nothing.
    private var cohortsToAsk: [Int] {
        let isAll = isVerifying
        return looks.all.indices.filter { cohort in
            let look = looks.all[cohort]
            return !look.isStable && (isAll || look.phase == .joint)
        }
    }

    /// What was moved is compared with where it came from; while a plan goes on only where a pin waits for it.
    private var isVerifying: Bool {
        guard case .some(.some(let plan)) = plan, plan.state == .moving, !isComplete else { return looks.isAnyMoving }
        return looks.all.contains { $0.hasPins && !$0.isStable && $0.phase == .stable }
    }

    /// All cohorts have gone where the plan leads: what the region's live cells still hold is counted.
    private var isCounting: Bool {
        guard case .some(.some(let plan)) = plan, plan.kind.empties, plan.state == .releasing else { return false }
        return areAllStable && !hasPinsToMove(plan)
    }

    private var areAllStable: Bool { looks.all.allSatisfy { $0.phase == .stable } }

    private func hasPinsToMove(_ plan: PlanDecree) -> Bool {
        looks.all.indices.contains { looks.all[$0].hasPins && hasPinsToMove(ledger.table.entries[$0], plan) }
    }

    /// Whether a cell holds nothing once the plan has completed.
    func isLeft(_ cell: CellIndex, by plan: PlanDecree) -> Bool {
        plan.leaves(cell, region: topology.cells[cell.position].region)
    }

    private func uncounted(_ position: Int) -> Int? {
        guard case .some(.some(let plan)) = plan, isLeft(CellIndex(position), by: plan) else { return nil }
        return ledger.table.entries.first { entry in
            guard let known = links[position].rows[entry.cohort] else { return true }
            // Customers that were held back are still there.
            let isHeld = entry.pins.contains { $0.isHeld && $0.shard.contains(CellIndex(position)) }
            return known.version != entry.version || known.rows > 0 && !isHeld
        }?.cohort
    }

    // MARK: Cohorts

    private mutating func advance(now: Instant, into sink: inout some CoordinatorSink) {
        let open = plan ?? nil
        var begun = 0
        if let open {
            progress.cohorts = ledger.cohorts
            progress.moved = looks.all.count { $0.isThere }
            if let stages = looks.stages { begun = stage(open, stages, now: now, into: &sink) }
        }
        var working = Set<Int>()
        for job in jobs.values { if case .entry(let cohort, _, _) = job.purpose { working.insert(cohort) } }
        for cohort in looks.all.indices {
            guard jobs.count < Self.mostJobs else { break }
            let look = looks.all[cohort]
            guard look.directive != .rest || look.hasPins, !working.contains(cohort) else { continue }
            take(look.directive, cohort, mayBegin: looks.ranks[cohort] < begun, open, now: now, into: &sink)
        }
        if let open {
            lookForStall(open, now: now, into: &sink)
            finish(open, now: now)
        }
    }

    private mutating func take(
        _ directive: CohortDirective, _ cohort: Int, mayBegin: Bool, _ open: PlanDecree?, now: Instant,
        into sink: inout some CoordinatorSink
    ) {
        switch directive {
        case .begin(let eligibility) where mayBegin:
            let entry = ledger.table.entries[cohort]
            decide(entry, beginning(entry, eligibility, acceptsLoss: open?.acceptsLoss ?? false), now: now)
        case .now(let step):
            decide(ledger.table.entries[cohort], .step(step), now: now)
        case .whenFilled(let step):
            let entry = ledger.table.entries[cohort]
            if defect == .releasesEarly { return decide(entry, .step(.release), now: now) }
            let isWayBack = open?.state == .reversing && defect == .reversesDirectly
            if defect == .switchesEarly || isWayBack || isFilled(entry) {
                if open?.state == .moving { sink.note(.cohortFilled(cohort: cohort)) }
                decide(entry, .step(step), now: now)
            } else if open?.state == .moving, entry.state.phase == .joint, hasWaited(now),
                !customersWithoutMajority(entry.cohort, ledger.placement).isEmpty
            {
                // Cells have died since it began: it begins anew without those whom they leave behind.
                decide(entry, .step(.abort), now: now)
            }
        case .whenVerified(let step):
            let entry = ledger.table.entries[cohort]
            if isDamaged(entry), open?.state == .moving || open?.state == .releasing {
                stall(
                    "cohort \(cohort) is damaged: a record has two values at one version", now: now, into: &sink)
            } else if isVerified(entry) {
                decide(entry, .step(step), now: now)
            }
        case .rest, .wait, .begin:
            guard looks.all[cohort].hasPins else { return }
            advancePins(ledger.table.entries[cohort], plan: open, now: now)
        }
    }

    private mutating func decide(_ entry: PlacementEntry, _ change: CoordinatorJob.EntryChange, now: Instant) {
        start(.entry(cohort: entry.cohort, version: entry.version, change), now: now)
    }

    /// What begins a cohort. Of customers of whose shard, or of the one that they would have, no majority lives, it cannot
    /// be moved with: they stay, or what only dead cells have of them is given up, and then the others go.
    private func beginning(
        _ entry: PlacementEntry, _ eligibility: Eligibility, acceptsLoss: Bool
    ) -> CoordinatorJob.EntryChange {
        var begun = entry
        guard isAnyDead, (try? begun.begin(eligibility)) != nil else { return .begin(eligibility) }
        let placement = placement(by: begun)
        let stuck = customersWithoutMajority(entry.cohort, placement)
        guard !stuck.isEmpty else { return .begin(eligibility) }
        let lost =
            !acceptsLoss
            ? []
            : stuck.filter { customer in
                let assignment = placement.cohortAssignment(of: customer)
                return !CohortMembers.haveMajority(assignment.inForce, missing: isDead)
                    && CohortMembers.haveMajority(assignment.other, missing: isDead)
            }
        guard !lost.isEmpty else { return .hold(stuck) }
        return .giveUp(lost, lost: deadCells, to: .cohortAfter(eligibility))
    }

    private var deadCells: [CellIndex] { links.indices.map { CellIndex($0) }.filter(isDead) }

    /// Customers of a cohort on its way, without a pin, of whose shard on either side no majority lives.
    private func customersWithoutMajority(_ cohort: Int, _ placement: Placement) -> [CustomerHash] {
        let shapes = [false, true].flatMap { placement.shapes(ofCohort: cohort, other: $0) }
        guard !shapes.allSatisfy({ $0.hasMajority(missing: isDead) }),
            let customers = CohortMembers.customers(of: cohort, topology, placement)
        else { return [] }
        return customers.filter { customer in
            let assignment = placement.cohortAssignment(of: customer)
            return ![assignment.inForce, assignment.other].allSatisfy {
                CohortMembers.haveMajority($0, missing: isDead)
            }
        }
    }

    func isDead(_ cell: CellIndex) -> Bool { !links[cell.position].isAlive }
    private var isAnyDead: Bool { links.contains { !$0.isAlive } }

    /// Nothing was decided for a while though cells are dead: who waits for them may wait for long.
    private func hasWaited(_ now: Instant) -> Bool {
        isAnyDead && progressAt.map { now - $0 > Self.holdPatience } ?? false
    }

    /// A cell does not have this very entry, or lacks what it is to hold by it.
    private func isBehind(_ cell: CellIndex, _ entry: PlacementEntry) -> Bool {
        guard let status = links[cell.position].cohorts[entry.cohort] else { return true }
        return status.version != entry.version || status.isPurging || !status.votes || !isFilled(status, entry)
    }

    /// Of every customer's shard, on the side in force or on the other, a majority is not missing.
    private func haveMajorities(_ cohort: Int, other: Bool, missing: (CellIndex) -> Bool) -> Bool {
        ledger.placement.shapes(ofCohort: cohort, other: other).allSatisfy { $0.hasMajority(missing: missing) }
            || isAnyDead
                && CohortMembers.areCovered(cohort, other: other, topology, ledger.placement, missing: missing)
    }

    /// Of every customer's new shard a majority has this very entry and is filled for its move.
    func isFilled(_ entry: PlacementEntry, pin: PlacementEntry.Pin? = nil) -> Bool {
        if let pin {
            guard let shard = pin.state.other?.shard else { return true }
            return CohortMembers.haveMajority(shard) { isBehind($0, entry) }
        }
        return haveMajorities(entry.cohort, other: true) { isBehind($0, entry) }
    }

    private func isFilled(_ status: CohortStatus, _ entry: PlacementEntry) -> Bool {
        status.filled >= entry.fillMove || defect == .trustsStaleFills && status.filled > Epoch(0)
    }

    /// Every live cell that is to hold customers is filled and has compared what it holds with both shards; of each shard
    /// a majority at least. Who was held back does not hold up the others.
    func isVerified(_ entry: PlacementEntry) -> Bool {
        let shapes = ledger.placement.shapes(ofCohort: entry.cohort, other: false)
        return shapes.allSatisfy { shape in
            !shape.domains.contains { $0.cells.contains { !isDead($0) && isUnverified($0, entry) } }
        }
            && haveMajorities(entry.cohort, other: false) { isUnverified($0, entry) }
            && entry.pins.allSatisfy { $0.isHeld || isVerified(entry, pin: $0) }
    }

    /// The same of one customer who moves by itself: of its cells.
    func isVerified(_ entry: PlacementEntry, pin: PlacementEntry.Pin) -> Bool {
        !pin.shard.contains { !isDead($0) && isUnverified($0, entry) }
            && CohortMembers.haveMajority(pin.shard) { isUnverified($0, entry) }
    }

    private func isUnverified(_ cell: CellIndex, _ entry: PlacementEntry) -> Bool {
        isBehind(cell, entry) || links[cell.position].cohorts[entry.cohort]?.verified != .sound
    }

    private func isDamaged(_ entry: PlacementEntry) -> Bool {
        links.contains {
            $0.cohorts[entry.cohort].map { $0.version == entry.version && $0.verified == .damaged } ?? false
        }
    }

    // MARK: The plan

    /// All cohorts are where the plan leads.
    private var isComplete: Bool { looks.all.allSatisfy { $0.isThere && $0.phase != .joint } }

    /// How many cohorts may begin, in the order of the stages; looks at the gate of the stage under watch.
    private mutating func stage(
        _ plan: PlanDecree, _ stages: EvacuationStages, now: Instant, into sink: inout some CoordinatorSink
    ) -> Int {
        guard plan.state == .moving else {
            progress.step = plan.state.name
            return 0
        }
        // The first stage that is not whole yet; it may begin once the one before has been watched.
        var number = 1
        while number <= stages.count, looks.areWhole(upTo: stages.begun(through: number)) { number += 1 }
        let whole = number - 1
        if whole > progress.stage || whole >= 1 && watch == nil && whole > watched {
            progress.stage = whole
            watch = (whole, now)
            sink.note(.stageBegan(percent: stages.percents[whole - 1], cohorts: stages.begun(through: whole)))
        }
        if let watch {
            let isOver = now - watch.since >= plan.watch
            let verdict = EvacuationGate(topology.evacuation).judge(observation, watchEnded: isOver)
            progress.step = "watching"
            switch verdict.decision {
            case .undecided:
                due = min(due, watch.since + plan.watch)
                return isPartial(stages, number) ? stages.begun(through: number) : 0
            case .red:
                reverse(plan, stages, verdict, into: &sink, now: now)
                return 0
            case .green:
                endStage(stages, watch.stage, verdict, into: &sink)
                watched = watch.stage
                self.watch = nil
            }
        }
        // Between two watches, and while all is verified, customers are served as well: what speaks against it counts.
        let verdict = EvacuationGate(topology.evacuation).judge(observation, watchEnded: false)
        if verdict.decision == .red, progress.firstBegin != nil {
            reverse(plan, stages, verdict, into: &sink, now: now)
            return 0
        }
        guard number <= stages.count else {
            progress.step = "verifying"
            return 0
        }
        guard !plan.isPaused else {
            progress.step = "paused"
            return 0
        }
        progress.step = "moving"
        return stages.begun(through: number)
    }

    /// A stage has come to its verdict.
    private mutating func note(
        _ verdict: EvacuationGate.Verdict, ofStage percent: Int, into sink: inout some CoordinatorSink
    ) {
        progress.stages.removeAll { $0.percent == percent }
        progress.stages.append(
            EvacuationReport.Stage(percent: percent, requests: observation.requests, gate: verdict))
        sink.note(.stageEnded(percent: percent, verdict, requests: observation.requests))
    }

    /// The gate is red: all that has moved goes back.
    private mutating func reverse(
        _ plan: PlanDecree, _ stages: EvacuationStages, _ verdict: EvacuationGate.Verdict,
        into sink: inout some CoordinatorSink, now: Instant
    ) {
        let number = min(max(watch?.stage ?? progress.stage + 1, 1), stages.count)
        if progress.stages.last?.outcome != .red {
            note(verdict, ofStage: stages.percents[number - 1], into: &sink)
        }
        if !isChangingPlan { start(.changePlan(id: plan.id, .reverse(isAborted: false)), now: now) }
    }

    /// A plan that nothing has come of for a while: it is taken back where it can be, and otherwise says what it waits
    /// for.
    private mutating func lookForStall(_ plan: PlanDecree, now: Instant, into sink: inout some CoordinatorSink) {
        guard !plan.isPaused, watch == nil else {
            progressAt = now
            return
        }
        guard let since = progressAt else {
            progressAt = now
            return
        }
        guard now - since > Self.stallLimit else { return }
        progressAt = now
        let waiting = ledger.table.entries.first { $0.state.phase != .stable }
        let cells = topology.cells.indices.filter { position in
            guard let entry = waiting else { return false }
            return links[position].isAlive && isBehind(CellIndex(position), entry)
        }
        let names = cells.prefix(6).map { topology.cells[$0].name }.joined(separator: ", ")
        let cohort = waiting.map { "cohort \($0.cohort)" } ?? "the count of what is left"
        stall(
            "nothing has come of \(cohort) for \(Int64(Self.stallLimit.seconds)) s"
                + (names.isEmpty ? "; too few cells of its customers' old shards live" : "; it waits for \(names)"),
            now: now, into: &sink)
        if plan.state == .moving {
            progress.reason = stalled
            start(.changePlan(id: plan.id, .reverse(isAborted: false)), now: now)
        }
    }

    /// A stage that has begun, and was interrupted by the end of a coordinator, goes on.
    private func isPartial(_ stages: EvacuationStages, _ number: Int) -> Bool {
        stages.cohorts(of: number).contains { looks.all[$0].leadsThere }
    }

    private mutating func endStage(
        _ stages: EvacuationStages, _ number: Int, _ verdict: EvacuationGate.Verdict,
        into sink: inout some CoordinatorSink
    ) {
        let percent = stages.percents[number - 1]
        guard progress.stages.last?.percent != percent else { return }
        note(verdict, ofStage: percent, into: &sink)
    }

    /// The plan's own next step, when all cohorts have taken theirs.
    private mutating func finish(_ plan: PlanDecree, now: Instant) {
        guard !isChangingPlan else { return }
        switch plan.state {
        case .moving:
            guard isComplete, watch == nil, watched >= 1 || plan.watch == .zero,
                ledger.table.entries.allSatisfy({ $0.state.phase == .stable || isVerified($0) })
            else { return }
            start(.changePlan(id: plan.id, .release), now: now)
        case .releasing:
            guard areAllStable, looks.all.allSatisfy(\.isThere), !hasPinsToMove(plan) else { return }
            if plan.kind.empties {
                var rows = 0
                for position in links.indices where isLeft(CellIndex(position), by: plan) {
                    guard links[position].isAlive else { continue }
                    guard uncounted(position) == nil else { return }
                    rows += links[position].rows.values.reduce(0) { $0 + $1.rows }
                }
                progress.rowsLeft = rows
            }
            start(.changePlan(id: plan.id, .end), now: now)
        case .reversing:
            // Where the plan had found nothing to do, there is nothing to be taken back.
            guard areAllStable else { return }
            start(.changePlan(id: plan.id, .end), now: now)
        }
    }
}

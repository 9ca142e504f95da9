import Consensus
import Evacuation
import MeshBase
import Sharding
import Topology
import Wire

/// The turns of a coordinator: what it has heard, what it does next, what it asks for.
extension Coordinator {
    package mutating func start(now: Instant) {
        lookAt = now + .seconds(1)
    }

    package mutating func wake(now: Instant, into sink: inout some CoordinatorSink) {
        if now >= nextDeadline() { goOn(now: now, into: &sink) }
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
        undecided = ""
        // Read once more and unchanged, it still waits for what it waited for.
        guard decided != before else { return }
        stalled = ""
        progressAt = nil
        waitsSince = decided == nil ? nil : now
        switch (before, decided) {
        case (_, let new?) where before?.id != new.id:
            progress = CoordinatorProgress()
            // What was seen of another plan says nothing of this one.
            observation = EvacuationGate.Observation()
            watch = nil
            watched = 0
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
        waitsSince = now
        stalled = ""
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

    var areAllStable: Bool { looks.all.allSatisfy { $0.phase == .stable } }

    func hasPinsToMove(_ plan: PlanDecree) -> Bool {
        looks.all.indices.contains { looks.all[$0].hasPins && hasPinsToMove(ledger.table.entries[$0], plan) }
    }

    /// Whether a cell holds nothing once the plan has completed.
    func isLeft(_ cell: CellIndex, by plan: PlanDecree) -> Bool {
        plan.leaves(cell, region: topology.cells[cell.position].region)
    }

    func uncounted(_ position: Int) -> Int? {
        guard case .some(.some(let plan)) = plan, isLeft(CellIndex(position), by: plan) else { return nil }
        return ledger.table.entries.first { entry in
            guard let known = links[position].rows[entry.cohort] else { return true }
            // Customers that were held back are still there.
            let isHeld = entry.pins.contains { $0.isHeld && $0.shard.contains(CellIndex(position)) }
            return known.version != entry.version || known.rows > 0 && !isHeld
        }?.cohort
    }
}

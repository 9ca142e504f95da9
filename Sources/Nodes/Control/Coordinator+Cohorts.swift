import Consensus
import Evacuation
import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// What comes next of each cohort, by its entry, the plan and what its cells have said.
extension Coordinator {
    mutating func advance(now: Instant, into sink: inout some CoordinatorSink) {
        let open = plan ?? nil
        var begun = 0
        if let open {
            progress.cohorts = ledger.cohorts
            progress.moved = looks.all.count { $0.isThere }
            if let stages = looks.stages { begun = stage(open, stages, now: now, into: &sink) }
        }
        var working = Set<Int>()
        var releases = 0
        for job in jobs.values {
            guard case .entry(let cohort, _, let change) = job.purpose else { continue }
            working.insert(cohort)
            if change == .step(.release) { releases += 1 }
        }
        for cohort in looks.all.indices {
            guard jobs.count < Self.mostJobs else { break }
            let look = looks.all[cohort]
            guard look.directive != .rest || look.hasPins, !working.contains(cohort) else { continue }
            let isRelease = look.directive == .whenVerified(.release)
            guard !isRelease || releases < Self.mostReleases else { continue }
            let before = jobs.count
            take(look.directive, cohort, mayBegin: looks.ranks[cohort] < begun, open, now: now, into: &sink)
            if isRelease { releases += jobs.count - before }
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
                return !assignment.inForce.hasMajority(missing: isDead)
                    && assignment.other.hasMajority(missing: isDead)
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
                $0.hasMajority(missing: isDead)
            }
        }
    }

    func isDead(_ cell: CellIndex) -> Bool { !links[cell.position].isAlive }
    private var isAnyDead: Bool { links.indices.contains { !links[$0].isAlive } }

    /// Nothing was decided for a while though cells are dead: who waits for them may wait for long.
    func hasWaited(_ now: Instant) -> Bool {
        isAnyDead && progressAt.map { now - $0 > Self.holdPatience } ?? false
    }

    /// A cell does not have this very entry, or lacks what it is to hold by it.
    func isBehind(_ cell: CellIndex, _ entry: PlacementEntry) -> Bool {
        guard let status = links[cell.position].cohorts[entry.cohort] else { return true }
        return status.version != entry.version || status.isPurging || !status.votes || !isFilled(status, entry)
    }

    /// Of every customer's shard, on the side in force or on the other, a majority is not missing.
    private func haveMajorities(_ cohort: Int, other: Bool, missing: (CellIndex) -> Bool) -> Bool {
        ledger.placement.shapes(ofCohort: cohort, other: other).allSatisfy { $0.hasMajority(missing: missing) }
            || isAnyDead
                && CohortMembers.areCovered(
                    CohortMembers.customers(of: cohort, topology, ledger.placement), other: other, ledger.placement,
                    missing: missing)
    }

    /// Of every customer's new shard a majority has this very entry and is filled for its move.
    func isFilled(_ entry: PlacementEntry, pin: PlacementEntry.Pin? = nil) -> Bool {
        if let pin {
            guard let shard = pin.state.other?.shard else { return true }
            return shard.hasMajority { isBehind($0, entry) }
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
            && pin.shard.hasMajority { isUnverified($0, entry) }
    }

    func isUnverified(_ cell: CellIndex, _ entry: PlacementEntry) -> Bool {
        isBehind(cell, entry) || links[cell.position].cohorts[entry.cohort]?.verified != .sound
    }

    private func isDamaged(_ entry: PlacementEntry) -> Bool {
        links.contains {
            $0.cohorts[entry.cohort].map { $0.version == entry.version && $0.verified == .damaged } ?? false
        }
    }
}

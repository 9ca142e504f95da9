import Evacuation
import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// Collects tombstones while nothing else is to be done: cohort after cohort, each in three steps (list what all members
/// have, decide a new epoch, drop in exactly that). One that is interrupted leaves tombstones for the next round, and
/// nothing else: a mesh without a coordinator keeps them.
extension Coordinator {
    private static let stageLimit = TimeAmount.seconds(4)
    private static let linkLimit = TimeAmount.seconds(1)
    private static let retryInterval = TimeAmount.milliseconds(50)

    /// Sweeps have a place among what is to be done only where nothing else is.
    private var maySweep: Bool {
        guard sweepRule != nil, deciders != nil, topology.sharding.replacement == .never else { return false }
        if defect == .sweepsAnywhere { return plan != nil && deciderChange == nil }
        guard case .some(.none) = plan else { return false }
        return deciderChange == nil && lostDeciders.isEmpty && unsure.isEmpty && !looks.isAnyMoving
    }

    var nextSweep: Instant { sweep == nil && maySweep && jobs.isEmpty ? sweepAt : .distantFuture }

    /// Begins, goes on with or ends a sweep.
    mutating func tendSweep(now: Instant, into sink: inout some CoordinatorSink) {
        if sweep == nil { beginSweep(now: now) }
        guard let current = sweep else { return }
        let entry = ledger.table.entries[current.cohort]
        let isDecided = current.stage == .deciding && entry.version == current.version + 1 && entry.swept == entry.epoch
        guard maySweep, entry.version == current.version || isDecided else { return endSweep(.abandoned, now: now) }
        switch current.stage {
        case .linking:
            let isOpen = members(of: current.cohort).contains { links[$0].isAlive && links[$0].state != .up }
            if !isOpen || now >= current.until { list(now: now, into: &sink) }
        case .listing:
            forgetLost()
            if sweep!.asked.isEmpty || now >= current.until { compare(now: now, into: &sink) }
        case .deciding:
            if isDecided {
                sweeps.decided += 1
                sweep!.version = entry.version
                beginDrop(now: now, into: &sink)
            } else if !isWorking(on: current.cohort) {
                endSweep(.abandoned, now: now)
            }
        case .dropping:
            goOnDropping(now: now, into: &sink)
        }
    }

    private enum End { case done, abandoned }

    private mutating func endSweep(_ end: End, now: Instant) {
        guard let cohort = sweep?.cohort, let rule = sweepRule else { return }
        sweep = nil
        if end == .abandoned { sweeps.abandoned += 1 }
        turnTo(cohort + 1, rule, now: now)
    }

    private mutating func turnTo(_ cohort: Int, _ rule: SweepRule, now: Instant) {
        sweepCohort = cohort
        sweepAt = now + rule.pace
        if sweepCohort == ledger.cohorts {
            sweepCohort = 0
            sweeps.rounds += 1
            sweeps.waiting = sweepKept
            sweepKept = 0
            sweepAt = now + rule.round
        }
    }

    private mutating func beginSweep(now: Instant) {
        guard now >= sweepAt, maySweep, jobs.isEmpty, let rule = sweepRule else { return }
        if sweepAt == .zero {
            // What a mesh has just begun to keep is nowhere old enough.
            sweepAt = now + rule.round
            return
        }
        let entry = ledger.table.entries[sweepCohort]
        // Who is held back has no majority that could take anything.
        guard !entry.pins.contains(where: \.isHeld) else { return turnTo(sweepCohort + 1, rule, now: now) }
        let start = RecordPosition(before: ledger.table.hashes(of: entry.cohort).lowerBound)
        sweep = TombstoneSweep(entry, from: start, until: now + Self.linkLimit)
    }

    /// Cells that may hold customers of a cohort, as places.
    private func members(of cohort: Int) -> [Int] {
        Set(
            ledger.placement.shapes(ofCohort: cohort, other: false).flatMap { shape in
                shape.domains.flatMap { $0.cells.map(\.position) }
            }
        ).sorted()
    }

    // MARK: List

    private mutating func list(now: Instant, into sink: inout some CoordinatorSink) {
        guard let current = sweep, let rule = sweepRule else { return }
        sweep!.stage = .listing
        sweep!.until = now + Self.stageLimit
        sweep!.pages = [:]
        sweep!.asked = [:]
        var body = ByteBuffer()
        RecordPages.append(
            RecordPages.Listing(
                lines: [], upTo: current.after, isLast: false, floor: UInt64(bitPattern: rule.grace.nanoseconds)),
            into: &body)
        let words = ListQuestion(cohort: current.cohort, version: current.version).words
        for cell in members(of: current.cohort) {
            guard
                ask(
                    CellIndex(cell), .tombstones, .tombstones, Array(body.bytes), words: words, now: now, into: &sink)
            else { continue }
            sweep!.asked[cell] = nextQuestion
        }
        if sweep!.asked.isEmpty { endSweep(.abandoned, now: now) }
    }

    /// Who has no link any more answers nothing.
    private mutating func forgetLost() {
        for (cell, number) in sweep?.asked ?? [:] where links[cell].asked[number] == nil { sweep!.asked[cell] = nil }
    }

    /// An answer of a cell; nil for a refusal.
    mutating func swept(
        _ frame: borrowing FrameView, _ question: CoordinatorLink.Question, by cell: CellIndex, isReply: Bool,
        now: Instant
    ) {
        guard sweep?.asked[cell.position] == frame.head.request else { return }
        sweep!.asked[cell.position] = nil
        switch question {
        case .tombstones:
            guard isReply, let page = RecordPages.listing(frame.body), page.isLast || page.upTo > sweep!.after else {
                return
            }
            sweep!.pages[cell.position] = page
        case .drop:
            if isReply {
                sweep!.drops[cell.position] = nil
                sweeps.dropped += frame.head.versionCounter
            } else {
                // It has not installed the entry yet, or another one by now.
                sweep!.retryAt = now + Self.retryInterval
            }
        default: break
        }
    }

    private mutating func compare(now: Instant, into sink: inout some CoordinatorSink) {
        guard let current = sweep else { return }
        let entry = ledger.table.entries[current.cohort]
        let isMajority = defect == .sweepsMajority
        let (lines, others) = TombstoneSweep.held(
            current.pages,
            holders: { [ledger, tiers, topology] position in
                // A pin has epochs of its own, which no sweep changes.
                guard entry.pin(of: position.hash) == nil else { return nil }
                return ledger.placement.cohortAssignment(of: position.hash).inForce.map(\.position).filter { cell in
                    let tier = position.key.withUnsafeBytes { tiers[topology.cells[cell].blueprint]?.tier(ofKey: $0) }
                    return tier != .cache
                }
            }, needed: { isMajority ? $0 / 2 + 1 : $0 })
        sweeps.kept += UInt64(others)
        sweepKept += UInt64(others)
        sweep!.next = TombstoneSweep.end(of: current.pages)
        // What a full page leaves is found again from the last line that is taken.
        if lines.count == RecordPages.mostLines { sweep!.next = lines[lines.count - 1].position }
        guard !lines.isEmpty else { return turnPage(now: now, into: &sink) }
        sweep!.drops = [:]
        for line in lines {
            for member in ledger.placement.cohortAssignment(of: line.position.hash).inForce {
                sweep!.drops[member.position, default: []].append(line)
            }
        }
        guard defect != .sweepsInTheSameEpoch else { return beginDrop(now: now, into: &sink) }
        sweep!.stage = .deciding
        sweep!.until = now + Self.stageLimit
        if !start(.entry(cohort: entry.cohort, version: entry.version, .sweep), now: now) {
            endSweep(.abandoned, now: now)
        }
    }

    private mutating func turnPage(now: Instant, into sink: inout some CoordinatorSink) {
        guard let next = sweep?.next, next > sweep!.after else { return endSweep(.done, now: now) }
        sweep!.after = next
        list(now: now, into: &sink)
    }

    // MARK: Drop

    private mutating func beginDrop(now: Instant, into sink: inout some CoordinatorSink) {
        sweep!.stage = .dropping
        sweep!.until = now + Self.stageLimit
        sweep!.retryAt = now
        for position in links.indices where links[position].state == .up {
            push(CellIndex(position), now: now, into: &sink)
        }
        goOnDropping(now: now, into: &sink)
    }

    private mutating func goOnDropping(now: Instant, into sink: inout some CoordinatorSink) {
        forgetLost()
        guard let current = sweep else { return }
        // Who cannot be reached keeps its tombstones for the next round.
        let isOver = current.drops.keys.allSatisfy { links[$0].state != .up && current.asked[$0] == nil }
        guard !isOver, now < current.until else { return turnPage(now: now, into: &sink) }
        guard now >= current.retryAt else { return }
        let words = ListQuestion(cohort: current.cohort, version: current.version).words
        for (cell, lines) in current.drops.sorted(by: { $0.key < $1.key }) where current.asked[cell] == nil {
            var body = ByteBuffer()
            RecordPages.append(RecordPages.Listing(lines: lines, upTo: .start, isLast: true), into: &body)
            guard ask(CellIndex(cell), .dropTombstones, .drop, Array(body.bytes), words: words, now: now, into: &sink)
            else { continue }
            sweep!.asked[cell] = nextQuestion
        }
    }
}

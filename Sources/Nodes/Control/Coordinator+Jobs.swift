import Consensus
import Evacuation
import MeshBase
import Sharding
import Topology
import Wire

/// How a coordinator changes decrees: rounds among the deciders, many at once.
extension Coordinator {
    /// Begins what is new, ends what takes too long, and carries out the steps of the changes under way.
    mutating func work(now: Instant, into sink: inout some CoordinatorSink) {
        if now >= jobsDue { beginRounds(now: now) }
        var turns = 0
        while !later.isEmpty, turns < 10_000 {
            turns += 1
            let (id, step) = later.removeFirst()
            perform(step, id, now: now, into: &sink)
        }
        flushDecrees(now: now, into: &sink)
    }

    /// The first rounds of what is new, and the next ones of what has waited for long enough.
    private mutating func beginRounds(now: Instant) {
        jobsDue = .distantFuture
        for id in jobs.keys.sorted() {
            guard let until = jobs[id]?.until, now >= until, var job = jobs[id] else {
                jobsDue = min(jobsDue, jobs[id]?.until ?? .distantFuture)
                continue
            }
            let step: CASChange.Step
            if job.change.attempts == 0 {
                // A round that cannot be asked would be lost before it began: the links come first.
                let patience = job.patience ?? now + Self.answerLimit
                guard isReachable(job.change.set) || now >= patience else {
                    jobs[id]!.patience = patience
                    look(at: id, min(now + Self.pollInterval, patience))
                    continue
                }
                step = job.change.begin()
            } else {
                step = job.isResting ? job.change.resume() : job.change.timedOut()
            }
            job.isResting = false
            jobs[id] = job
            look(at: id, now + Self.answerLimit)
            later.append((id, step))
        }
    }

    private mutating func look(at id: UInt64, _ instant: Instant) {
        jobs[id]!.until = instant
        jobsDue = min(jobsDue, instant)
    }

    /// Whether a quorum of the set can be asked.
    func isReachable(_ set: DeciderSet) -> Bool {
        var reachable: DeciderSet.Members = 0
        for (position, member) in set.members.enumerated() where links[member.cell.position].state == .up {
            reachable |= 1 << DeciderSet.Members(position)
        }
        return set.isQuorum(reachable)
    }

    private mutating func perform(
        _ step: CASChange.Step, _ id: UInt64, now: Instant, into sink: inout some CoordinatorSink
    ) {
        if case .wait = step { return }
        guard let job = jobs[id] else { return }
        switch step {
        case .wait: break
        case .send(let request, let members), .inform(let members, let request):
            var isInform = false
            if case .inform = step { isInform = true }
            look(at: id, now + Self.answerLimit)
            for (position, member) in job.change.set.members.enumerated()
            where members & (1 << DeciderSet.Members(position)) != 0 {
                outgoing.append((member.cell, id, request, isInform))
            }
        case .decide(let current):
            let step = decide(id, job.purpose, current: current, now: now)
            if jobs[id]?.change.isProposing ?? false { reached(.begun, job.purpose, job.change.decree, into: &sink) }
            later.append((id, step))
        case .conflict(let backoff):
            jobs[id]!.isResting = true
            look(at: id, now + backoff)
        case .chosen(let value):
            let isOwn = job.change.isProposing
            if isOwn { reached(.decided, job.purpose, job.change.decree, into: &sink) }
            adopt(job.change.set, now: now)
            chosen(value, id, job, now: now, into: &sink)
            if isOwn { reached(.recorded, job.purpose, job.change.decree, into: &sink) }
        case .failed(let failure):
            adopt(job.change.set, now: now)
            let text: String =
                switch failure.reason {
                case .noQuorum(let answered, let of): "\(answered) of \(of) deciders answer"
                case .contention: "others change the same at the same time"
                case .roundsExhausted: "the rounds of this set of deciders are used up"
                case .invalidValue: "the value is none that may be decided"
                }
            doubt(job.purpose, failure, now: now)
            end(id, .undecided(text, isUncertain: failure.isUncertain))
            fail(text, into: &sink)
        }
    }

    private func reached(
        _ moment: CoordinatorStep.Moment, _ purpose: CoordinatorJob.Purpose, _ decree: DecreeName,
        into sink: inout some CoordinatorSink
    ) {
        sink.reached(CoordinatorStep(moment: moment, decree: decree, change: purpose.name))
    }

    /// What was sent may be decided by whoever comes next: it is read again.
    private mutating func doubt(_ purpose: CoordinatorJob.Purpose, _ failure: CASChange.Failure, now: Instant) {
        switch purpose {
        case .deciders:
            deciderChange = nil
            decidersAt = now + Self.answerLimit
        case .beginPlan, .changePlan, .readPlan:
            if failure.isUncertain, plan == .some(nil) { plan = nil }
        case .entry(let cohort, _, _), .readEntry(let cohort):
            if failure.isUncertain { unsure.insert(cohort) }
        }
    }

    private mutating func adopt(_ set: DeciderSet, now: Instant) {
        if let deciders, set.epoch > deciders.epoch { self.deciders = set }
    }

    mutating func end(_ id: UInt64, _ answer: CoordinatorAnswer) {
        jobs[id] = nil
        hasNews = true
        if let ticket = tickets.removeValue(forKey: id) { answers.append((ticket, answer)) }
        due = .zero
    }

    /// All that goes to one decider in this turn goes in one frame, and is one transaction there.
    private mutating func flushDecrees(now: Instant, into sink: inout some CoordinatorSink) {
        while let first = outgoing.first {
            let cell = first.cell
            var items: [DecreeQuestion.Item] = []
            var ids: [UInt64] = []
            var inform: DeciderSet?
            var rest: [(cell: CellIndex, id: UInt64, request: CASChange.Request, isInform: Bool)] = []
            for order in outgoing {
                guard order.cell == cell, items.count < DecreeQuestion.limit, let job = jobs[order.id] else {
                    if jobs[order.id] != nil { rest.append(order) }
                    continue
                }
                if order.isInform || isFounding(job.change.set) { inform = job.change.set }
                items.append(DecreeQuestion.Item(decree: job.change.decree, request: order.request))
                ids.append(order.id)
            }
            outgoing = rest
            guard !items.isEmpty else { continue }
            let body = decreeBody(DecreeQuestion(set: inform, items: items))
            if !ask(cell, .decree, .decrees(ids), body, now: now, into: &sink) {
                for id in ids {
                    guard let set = jobs[id]?.change.set else { continue }
                    unsent.append((id, set.bits(of: cell)))
                }
            }
        }
        guard !unsent.isEmpty else { return }
        let failed = unsent
        unsent = []
        for (id, members) in failed where jobs[id] != nil {
            later.append((id, jobs[id]!.change.failed(members)))
        }
        var turns = 0
        while !later.isEmpty, turns < 1_000 {
            turns += 1
            let (id, step) = later.removeFirst()
            perform(step, id, now: now, into: &sink)
        }
    }

    /// Everybody may be told of the founding set, which saves a round.
    private func isFounding(_ set: DeciderSet) -> Bool { set.epoch == .first }

    func decreeBody(_ question: DecreeQuestion) -> [UInt8] {
        let proof =
            question.set.map { seal.proof(ofDeciders: $0.encoded()) } ?? Array(repeating: 0, count: EntrySeal.size)
        return proof + question.encoded()
    }

    // MARK: What is proposed

    private mutating func decide(
        _ id: UInt64, _ purpose: CoordinatorJob.Purpose, current: [UInt8]?, now: Instant
    ) -> CASChange.Step {
        switch purpose {
        case .readPlan, .readEntry:
            return jobs[id]!.change.stop()
        case .beginPlan(let plan):
            guard case .some(let open) = PlanDecree.read(current), open == nil || open?.id == plan.id else {
                return jobs[id]!.change.stop()
            }
            return open == nil ? jobs[id]!.change.propose(plan.bytes) : jobs[id]!.change.stop()
        case .changePlan(let planID, let change):
            guard case .some(.some(var plan)) = PlanDecree.read(current), plan.id == planID,
                plan.apply(change)
            else { return jobs[id]!.change.stop() }
            return jobs[id]!.change.propose(change == .end ? [] : plan.bytes)
        case .entry(let cohort, let version, let change):
            var entry =
                current.flatMap { PlacementEntry(bytes: $0, cohorts: ledger.cohorts) }
                ?? PlacementEntry(cohort: cohort)
            // Only what was looked at is changed: another has been here otherwise.
            guard version == 0 || entry.version == version, apply(change, to: &entry) == nil else {
                return jobs[id]!.change.stop()
            }
            return jobs[id]!.change.propose(entry.bytes)
        case .deciders:
            let decree = jobs[id]!.change.decree
            guard let proposal = deciderChange?.proposal(of: decree, current: current, by: jobs[id]!.change.set) else {
                return jobs[id]!.change.stop()
            }
            return jobs[id]!.change.propose(proposal)
        }
    }

    /// Nil where it was applied; otherwise why not.
    private func apply(_ change: CoordinatorJob.EntryChange, to entry: inout PlacementEntry) -> String? {
        do throws(PlacementChangeError) {
            switch change {
            case .begin(let eligibility): try entry.begin(eligibility)
            case .step(.release) where defect == .releasesEarly && entry.state.phase == .joint:
                try entry.releaseEarly()
            case .pinStep(let customer, .release)
            where defect == .releasesEarly && entry.pin(of: customer)?.state.phase == .joint:
                try entry.releaseEarly(pin: customer)
            case .step(let step): try entry.advance(step)
            case .pinStep(let customer, let step):
                let isLeaving = entry.pin(of: customer)?.isLeaving ?? false
                try entry.advance(pin: customer, step)
                // The cohort may have moved since: then the customer follows it first.
                if step == .release, isLeaving, entry.mayRemovePin(customer, to: cells(of: customer, by: entry)) {
                    try entry.removePin(customer)
                }
            case .pin(let customer, let shard, let home):
                try entry.pin(customer, from: cells(of: customer, by: entry), to: shard, home: home)
            case .unpin(let customer): try entry.unpin(customer, to: cells(of: customer, by: entry))
            case .giveUp(let customers, let lost, let destination):
                try giveUp(customers, lost, destination, of: &entry)
            case .hold(let customers):
                let placement = placement(by: entry)
                try entry.hold(customers.map { ($0, placement.cohortAssignment(of: $0).inForce) })
            case .sweep: try defect == .sweepsAnywhere ? entry.sweepAnywhere() : entry.sweep()
            }
            return nil
        } catch {
            return switch error {
            case .wrongState: "its cohort is on the way; try again when that is over"
            case .tooManyPins: "as many customers of its cohort are pinned as may be"
            case .emptyShard: "a customer needs one cell at least"
            case .notPinned: "the customer is not pinned"
            case .noSuchCohort, .otherCohort: "the customer belongs to another cohort"
            case .epochsExhausted: "the cohort's epochs are used up"
            }
        }
    }

    private func giveUp(
        _ customers: [CustomerHash], _ lost: [CellIndex], _ destination: CoordinatorJob.Destination,
        of entry: inout PlacementEntry
    ) throws(PlacementChangeError) {
        let now = placement(by: entry)
        var later: Placement?
        if case .cohortAfter(let eligibility) = destination {
            var begun = entry
            try begun.begin(eligibility)
            later = placement(by: begun)
        }
        var changed = entry
        for customer in customers {
            let from = now.cohortAssignment(of: customer)
            let salvage: PlacementEntry.Salvage =
                switch destination {
                case .cells(let shard): .pinned(shard)
                case .cohort: .leaving(from.serving)
                case .cohortAfter: .leavingLater(later?.cohortAssignment(of: customer).serving ?? from.serving)
                }
            try changed.giveUp(customer, from: from.inForce, lost: lost, then: salvage)
        }
        entry = changed
    }

    /// The customer's shard by its cohort alone, as this entry has it.
    private func cells(of customer: CustomerHash, by entry: PlacementEntry) -> Shard {
        placement(by: entry).cohortAssignment(of: customer).serving
    }

    /// The placement with another entry.
    func placement(by entry: PlacementEntry) -> Placement {
        var placement = ledger.placement
        _ = try? placement.install(entry)
        return placement
    }

    // MARK: What was decided

    private mutating func chosen(
        _ value: [UInt8]?, _ id: UInt64, _ job: CoordinatorJob, now: Instant, into sink: inout some CoordinatorSink
    ) {
        switch job.purpose {
        case .readPlan, .beginPlan, .changePlan:
            guard case .some(let decided) = PlanDecree.read(value) else {
                return end(id, .undecided("what the deciders have is no plan of this release", isUncertain: false))
            }
            learn(decided, now: now, into: &sink)
            end(id, answer(job.purpose, decided))
        case .entry(let cohort, _, _), .readEntry(let cohort):
            guard
                let entry = value.map({ PlacementEntry(bytes: $0, cohorts: ledger.cohorts) })
                    ?? PlacementEntry(cohort: cohort)
            else { return end(id, .refused("what the deciders have of cohort \(cohort) is no entry")) }
            unsure.remove(cohort)
            if ledger.take(decided: entry) {
                fresh.removeAll { $0.cohort == cohort }
                nextFresh += 1
                fresh.append((nextFresh, cohort))
                sink.note(.entryDecided(cohort: cohort, version: entry.version, phase: entry.state.phase))
                note(entry, now: now)
            }
            if case .entry(_, _, let change) = job.purpose {
                if job.change.isProposing, case .giveUp(let customers, let lost, _) = change {
                    sink.note(.givenUp(cohort: cohort, customers: customers, lost: lost))
                }
                end(id, outcome(of: change, entry))
            } else {
                end(id, .done)
            }
        case .deciders:
            guard var change = deciderChange else { return end(id, .done) }
            let step = change.chosen(value, of: job.change.decree, by: job.change.set)
            deciderChange = change
            adopt(change.set, now: now)
            end(id, .done)
            perform(step, now: now, into: &sink)
        }
    }

    private func answer(_ purpose: CoordinatorJob.Purpose, _ decided: PlanDecree?) -> CoordinatorAnswer {
        switch purpose {
        case .beginPlan(let plan): decided?.id == plan.id ? .done : decided.map { .planOpen($0) } ?? .noPlan("it ended")
        case .changePlan(let id, let change):
            switch (change, decided) {
            case (.end, nil): .done
            case (_, let plan?) where plan.id == id && plan.has(change): .done
            case (.reverse, let plan?) where plan.state == .releasing:
                .noPlan("all customers have moved and the old copies go: 'restore' leads back")
            default: .noPlan("the plan is another by now")
            }
        default: .done
        }
    }

    private func outcome(of change: CoordinatorJob.EntryChange, _ entry: PlacementEntry) -> CoordinatorAnswer {
        switch change {
        case .pin(let customer, let shard, _):
            if entry.pin(of: customer)?.shard == shard { return .done }
        case .unpin(let customer):
            if entry.pin(of: customer)?.isLeaving ?? true { return .done }
        case .giveUp(let customers, let lost, _):
            let isDone = customers.allSatisfy { customer in
                entry.pin(of: customer).map { pin in !pin.state.inForce.shard.contains { lost.contains($0) } } ?? false
            }
            if isDone { return .done }
        default: return .done
        }
        var copy = entry
        return .refused(apply(change, to: &copy) ?? "it was changed by somebody else at the same time")
    }

    mutating func perform(_ step: DeciderChange.Step, now: Instant, into sink: inout some CoordinatorSink) {
        switch step {
        case .wait: break
        case .decide(let decrees):
            for decree in decrees { startDecider(decree, now: now) }
        case .done(let set):
            deciderChange = nil
            learn(set, now: now)
            sink.note(.decidersReplaced(set.successors.map(\.cell)))
        case .contention, .invalid:
            deciderChange = nil
            decidersAt = now + Self.answerLimit
            fail("the deciders cannot be replaced now", into: &sink)
        }
    }

    private mutating func startDecider(_ decree: DecreeName, now: Instant) {
        guard let set = deciderChange?.set else { return }
        nextJob += 1
        let change = CASChange(
            of: decree, by: set, proposer: UInt64(boot) << 32 | nextJob, patience: CASChange.Patience(),
            generator: Generator(seed: generator.next(), concern: "change"))
        jobs[nextJob] = CoordinatorJob(purpose: .deciders, change: change, until: now)
        jobsDue = min(jobsDue, now)
        due = .zero
    }

    /// The deciders could not be asked, or did not agree.
    private mutating func fail(_ text: String, into sink: inout some CoordinatorSink) {
        guard text != undecided else { return }
        undecided = text
        sink.note(.stalled(text))
    }

    mutating func stall(_ text: String, now: Instant, into sink: inout some CoordinatorSink) {
        guard text != stalled else { return }
        stalled = text
        sink.note(.stalled(text))
    }
}

extension PlanDecree {
    /// False where it may not be changed so any more, or is so already.
    mutating func apply(_ change: CoordinatorJob.PlanChange) -> Bool {
        let before = self
        switch change {
        case .pause(let paused): isPaused = paused
        case .reverse(let aborted):
            guard state == .moving else { return false }
            state = .reversing
            isAborted = aborted
            isPaused = false
        case .release:
            guard state == .moving else { return false }
            state = .releasing
        case .end: return true
        }
        return self != before
    }

    func has(_ change: CoordinatorJob.PlanChange) -> Bool {
        switch change {
        case .pause(let paused): isPaused == paused
        case .reverse: state == .reversing
        case .release: state == .releasing
        case .end: false
        }
    }
}

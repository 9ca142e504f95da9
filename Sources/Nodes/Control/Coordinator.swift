import Consensus
import Evacuation
import Membership
import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// Carries moves out: customers', cohorts' and whole regions'. It decides entries with the deciders, tells cells of them,
/// asks how far these are, and takes the next step. It keeps nothing: plan and entries are with the deciders, fills with
/// the cells, so that one that is killed at any point is followed by another, and two at once do no harm.
package struct Coordinator {
    package private(set) var topology: MeshTopology
    package internal(set) var ledger: PlacementLedger
    let seal: EntrySeal
    /// Unique to this life of the process: the numbers of its changes begin with it.
    let boot: UInt32
    var generator: Generator
    /// The newest set of deciders that is known; nil before the founding one was told.
    package internal(set) var deciders: DeciderSet?
    /// What the deciders say of the plan; nil before they were asked.
    package internal(set) var plan: PlanDecree??
    /// The plan that has ended last in this life, and whether it completed.
    package internal(set) var ended: (plan: PlanDecree, completed: Bool)?
    package internal(set) var progress = CoordinatorProgress()
    /// What the customers that have moved saw; the owner keeps it fresh.
    package var observation = EvacuationGate.Observation() { didSet { hasNews = true } }

    var links: [CoordinatorLink]
    var looks = CohortLooks()
    /// Something is another than when the moves were looked at last.
    var hasNews = true
    var jobs: [UInt64: CoordinatorJob] = [:]
    var nextJob: UInt64 = 0
    /// No job has anything to do before then without an answer: the earliest of their `until`, or one that has ended.
    var jobsDue = Instant.distantFuture
    /// A replacement of deciders under way; moves wait until it ends.
    var deciderChange: DeciderChange?
    /// The deciders are not looked at again before then: they could not be replaced.
    var decidersAt = Instant.zero
    /// Cohorts of which something may have been decided without its being known here.
    var unsure: Set<Int> = []
    /// Looks at a mesh in which nothing was to be done.
    var idleLooks = 0
    /// Identities of cells' stores, as they told.
    var stores: [UInt16: UInt64] = [:]
    package internal(set) var answers: [(ticket: UInt64, CoordinatorAnswer)] = []
    var tickets: [UInt64: UInt64] = [:]

    /// When there is something to do without an answer.
    var due = Instant.distantFuture
    var pollAt = Instant.zero
    var lookAt = Instant.distantFuture
    /// Nothing was to be done since; links are let go after a while.
    var idleSince: Instant?
    /// Steps of changes that are to be carried out in this turn.
    var later: [(UInt64, CASChange.Step)] = []
    /// What deciders are to be asked in this turn, and what could not be sent to them.
    var outgoing: [(cell: CellIndex, id: UInt64, request: CASChange.Request, isInform: Bool)] = []
    var unsent: [(id: UInt64, members: DeciderSet.Members)] = []
    var nextQuestion: UInt64 = 0
    /// Cohorts whose entries were decided lately, the newest last, each once; numbered as they were decided.
    var fresh: [(number: UInt64, cohort: Int)] = []
    var nextFresh: UInt64 = 0
    /// The last stage that was watched to its end.
    var watched = 0
    /// Of the stage under watch: its number, and when it was complete.
    var watch: (stage: Int, since: Instant)?
    var stalled = ""
    /// What the deciders failed at last; empty once they have said what the plan is.
    var undecided = ""
    /// When the plan under way went on last: it was heard of or changed, an entry was decided, a watch ended; nil without one.
    var waitsSince: Instant?
    /// When tombstones are collected; nil for never.
    package var sweepRule: SweepRule?
    /// Of each blueprint's store: which keys have one copy.
    private(set) var tiers: [TierRules?]
    /// Old tombstones that stayed in the round under way.
    var sweepKept: UInt64 = 0
    /// The cohort that is being swept.
    var sweep: TombstoneSweep?
    /// When the next sweep may begin, and of which cohort.
    var sweepAt = Instant.zero
    var sweepCohort = 0
    package internal(set) var sweeps = SweepCounters()
    /// When something was decided last.
    var progressAt: Instant?
    /// For tests, which show a checker what a wrong build does.
    package var defect: CoordinatorDefect?

    static let pollInterval = TimeAmount.milliseconds(20)
    static let lookInterval = TimeAmount.seconds(2)
    static let answerLimit = TimeAmount.milliseconds(500)
    static let idleLimit = TimeAmount.seconds(3)
    /// Nothing was decided for so long: a plan that moves is taken back.
    static let stallLimit = TimeAmount.seconds(60)
    /// Cells that have died since a cohort began are waited for so long.
    static let holdPatience = TimeAmount.seconds(10)
    /// Changes under way at once.
    static let mostJobs = 64
    /// Releases among them: each makes cells drop what they have left, while others are written to.
    static let mostReleases = 8

    package init(
        topology: MeshTopology, placement: Placement, seal: EntrySeal, boot: UInt32, seed: UInt64
    ) {
        self.topology = topology
        sweepRule = SweepRule(topology.tombstones)
        tiers = topology.blueprints.map { $0.store.map(TierRules.init) }
        self.seal = seal
        self.boot = boot
        ledger = PlacementLedger(placement, seal: seal)
        generator = Generator(seed: seed, concern: "coordinator", node: UInt64(boot))
        links = topology.cells.map { CoordinatorLink(name: $0.name) }
        _ = looks.refresh(ledger, nil)
    }

    /// The mesh has further cells, or other blueprints.
    package mutating func grow(_ topology: MeshTopology, now: Instant) {
        links += topology.cells.dropFirst(links.count).map { CoordinatorLink(name: $0.name) }
        self.topology = topology
        tiers = topology.blueprints.map { $0.store.map(TierRules.init) }
        ledger.grow(topology)
        due = now
    }

    /// The deciders of a new mesh: so many as the topology says, spread over its regions, of the cells that have a store.
    package static func founding(_ topology: MeshTopology, stores: [CellIndex: UInt64]) -> DeciderSet? {
        let cells = topology.cells.indices.filter { topology.blueprints[topology.cells[$0].blueprint].store != nil }
        var byRegion: [[Int]] = topology.regions.indices.map { region in
            cells.filter { topology.cells[$0].region == region }
        }
        var chosen: [Decider] = []
        let wanted = min(max(topology.deciders, 1), DeciderSet.sideLimit, cells.count)
        while chosen.count < wanted {
            for region in byRegion.indices where chosen.count < wanted && !byRegion[region].isEmpty {
                let cell = CellIndex(byRegion[region].removeFirst())
                guard let store = stores[cell] else { return nil }
                chosen.append(Decider(cell: cell, store: store))
            }
        }
        return DeciderSet(epoch: .first, phase: .stable(chosen))
    }

    /// Tells of the deciders that the mesh was founded with, or of newer ones that were decided.
    package mutating func learn(_ set: DeciderSet, now: Instant) {
        guard deciders.map({ set.epoch > $0.epoch }) ?? true else { return }
        // What a former coordinator had decided, and died before it told anybody, only the deciders know.
        if deciders == nil, !set.members.isEmpty { unsure = Set(0..<ledger.cohorts) }
        deciders = set
        lookAt = now
        due = .zero
    }

    /// There is a plan, a pin under way or a command: links to the cells are wanted.
    package var isBusy: Bool {
        !jobs.isEmpty || (plan ?? nil) != nil || deciderChange != nil || !lostDeciders.isEmpty
            || deciders?.isJoint ?? false || !unsure.isEmpty
            || looks.isAnyMoving || sweep != nil
    }

    /// Deciders of whose disks others are in their place.
    var lostDeciders: [Decider] {
        deciders?.successors.filter { decider in stores[decider.cell.rawValue].map { $0 != decider.store } ?? false }
            ?? []
    }

    /// The earliest instant at which `wake` has something to do.
    package mutating func nextDeadline() -> Instant {
        var next = min(due, lookAt, nextSweep)
        for position in links.indices where links[position].state == .closed && links[position].isWanted {
            if links[position].canBeOpened { next = min(next, links[position].retryAt) }
        }
        return jobs.isEmpty ? next : min(next, jobsDue)
    }

    // MARK: Commands; each is answered in `takeAnswers`

    /// Asks the deciders what the plan is.
    package mutating func read(ticket: UInt64, now: Instant) { start(.readPlan, ticket: ticket, now: now) }
    /// A cell can be asked.
    package func isLinked(_ cell: CellIndex) -> Bool { links[cell.position].state == .up }
    /// Begins a plan, where none is open.
    package mutating func begin(_ plan: PlanDecree, ticket: UInt64, now: Instant) {
        start(.beginPlan(plan), ticket: ticket, now: now)
    }
    /// Lets no further cohort begin, or goes on.
    package mutating func pause(_ isPaused: Bool, ticket: UInt64, now: Instant) {
        change(.pause(isPaused), ticket: ticket, now: now)
    }
    /// Takes back what has moved.
    package mutating func abort(ticket: UInt64, now: Instant) {
        change(.reverse(isAborted: true), ticket: ticket, now: now)
    }
    /// Moves one customer to cells chosen by hand.
    package mutating func move(_ customer: CustomerHash, to shard: Shard, ticket: UInt64, now: Instant) {
        let cohort = ledger.table.cohort(of: customer)
        start(
            .entry(
                cohort: cohort, version: 0, .pin(customer, to: shard, home: Shard())), ticket: ticket, now: now)
    }
    /// Gives a customer back to its cohort.
    package mutating func unpin(_ customer: CustomerHash, ticket: UInt64, now: Instant) {
        let cohort = ledger.table.cohort(of: customer)
        start(.entry(cohort: cohort, version: 0, .unpin(customer)), ticket: ticket, now: now)
    }

    /// Gives up what only dead cells hold of a customer, and moves it from those that are left to these cells, or to its
    /// cohort's; where none is left, it begins anew. Refused where a majority of its cells lives: then it can be moved.
    package mutating func giveUp(_ customer: CustomerHash, to shard: Shard?, ticket: UInt64, now: Instant) {
        let cohort = ledger.table.cohort(of: customer)
        let own = ledger.placement.assignment(of: customer).inForce
        let target = shard ?? ledger.placement.cohortAssignment(of: customer).serving
        let lost = own.filter(isDead)
        guard !own.hasMajority(missing: isDead) else {
            return answers.append(
                (ticket, .refused("a majority of its cells lives, and nothing of it has to be given up")))
        }
        guard target.hasMajority(missing: isDead) else {
            return answers.append(
                (ticket, .refused("of the cells that it would go to no majority lives; name others")))
        }
        start(
            .entry(
                cohort: cohort, version: 0, .giveUp([customer], lost: lost, to: shard.map { .cells($0) } ?? .cohort)),
            ticket: ticket, now: now)
    }

    private mutating func change(_ change: CoordinatorJob.PlanChange, ticket: UInt64, now: Instant) {
        guard case .some(.some(let open)) = plan else {
            return answers.append(
                (
                    ticket,
                    plan == nil
                        ? .undecided("the deciders were not heard yet", isUncertain: false)
                        : .noPlan("no evacuation is under way")
                ))
        }
        start(.changePlan(id: open.id, change), ticket: ticket, now: now)
    }

    /// Why it does not go on, as it was told last; empty where it does.
    package var stallReason: String { undecided.isEmpty ? stalled : undecided }

    package mutating func takeAnswers() -> [(ticket: UInt64, CoordinatorAnswer)] {
        defer { answers = [] }
        return answers
    }

    @discardableResult
    mutating func start(_ purpose: CoordinatorJob.Purpose, ticket: UInt64? = nil, now: Instant) -> Bool {
        guard let deciders else {
            if let ticket { answers.append((ticket, .undecided("the deciders are not known yet", isUncertain: false))) }
            return false
        }
        guard jobs.count < Self.mostJobs || ticket != nil else { return false }
        nextJob += 1
        let decree = purpose.decree
        let change = CASChange(
            of: decree, by: deciders, proposer: UInt64(boot) << 32 | nextJob, patience: CASChange.Patience(),
            generator: Generator(seed: generator.next(), concern: "change"))
        jobs[nextJob] = CoordinatorJob(purpose: purpose, change: change, until: now)
        jobsDue = min(jobsDue, now)
        if let ticket { tickets[nextJob] = ticket }
        due = .zero
        return true
    }

    func isWorking(on cohort: Int) -> Bool {
        jobs.values.contains { if case .entry(cohort, _, _) = $0.purpose { true } else { false } }
    }
    var isChangingPlan: Bool { jobs.values.contains { $0.purpose.decree == .plan } }
}

/// What a wrong build would do; each is caught by a checker in the tests.
package enum CoordinatorDefect: String, Sendable, CaseIterable {
    /// A move is switched before the new cells are filled.
    case switchesEarly = "switch-early"
    /// The previous side is forgotten before the new one is filled, and without a switch.
    case releasesEarly = "release-early"
    /// What has switched goes back without the old cells' being filled with what was written since.
    case reversesDirectly = "reverse-direct"
    /// Who was filled for an earlier move counts as filled for this one.
    case trustsStaleFills = "stale-filled"
    /// Tombstones are dropped that a majority of the members has.
    case sweepsMajority = "sweep-majority"
    /// They are dropped in the epoch in which they were listed.
    case sweepsInTheSameEpoch = "sweep-no-epoch"
    /// They are dropped while customers move.
    case sweepsAnywhere = "sweep-anywhere"
}

/// How far a coordinator has come, for people.
package struct CoordinatorProgress: Sendable, Equatable {
    /// The number of the stage, from 1; 0 before the first.
    package var stage = 0
    package var step = "idle"
    /// Cohorts that are on the side that the plan leads to.
    package var moved = 0
    package var cohorts = 0
    package var stages: [EvacuationReport.Stage] = []
    /// When the first cohort of the plan began; nil before.
    package var firstBegin: Instant?
    package var lastSwitch: Instant?
    /// Why the plan was taken back without a word of the gate.
    package var reason: String?
    /// Rows that the cells of the region still have; nil before they were counted.
    package var rowsLeft: Int?
}

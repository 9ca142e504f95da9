import Checkers
import Membership
import MeshBase

/// Watches what members come to believe of each other, change by change: that views only go forward, that only a member
/// itself raises its incarnation, that nobody is resurrected, that goodbyes are not deaths, how soon the dead are seen,
/// whether the living are declared dead or suspected, and whether all agree at the end.
struct MembershipOracle {
    private struct Death {
        var machine: Int
        var at: Instant
        /// Every living member must have seen it by then, if nothing else happens.
        var due: Instant
        var observers = Set<Int>()
        /// When the first who did not know it before came to know.
        var seenAt: Instant?
    }
    /// What an observer was last heard to believe of a member.
    private struct Belief {
        var incarnation: UInt32
        var status: MemberStatus
        /// By the observer's clock.
        var since: Instant
    }

    private let bound: TimeAmount
    /// No fault but those of processes: nobody has a reason to take a sound member for dead.
    private let isClear: Bool
    /// No fault at all.
    private let isUntouched: Bool
    private let tombstone: TimeAmount
    private let leftTombstone: TimeAmount
    private var beliefs: [UInt64: Belief] = [:]
    private var deaths: [Death] = []
    private(set) var kills = 0
    private var leaves = 0
    private var seenByAll = 0
    private var slowest = TimeAmount.zero
    private var backwards = Violations<String>()
    private var raised = Violations<String>()
    private var resurrected = Violations<String>()
    private var leavers = Violations<String>()
    private var missed = Violations<String>()
    private var wrong = Violations<String>()
    private(set) var suspicions = 0
    private(set) var changes = 0
    private(set) var figures = MembershipFigures()
    /// When all agreed after the last fault, counted from it.
    var agreedAfter: TimeAmount?

    init(_ swim: SWIMConfiguration, members: Int, isClear: Bool, isUntouched: Bool) {
        bound = swim.agreementBound(members: members)
        self.isClear = isClear
        self.isUntouched = isUntouched
        tombstone = swim.tombstone
        leftTombstone = swim.leftTombstone
    }

    // MARK: What happens to the members

    mutating func killed(_ machine: SimMachine, now: Instant) {
        kills += 1
        forget(by: machine)
        // Who believed it dead before will not say so again.
        var observers = Set<Int>()
        for (key, belief) in beliefs where UInt32(truncatingIfNeeded: key) == UInt32(machine.index) {
            if !belief.status.isLive { observers.insert(Int(key >> 32)) }
        }
        deaths.append(Death(machine: machine.index, at: now, due: now + bound, observers: observers))
    }

    mutating func left(_ machine: SimMachine) {
        leaves += 1
        forget(by: machine)
    }

    /// It starts again: who has not seen it dead by now never will.
    mutating func started(_ machine: SimMachine) {
        forget(by: machine)
        deaths.removeAll { $0.machine == machine.index }
    }

    /// Something was done to a node or to the network: what takes its time may take it anew.
    mutating func disturbed(now: Instant) {
        for index in deaths.indices { deaths[index].due = now + bound }
    }

    private mutating func forget(by machine: SimMachine) {
        let observer = UInt64(machine.index)
        beliefs = beliefs.filter { $0.key >> 32 != observer }
    }

    // MARK: What they come to believe

    mutating func observe(
        _ change: MemberChange, by observer: SimMachine, of machine: SimMachine, in all: [SimMachine], now: Instant
    ) {
        changes += 1
        check(change, by: observer, of: machine)
        if change.status == .suspect {
            suspicions += 1
            if machine.isUp { figures.falseSuspicions += 1 }
            if isUntouched {
                wrong.add("suspect", "\(observer.name) suspected \(machine.name), to which nothing had been done")
            }
        }
        guard change.status == .dead else { return }
        if machine.leftIncarnation > 0, change.member.incarnation <= machine.leftIncarnation, isClear {
            leavers.add("left", "\(observer.name) declared \(machine.name) dead, which had said goodbye")
        }
        if machine.isUp {
            figures.falseDeaths += 1
            guard !machine.isPaused, now > machine.excusedUntil, now > observer.excusedUntil,
                change.member.incarnation >= machine.lifeIncarnation
            else { return }
            wrong.add("alive", "\(observer.name) declared \(machine.name) dead, which was up")
            return
        }
        guard let index = deaths.firstIndex(where: { $0.machine == machine.index }) else { return }
        deaths[index].observers.insert(observer.index)
        let seenAt = deaths[index].seenAt ?? now
        deaths[index].seenAt = seenAt
        guard Self.missing(deaths[index].observers, since: deaths[index].at, in: all).isEmpty else { return }
        seenByAll += 1
        if figures.detections.count < MembershipFigures.mostDetections {
            figures.detections.append(
                MembershipFigures.Detection(
                    member: machine.name, firstMilliseconds: (seenAt - deaths[index].at).milliseconds,
                    allMilliseconds: (now - deaths[index].at).milliseconds))
        }
        slowest = max(slowest, now - deaths[index].at)
        deaths.remove(at: index)
    }

    /// What each single change must keep.
    private mutating func check(_ change: MemberChange, by observer: SimMachine, of machine: SimMachine) {
        let (status, incarnation) = (change.status, change.member.incarnation)
        if incarnation > machine.highestIncarnation {
            raised.add(
                "raised",
                "\(observer.name) believes \(machine.name) in incarnation \(incarnation), which has not gone beyond "
                    + "\(machine.highestIncarnation)")
        }
        let key = UInt64(observer.index) << 32 | UInt64(machine.index)
        let old = beliefs[key]
        beliefs[key] = Belief(incarnation: incarnation, status: status, since: change.at)
        guard let old, !isForgotten(old, by: change) else { return }
        if !old.status.isLive, status.isLive, incarnation <= old.incarnation {
            resurrected.add(
                "resurrected",
                "\(observer.name) saw \(machine.name) \(status.name) in incarnation \(incarnation) after "
                    + "\(old.status.name) in \(old.incarnation)")
        } else if incarnation < old.incarnation
            || incarnation == old.incarnation && status.rawValue <= old.status.rawValue
        {
            backwards.add(
                "backwards",
                "\(observer.name) went from \(old.status.name) in \(old.incarnation) back to \(status.name) in "
                    + "\(incarnation) for \(machine.name)")
        }
    }

    /// The dead and the departed are remembered for a time, by the observer's own clock, and unknown afterwards.
    private func isForgotten(_ old: Belief, by change: MemberChange) -> Bool {
        guard change.oldStatus == nil, !old.status.isLive else { return false }
        return change.at - old.since >= (old.status == .left ? leftTombstone : tombstone)
    }

    // MARK: Completeness

    /// When the next death has to be known to all.
    var due: Instant? { deaths.isEmpty ? nil : deaths.min { $0.due < $1.due }?.due }

    mutating func judgeDeaths(_ all: [SimMachine], now: Instant) {
        for death in deaths where death.due < now {
            let missing = Self.missing(death.observers, since: death.at, in: all)
            guard let first = missing.first else { continue }
            missed.add(
                "missed",
                "\(missing.count) did not see \(all[death.machine].name) dead \(Int64((now - death.at).milliseconds)) ms "
                    + "after its end, \(first.name) among them")
        }
        deaths.removeAll { $0.due < now }
    }

    /// The living that should have noticed: those that knew it.
    private static func missing(_ observers: Set<Int>, since: Instant, in all: [SimMachine]) -> [SimMachine] {
        all.filter { $0.isUp && !$0.isPaused && $0.startedAt < since && !observers.contains($0.index) }
    }

    // MARK: Verdicts

    /// Rules that hold whatever happens.
    var safetyVerdicts: [Verdict] {
        func verdict(
            _ oracle: String, _ violations: Violations<String>, _ detail: String, of seen: Int
        ) -> Verdict {
            Verdict(
                oracle: oracle, ok: violations.isEmpty, seen > 0 ? .judged : .vacuous,
                detail: violations.isEmpty ? detail : violations.summary)
        }
        return [
            verdict("membership-monotone", backwards, "\(changes) changes of views went forward", of: changes),
            verdict("membership-ownership", raised, "no incarnation was raised by another than its owner", of: changes),
            verdict(
                "membership-resurrection", resurrected, "nobody dead or gone came back without rising", of: changes),
            isClear || !leavers.isEmpty
                ? verdict("membership-goodbye", leavers, "\(leaves) goodbyes, none taken for a death", of: leaves)
                : .skipped("membership-goodbye", because: "packets are lost or late"),
        ]
    }

    func verdicts(atEnd limit: TimeAmount) -> [Verdict] {
        let agreement =
            agreedAfter.map { "all agree \(Int64($0.milliseconds)) ms after the last change" }
            ?? "no agreement within \(Int64(limit.milliseconds)) ms of the last change"
        var detail = "\(suspicions) suspicions, \(kills) kills"
        if seenByAll > 0 { detail += ", \(seenByAll) seen by all within \(Int64(slowest.milliseconds)) ms" }
        if !wrong.isEmpty { detail += "; " + wrong.summary }
        return [
            Verdict(oracle: "membership-agreement", ok: agreedAfter != nil, detail: agreement),
            Verdict(
                oracle: "membership-completeness", ok: missed.isEmpty, kills > 0 ? .judged : .vacuous,
                detail: missed.isEmpty
                    ? "no death stayed unseen for \(Int64(bound.milliseconds)) ms in which nothing else happened"
                    : missed.summary),
            // Where packets are lost a false death is unlikely, not impossible.
            isClear
                ? Verdict(oracle: "no-false-deaths", ok: wrong.isEmpty, detail: detail)
                : .skipped("no-false-deaths", because: "packets are lost or late; \(detail)"),
        ]
    }

    // MARK: Agreement

    /// Every living observer sees exactly the living members alive, each where it is now.
    static func agree(_ machines: [SimMachine]) -> Bool {
        let living = machines.filter(\.isUp)
        var digest: SyncDigest?
        for machine in living {
            guard let swim = machine.process?.swim, swim.liveCount == living.count else { return false }
            if let digest, digest != swim.digest { return false }
            digest = swim.digest
        }
        // Equal digests are equal views: looking at one of them suffices.
        guard let swim = living.first?.process?.swim else { return true }
        return living.allSatisfy { machine in
            guard let member = swim.member(named: machine.name) else { return false }
            return member.status == .alive && member.profile.gossip == machine.gossip
        }
    }
}

import Checkers
import Membership
import MeshBase

/// Watches what members come to believe of each other: how soon the dead are seen, whether the living are declared
/// dead, and whether all agree at the end.
struct MembershipOracle {
    private struct Death {
        var machine: Int
        var at: Instant
        var observers = Set<Int>()
    }

    private var deaths: [Death] = []
    private(set) var kills = 0
    private var seenByAll = 0
    private var slowest = TimeAmount.zero
    private var wrong = Violations<String>()
    private(set) var suspicions = 0
    /// When all agreed after the last fault, counted from it.
    var agreedAfter: TimeAmount?

    mutating func killed(_ machine: SimMachine, now: Instant) {
        kills += 1
        deaths.append(Death(machine: machine.index, at: now))
    }

    /// It starts again: who has not seen it dead by now never will.
    mutating func started(_ machine: SimMachine) { deaths.removeAll { $0.machine == machine.index } }

    mutating func observe(
        _ change: MemberChange, by observer: SimMachine, of machine: SimMachine, in all: [SimMachine], now: Instant
    ) {
        if change.status == .suspect { suspicions += 1 }
        guard change.status == .dead else { return }
        if machine.isUp {
            guard !machine.isPaused, now > machine.excusedUntil, now > observer.excusedUntil,
                change.member.incarnation >= machine.lifeIncarnation
            else { return }
            wrong.add("alive", "\(observer.name) declared \(machine.name) dead, which was up")
            return
        }
        guard let index = deaths.firstIndex(where: { $0.machine == machine.index }) else { return }
        deaths[index].observers.insert(observer.index)
        let observers = deaths[index].observers
        guard all.allSatisfy({ !$0.isUp || $0.isPaused || observers.contains($0.index) }) else { return }
        seenByAll += 1
        slowest = max(slowest, now - deaths[index].at)
        deaths.remove(at: index)
    }

    func verdicts(bound: TimeAmount, lossless: Bool) -> [Verdict] {
        let agreement =
            agreedAfter.map { "all agree \(Int64($0.milliseconds)) ms after the last change" }
            ?? "no agreement within \(Int64(bound.milliseconds)) ms of the last change"
        var detail = "\(suspicions) suspicions, \(kills) kills"
        if seenByAll > 0 { detail += ", \(seenByAll) seen by all within \(Int64(slowest.milliseconds)) ms" }
        if !wrong.isEmpty { detail += "; " + wrong.summary }
        return [
            Verdict(oracle: "membership-agreement", ok: agreedAfter != nil, detail: agreement),
            // Where packets are lost a false death is unlikely, not impossible.
            Verdict(oracle: "no-false-deaths", ok: wrong.isEmpty || !lossless, detail: detail),
        ]
    }

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

    /// How long the slowest detection and its spread may take: the sweep of a crashed member through the probe lists,
    /// the longest suspicion, and its dissemination (conservative by far).
    static func bound(_ swim: SWIMConfiguration, members n: Int) -> TimeAmount {
        let logarithm = max(1, naturalLogarithm(Double(max(n, 2))) / naturalLogarithm(10))
        let sweep = swim.probeInterval * Int64((2 * n - 1) * (swim.awareness + 1))
        let suspicion = swim.probeInterval * (Double(swim.suspicionAlpha * swim.suspicionBeta) * logarithm)
        let spread = swim.gossipInterval * Int64(swim.retransmit * Int(logarithm + 1))
        return min(sweep + suspicion + spread + swim.pushPullInterval * Int64(2), .minutes(5))
    }
}

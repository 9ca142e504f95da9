import MeshBase
import Resilience
import Topology
import Wire

/// What a call of a service does less of (C23), and which of its ways it takes (C24).
extension ServiceGraph {
    /// What the own work of a call costs, in the way that it takes.
    struct OwnWork {
        let wait: WaitSampler?
        let cpu: TimeAmount
        let errors: Double
        /// How long it lasts on average.
        var mean: TimeAmount { (wait?.mean ?? .zero) + cpu }
    }

    func ownWork(_ invocation: Invocation) -> OwnWork {
        let rungs = catalogue.rungs[invocation.service]
        guard rungs.isEmpty else { return rungs[min(Int(invocation.served.rung), rungs.count - 1)] }
        let work = services[invocation.service].work
        return OwnWork(wait: catalogue.waitSamplers[invocation.service], cpu: work.cpu, errors: work.errors)
    }

    /// Decides how much a call does that has a worker now.
    mutating func choose(_ key: SlabKey, now: Instant) {
        guard let invocation = invocations[key] else { return }
        let service = invocation.service
        let isSecond = switches.arm(of: invocation.customer) == .b
        let entry = qualities.entries[service]
        var served = invocation.isNeeded ? entry.needed : isSecond ? entry.servedSecond : entry.served
        if let ladder = entry.ladder {
            let rung = isSecond ? Int(entry.servedSecond.rung) : ladder.rung
            let level = isSecond ? switches.second.level : switches.level.level
            served.rung = UInt8(chosen(rung, ladder.ladder, level, service, invocation.customer, now: now))
        }
        invocations[key]?.served = served
    }

    private mutating func chosen(
        _ rung: Int, _ ladder: Ladder, _ level: DegradationLevel, _ service: Int, _ customer: CustomerHash,
        now: Instant
    ) -> Int {
        let least = level.rung(of: ladder.rungs.count)
        var hasKept = false
        let cached = qualities.entries[service].cachedRung
        if cached != nil {
            hasKept = hasKeptAnswer(service, customer, now: now)
            qualities.entries[service].hits.record(hasKept)
        }
        if rung > least, qualities.entries[service].mustProbe {
            qualities.entries[service].mustProbe = false
            return least
        }
        guard rung == cached, !hasKept else { return rung }
        // Nothing to answer from: what is missed is made, unless the level wants less.
        return rung > least ? 0 : ladder.next(after: rung) ?? rung
    }

    /// Whether faults on the service strike a call: what makes its best way slow or wrong leaves plainer ones alone.
    func isStruck(_ key: SlabKey) -> Bool { invocations[key]?.served.rung == 0 }

    /// A call was about to fail: it takes the next plainer way, where its service has one.
    ///
    /// - Returns: false where it fails.
    mutating func falls(_ key: SlabKey, _ outcome: ServiceOutcome, now: Instant, into sink: inout some CellSink) -> Bool
    {
        guard let invocation = invocations[key], !invocation.isCancelled, invocation.answered == nil,
            invocation.deadline > now, let ladder = qualities.entries[invocation.service].ladder?.ladder
        else { return false }
        switch outcome {
        case .failed, .faulted, .dependency: break
        default: return false
        }
        let service = invocation.service
        let cached = qualities.entries[service].cachedRung
        var rung = Int(invocation.served.rung)
        repeat {
            guard let next = ladder.next(after: rung) else { return false }
            rung = next
        } while rung == cached && !hasKeptAnswer(service, invocation.customer, now: now)
        qualities.entries[service].falls += 1
        invocations[key]?.served.rung = UInt8(rung)
        invocations[key]?.failure = nil
        invocations[key]?.blame = nil
        invocations[key]?.results = EdgeResults()
        invocations[key]?.stage = .working
        beginWork(key, now: now, into: &sink)
        return true
    }

    /// The best way of a service took so long, whether it went well or not.
    mutating func measure(_ invocation: Invocation, now: Instant) {
        guard invocation.served.rung == 0, qualities.entries[invocation.service].ladder != nil else { return }
        qualities.entries[invocation.service].inference.record(now - invocation.startedAt)
    }

    // MARK: Answers from before

    /// Remembers that a customer has a good answer of the best way.
    mutating func keepOwnAnswer(_ invocation: Invocation, now: Instant) {
        guard invocation.served.rung == 0, qualities.entries[invocation.service].cachedRung != nil else { return }
        answers?.keep(
            [], edge: Self.ownAnswers(invocation.service), customer: invocation.customer, bytes: Self.answerBytes,
            now: now)
    }

    private mutating func hasKeptAnswer(_ service: Int, _ customer: CustomerHash, now: Instant) -> Bool {
        answers?.fresh(edge: Self.ownAnswers(service), customer: customer, now: now) != nil
    }

    /// Apart from those of routes, which count from 0.
    private static func ownAnswers(_ service: Int) -> UInt32 { .max - UInt32(service) }
}

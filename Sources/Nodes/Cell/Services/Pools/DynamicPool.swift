import MeshBase
import Resilience

/// The size of one pool that follows its load (C15): what its workers did since the last look, and the rule that moves it.
struct DynamicPool {
    let policy: LimitPolicy
    private var limit: ConcurrencyLimit
    private var inUse: Occupancy

    init(_ policy: LimitPolicy, now: Instant) {
        self.policy = policy
        limit = ConcurrencyLimit(policy, now: now)
        inUse = Occupancy(now: now)
    }

    /// Workers that it should have now.
    var size: Int { limit.value }

    /// A call has a worker.
    mutating func began(now: Instant) { inUse.enter(.normal, now: now) }

    /// A worker is free again.
    ///
    /// - Parameter took: since the call had its worker. The wait in the queue is left out: it is what more workers shorten.
    mutating func ended(_ outcome: ServiceOutcome, took: TimeAmount, now: Instant) {
        let out = inUse.count
        // One that began before anybody looked is not known here.
        if out > 0 { inUse.leave(.normal, now: now) }
        limit.ended(Self.sample(outcome, took), inFlight: out, policy, now: now)
    }

    /// About once a second.
    ///
    /// - Returns: whether the size moved.
    mutating func look(now: Instant) -> Bool {
        guard now >= limit.nextLook else { return false }
        return limit.look(meanInUse: inUse.look(now: now), policy, now: now)
    }

    private static func sample(_ outcome: ServiceOutcome, _ took: TimeAmount) -> ConcurrencyLimit.Sample {
        switch outcome {
        case .ok: .answered(took)
        case .answered(let status): status < 500 ? .answered(took) : .failed
        case .timedOut, .rejected, .shed: .dropped
        case .failed, .faulted, .dependency, .programLost: .failed
        case .cancelled, .noProgram, .givenUp: .nothing
        }
    }
}

import MeshBase
import Resilience
import Topology
import Wire

/// Calls of services by somebody outside.
extension ServiceGraph {
    /// A call as the asker at the other end of a link names it.
    struct Asked: Hashable {
        let link: ConnectionID
        let request: UInt64
    }

    /// Begins a call of a service for an asker outside; it ends in `finished`, perhaps in this same call.
    mutating func call(
        _ service: Int, for asker: CellAsker, customer: CustomerHash, priority: Priority?,
        safety: CallSafety = .idempotent, isRead: Bool = false, deadline: Instant, request: ProgramRequest? = nil,
        trace: FrameTrace? = nil, now: Instant, into sink: inout some CellSink
    ) {
        entered &+= 1
        let deadline = answersTimeouts[service] ? deadline - min((deadline - now) * 0.1, .milliseconds(50)) : deadline
        if switches.isGivenUp(service, for: customer) {
            counters[service].calls += 1
            counters[service].count(.givenUp)
            finished.append(
                End(
                    owner: .asker(asker), service: service, customer: customer, safety: safety,
                    outcome: .givenUp, results: EdgeResults(), blame: nil, began: now, served: .full, trace: trace))
            return
        }
        let kept = keeping(service, customer: customer, isRead: isRead, path: request?.path)
        if catalogue.isInstant[service], trace == nil, pools[service].hasFreeWorker,
            !admissions[service].adaptive.isActive, !faults.strikes(service)
        {
            counters[service].calls += 1
            counters[service].count(.ok)
            figures.ended(service: service, took: .zero)
            scores[service].record(true)
            finished.append(
                End(
                    owner: .asker(asker), service: service, customer: customer, safety: safety, outcome: .ok,
                    results: EdgeResults(), blame: nil, began: now, served: .full, kept: kept))
            return
        }
        var invocation = Invocation(
            service: service, owner: .asker(asker), customer: customer,
            priority: .granted(priority, declared: services[service].priority), safety: safety, deadline: deadline,
            began: now, trace: trace)
        invocation.kept = kept
        let key = begin(invocation, request: request, now: now, into: &sink)
        if case .frame(let link, let request) = asker, let key, invocations.contains(key) {
            asked[Asked(link: link, request: request)] = key
        }
        runSteps(now: now, into: &sink)
    }
}

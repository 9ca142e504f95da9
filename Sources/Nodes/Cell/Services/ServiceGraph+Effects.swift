import MeshBase
import Wire

/// Whether a client's call that failed left anything behind. Where it did not, its idempotency key is given back: what was
/// refused on its way may go well a moment later, and an answer that is kept would be the same for a day.
extension ServiceGraph {
    /// A call begins to work: what would have to be undone leaves a trace, and so does whatever a program does.
    mutating func noteBegin(_ invocation: Invocation) {
        guard let root = invocation.request, case .attempt(let attempt) = invocation.owner,
            let call = edgeAttempts[attempt].flatMap({ edgeCalls[$0.call] })
        else { return }
        let isUndoing = call.purpose == .compensation
        let isUndone = services[call.caller].calls[call.edge].compensation != nil
        guard isUndoing || isUndone || services[invocation.service].program != nil else { return }
        invocations[root]?.hasEffects = true
    }

    /// A call has ended: how far the work had come that failed, or that was given up, nobody knows.
    mutating func noteFailed(_ invocation: Invocation, _ outcome: ServiceOutcome) {
        guard let root = invocation.request, invocation.stage != .queued, outcome.mayLeaveTraces else { return }
        invocations[root]?.hasEffects = true
    }
}

extension ServiceOutcome {
    /// Its own work failed, or was given up: nobody knows how far it had come.
    var mayLeaveTraces: Bool {
        switch self {
        case .ok, .rejected, .shed, .noProgram, .givenUp, .dependency: false
        case .failed, .faulted, .timedOut, .cancelled, .answered, .programLost: true
        }
    }
}

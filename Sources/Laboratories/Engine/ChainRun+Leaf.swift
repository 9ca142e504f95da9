import MeshBase
import Resilience

/// The last service.
extension ChainRun {
    /// Asks a replica for work.
    ///
    /// - Returns: the job that waits or runs there; nil where it was turned away.
    mutating func ask(_ attempt: AttemptName, _ position: Int) -> Job? {
        // A plan that does not spread knows of one target, behind which somebody deals out by turns.
        nextReplica = (nextReplica + 1) % replicas.count
        let replica = hops[lastHop].gates.count > 1 ? position : nextReplica
        let request = calls[attempt.call.index].request
        let number = attemptsOf[request, default: 0]
        attemptsOf[request] = number + 1
        if let refusal = leaf.refusal(request: request, attempt: number, replica: replica, now: now) {
            agenda.add(.ended(attempt, refusal.end), at: now + refusal.took)
            return nil
        }
        let job = Job(attempt: attempt, replica: replica, request: request, number: number)
        switch replicas[replica].admit(job, rank: 0, now: now) {
        case .run: start(job)
        case .queued: break
        case .rejected, .displaced:
            agenda.add(.ended(attempt, AttemptEnd(.refused, .overloaded, began: false)), at: now)
            return nil
        }
        return job
    }

    private mutating func start(_ job: Job) {
        let work = leaf.work(request: job.request, attempt: job.number, replica: job.replica, now: now)
        agenda.add(.done(job, work.end), at: now + work.took)
    }

    mutating func done(_ job: Job, _ end: AttemptEnd) {
        let name = job.attempt.call
        let isWanted = isThere(name) && calls[name.index].held[job.attempt.token.rawValue] != nil
        tally.at(now) {
            $0.worked += 1
            if !isWanted { $0.wasted += 1 }
        }
        if let next = replicas[job.replica].release(now: now).next { start(next) }
        ended(job.attempt, end)
    }
}

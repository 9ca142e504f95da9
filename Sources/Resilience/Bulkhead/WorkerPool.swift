import DequeModule
import MeshBase

/// A worker pool bulkhead: at most `workers` jobs run, at most `queueLimit` wait, and what finds neither is turned
/// away according to the overflow policy. Pure: it keeps count and order, the holder does the work.
///
///     switch pool.admit(job, rank: 2, now: now) {
///     case .run: start(job)
///     case .queued: break                     // `release` will hand it out
///     case .rejected: refuse(job)
///     case .displaced(let other): refuse(other) // `job` waits in its place
///     }
public struct WorkerPool<Job: Sendable>: Sendable {
    /// What happens to a job that finds all workers busy and the queue full.
    public enum Overflow: Sendable {
        /// The new job is refused.
        case rejectNew
        /// The job that waited longest gives way.
        case dropOldest
        /// The job that came last gives way.
        case dropNewest
        /// The job of the lowest rank gives way, the latest of equals, if the new one ranks higher.
        case priority
        /// A job that has waited longer than `limit` is turned away when its turn comes, or gives way to a new one that
        /// finds the queue full; where none has, the new job is refused.
        case ageLimit(TimeAmount)
    }

    /// What became of a job that asked for a worker.
    public enum Admission {
        case run
        case queued
        case rejected
        case displaced(Job)
    }

    /// What a freed worker does next.
    public struct Release {
        /// The job to start now, if any waits.
        public var next: Job?
        /// Jobs that had waited too long and are turned away.
        public var expired: [Job] = []

        @inlinable init() { next = nil }
    }

    @usableFromInline struct Waiting: Sendable {
        var job: Job
        /// 0 is the most important.
        var rank: UInt8
        var since: Instant
    }

    /// Jobs that run at once, at least 1; more may run for a while after it was lowered.
    public private(set) var workers: Int
    /// Jobs that wait, 0 or more; more may wait for a while after it was lowered.
    public private(set) var queueLimit: Int
    /// What happens to a job that finds the queue full.
    public let overflow: Overflow
    /// Jobs that run now.
    public private(set) var busy = 0
    @usableFromInline var queue = Deque<Waiting>()
    /// Jobs turned away since the start, by reason.
    public private(set) var refusals = BulkheadRefusals()
    /// Jobs turned away since the start: refused at once, displaced from the queue, or too old.
    public var rejected: UInt64 { refusals.total }

    /// `workers` at least 1, `queueLimit` at least 0.
    public init(workers: Int, queueLimit: Int, overflow: Overflow = .rejectNew) {
        precondition(workers > 0 && queueLimit >= 0)
        self.workers = workers
        self.queueLimit = queueLimit
        self.overflow = overflow
    }

    /// Jobs in the queue now.
    public var waiting: Int { queue.count }
    /// Whether a job would run at once.
    public var hasFreeWorker: Bool { busy < workers }
    /// Jobs running and waiting over what can run and wait; 0...1.
    public var utilisation: Double { Double(busy + queue.count) / Double(workers + queueLimit) }

    /// Takes a worker if one is free, without queueing; for work that ends in the same call.
    @inlinable public mutating func admit(_ job: Job, rank: UInt8, now: Instant) -> Admission {
        if takeWorker() { return .run }
        return admitToQueue(job, rank: rank, now: now)
    }

    @usableFromInline mutating func takeWorker() -> Bool {
        guard busy < workers else { return false }
        busy += 1
        return true
    }

    @usableFromInline mutating func admitToQueue(_ job: Job, rank: UInt8, now: Instant) -> Admission {
        let entry = Waiting(job: job, rank: rank, since: now)
        if queue.count < queueLimit {
            insert(entry)
            return .queued
        }
        guard queueLimit > 0 else { return reject() }
        switch overflow {
        case .rejectNew:
            return reject()
        case .ageLimit(let limit):
            guard let oldest = queue.first, now - oldest.since > limit else { return reject() }
            queue.removeFirst()
            queue.append(entry)
            refusals[.aged] += 1
            return .displaced(oldest.job)
        case .dropOldest:
            let oldest = queue.removeFirst()
            queue.append(entry)
            refusals[.displaced] += 1
            return .displaced(oldest.job)
        case .dropNewest:
            let newest = queue.removeLast()
            queue.append(entry)
            refusals[.displaced] += 1
            return .displaced(newest.job)
        case .priority:
            guard let last = queue.last, last.rank > rank else { return reject() }
            queue.removeLast()
            insert(entry)
            refusals[.displaced] += 1
            return .displaced(last.job)
        }
    }

    private mutating func reject() -> Admission {
        refusals[.full] += 1
        return .rejected
    }

    /// Under `priority` the queue is kept in order of rank, first come first served among equals.
    private mutating func insert(_ entry: Waiting) {
        guard case .priority = overflow else {
            queue.append(entry)
            return
        }
        var at = queue.count
        while at > 0, queue[at - 1].rank > entry.rank { at -= 1 }
        queue.insert(entry, at: at)
    }

    /// Gives a worker back; the next waiting job takes it.
    @inlinable public mutating func release(now: Instant) -> Release {
        guard queue.isEmpty else { return releaseToNext(now: now) }
        freeWorker()
        return Release()
    }

    @usableFromInline mutating func freeWorker() {
        precondition(busy > 0, "released a worker that was not taken")
        busy -= 1
    }

    @usableFromInline mutating func releaseToNext(now: Instant) -> Release {
        precondition(busy > 0, "released a worker that was not taken")
        busy -= 1
        // After it was made smaller a worker that becomes free is one too many, and takes nothing.
        return next(now: now)
    }

    /// Hands the job whose turn it is to a free worker; for who made the pool larger, until it has no `next`.
    public mutating func next(now: Instant) -> Release {
        var release = Release()
        guard busy < workers else { return release }
        while let first = queue.popFirst() {
            if case .ageLimit(let limit) = overflow, now - first.since > limit {
                refusals[.aged] += 1
                release.expired.append(first.job)
                continue
            }
            busy += 1
            release.next = first.job
            return release
        }
        return release
    }

    /// Another size, of a pool that follows its load or a peak. What runs and what waits stays. Ask `next` afterwards.
    ///
    /// - Parameters:
    ///   - workers: less than 1 is 1.
    ///   - queueLimit: less than 0 is 0.
    public mutating func resize(workers: Int, queueLimit: Int) {
        self.workers = max(workers, 1)
        self.queueLimit = max(queueLimit, 0)
    }

    /// Since when the job of this rank waits that waits longest, for `InversionWatch`; nil where none does. Looks through
    /// the queue.
    public func waitsSince(rank: UInt8) -> Instant? {
        // Under every policy the queue is in order of arrival within a rank.
        queue.first { $0.rank == rank }?.since
    }

    /// Removes a job that waits, for one whose asker gave up.
    public mutating func withdraw(where matches: (Job) -> Bool) {
        if let index = queue.firstIndex(where: { matches($0.job) }) { queue.remove(at: index) }
    }
}

extension WorkerPool {
    /// Where it stands, for who is told why it refused.
    public var explanation: Explanation {
        Explanation(
            "\(busy) of \(workers) workers busy, \(waiting) of \(queueLimit) wait",
            [
                .init("busy", Double(busy)), .init("limit", Double(workers)), .init("waiting", Double(waiting)),
                .init("places", Double(queueLimit)),
            ])
    }
}

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

    /// Jobs that run at once, at least 1.
    public let workers: Int
    /// Jobs that wait, 0 or more.
    public let queueLimit: Int
    /// What happens to a job that finds the queue full.
    public let overflow: Overflow
    /// Jobs that run now.
    public private(set) var busy = 0
    @usableFromInline var queue = Deque<Waiting>()
    /// Jobs turned away since the start: refused at once, displaced from the queue, or too old.
    public private(set) var rejected: UInt64 = 0

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
        rejected += 1
        guard queueLimit > 0 else { return .rejected }
        switch overflow {
        case .rejectNew:
            return .rejected
        case .ageLimit(let limit):
            guard let oldest = queue.first, now - oldest.since > limit else { return .rejected }
            queue.removeFirst()
            queue.append(entry)
            return .displaced(oldest.job)
        case .dropOldest:
            let oldest = queue.removeFirst()
            queue.append(entry)
            return .displaced(oldest.job)
        case .dropNewest:
            let newest = queue.removeLast()
            queue.append(entry)
            return .displaced(newest.job)
        case .priority:
            guard let last = queue.last, last.rank > rank else { return .rejected }
            queue.removeLast()
            insert(entry)
            return .displaced(last.job)
        }
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
        var release = Release()
        while let first = queue.popFirst() {
            if case .ageLimit(let limit) = overflow, now - first.since > limit {
                rejected += 1
                release.expired.append(first.job)
                continue
            }
            release.next = first.job
            return release
        }
        busy -= 1
        return release
    }

    /// Removes a job that waits, for one whose asker gave up.
    public mutating func withdraw(where matches: (Job) -> Bool) {
        if let index = queue.firstIndex(where: { matches($0.job) }) { queue.remove(at: index) }
    }
}

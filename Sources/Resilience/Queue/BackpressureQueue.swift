import DequeModule
import MeshBase

/// A bounded queue before a bulkhead (C31). It bears a target that is away for a while, and slows down who feeds it
/// rather than growing: a put waits for a place, and only for so long. A job that is refused behind it goes back to the
/// front, and nothing is taken for a pause. Every job ends by its deadline at the latest.
///
///     switch queue.put(ticket, policy, now: now, deadline: deadline) {
///     case .queued, .waits: arm(deadline)    // withdraw(ticket) when that fires
///     case .full: fail()
///     }
///     // After an end, and at queue.wakeAt:
///     while let ticket = queue.popRefused(now: now) { fail(ticket) }
///     taking: while true {
///         switch queue.next(policy, now: now) {
///         case .job(let job): if !send(job.ticket) { queue.putBack(job, policy, now: now) }
///         case .expired(let ticket): fail(ticket)
///         case .paused(let until): arm(until); break taking
///         case .empty: break taking
///         }
///     }
public struct BackpressureQueue: Sendable {
    /// One in the queue, or taken out of it.
    public struct Job: Sendable, Equatable {
        /// The number under which it stands in the queue.
        public let ticket: UInt64
        /// What the bulkhead behind is asked with; the queue itself keeps the order of coming.
        public let priority: Priority
        /// When it is of no use any more.
        public let deadline: Instant
    }

    /// What became of a put.
    public enum Put: Sendable, Equatable {
        /// It is in the queue until it is taken or its deadline comes.
        case queued
        /// It waits for a place until then; `popRefused` names it when it has none by then.
        case waits(until: Instant)
        case full
    }

    /// What there is to take.
    public enum Next: Sendable, Equatable {
        case job(Job)
        /// Its deadline came while it was in the queue.
        case expired(UInt64)
        /// The bulkhead has refused one; nothing before `until`.
        case paused(until: Instant)
        case empty
    }

    private struct Putting: Sendable {
        var job: Job
        var until: Instant
    }

    private var jobs = Deque<Job>()
    private var putting = Deque<Putting>()
    private var pausedUntil: Instant?
    /// Turned away since the start: no place, or none in time.
    public private(set) var refused: UInt64 = 0
    /// Jobs whose deadline came in the queue, since the start.
    public private(set) var expired: UInt64 = 0

    /// Empty.
    public init() {}

    /// Whether one that comes need not stand behind anybody: nothing in it, and no pause.
    public func isIdle(now: Instant) -> Bool {
        jobs.isEmpty && putting.isEmpty && pausedUntil.map { $0 <= now } ?? true
    }

    /// When something is to be done though nobody has put or taken anything: a pause ends, or one has waited too long to
    /// be put. `distantFuture` where nothing is.
    public var wakeAt: Instant {
        let paused = jobs.isEmpty ? Instant.distantFuture : pausedUntil ?? .distantFuture
        return min(paused, putting.first?.until ?? .distantFuture)
    }

    /// Jobs in the queue.
    public var depth: Int { jobs.count }
    /// Jobs that wait for a place in it.
    public var waiting: Int { putting.count }

    /// Puts a job in, in order of coming.
    public mutating func put(
        _ ticket: UInt64, _ policy: BackpressurePolicy, priority: Priority = .normal, now: Instant, deadline: Instant
    ) -> Put {
        let job = Job(ticket: ticket, priority: priority, deadline: deadline)
        fill(policy, now)
        if jobs.count < policy.places, deadline > now {
            jobs.append(job)
            return .queued
        }
        let until = min(now + policy.put, deadline)
        guard until > now, putting.count < policy.places else {
            refused += 1
            return .full
        }
        putting.append(Putting(job: job, until: until))
        return .waits(until: until)
    }

    /// Who waits moves into places that are free; who has waited too long is left for `popRefused`.
    private mutating func fill(_ policy: BackpressurePolicy, _ now: Instant) {
        while jobs.count < policy.places, let place = putting.firstIndex(where: { $0.until > now }) {
            jobs.append(putting.remove(at: place).job)
        }
    }

    /// One that has waited too long to be put, and is turned away; nil where there is none.
    public mutating func popRefused(now: Instant) -> UInt64? {
        guard let first = putting.first, first.until <= now else { return nil }
        putting.removeFirst()
        refused += 1
        return first.job.ticket
    }

    /// Takes the next job; ask again until there is none.
    public mutating func next(_ policy: BackpressurePolicy, now: Instant) -> Next {
        if let until = pausedUntil {
            if now < until { return .paused(until: until) }
            pausedUntil = nil
        }
        fill(policy, now)
        guard let job = jobs.popFirst() else { return .empty }
        guard job.deadline > now else {
            expired += 1
            return .expired(job.ticket)
        }
        return .job(job)
    }

    /// A job that was taken goes back to the front, as the bulkhead refused it; nothing is taken for a pause. It may be
    /// one more than there are places, where its own was given away meanwhile.
    public mutating func putBack(_ job: Job, _ policy: BackpressurePolicy, now: Instant) {
        jobs.prepend(job)
        pause(policy, now: now)
    }

    /// Nothing is taken for a pause.
    public mutating func pause(_ policy: BackpressurePolicy, now: Instant) { pausedUntil = now + policy.pause }

    /// Takes a job out whose time is over, or that nobody waits for any more.
    ///
    /// - Returns: whether it was still there.
    @discardableResult public mutating func withdraw(_ ticket: UInt64, now: Instant) -> Bool {
        if let place = jobs.firstIndex(where: { $0.ticket == ticket }) {
            if jobs[place].deadline <= now { expired += 1 }
            jobs.remove(at: place)
            return true
        }
        guard let place = putting.firstIndex(where: { $0.job.ticket == ticket }) else { return false }
        if putting[place].until <= now { refused += 1 }
        putting.remove(at: place)
        return true
    }

    /// Where it stands, for who is told why it refused.
    public func explanation(_ policy: BackpressurePolicy, now: Instant) -> Explanation {
        var detail = "\(depth) of \(policy.places) in the queue, \(waiting) wait to be put"
        var numbers: [Explanation.Number] = [
            .init("depth", Double(depth)), .init("places", Double(policy.places)), .init("waiting", Double(waiting)),
        ]
        if let pausedUntil, pausedUntil > now {
            detail += ", paused for \(ShortNumber.text((pausedUntil - now).seconds)) s more"
            numbers.append(.init("pause_ms", (pausedUntil - now).milliseconds))
        }
        return Explanation(detail, numbers)
    }
}

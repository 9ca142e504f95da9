import DequeModule
import MeshBase
import Replication
import Topology

/// The calls that this cell has acknowledged and carries out later (C25): the durable queue. What is durable of it are the
/// claims in the customers' shards; here is only what this process is to do, and when.
struct JobDesk {
    /// One call.
    struct Job {
        let position: RecordPosition
        let service: Int
        /// As the shard has it: whoever claimed the key.
        let value: ClaimValue
        /// Its work is under way.
        var isRunning = false
        /// It was carried out, and the shard could not be told yet: what is to be kept.
        var settled: ClaimValue?

        var since: Int64 { value.job?.since ?? 0 }
    }

    /// What became of jobs; they only rise.
    struct Counters {
        /// Acknowledged here.
        var queued: UInt64 = 0
        /// Found in the store of this cell, after a restart or in place of a cell that is gone.
        var adopted: UInt64 = 0
        var done: UInt64 = 0
        /// Tried in vain, and kept.
        var failed: UInt64 = 0
        /// Gave way to others, as `queue.overflow` says.
        var displaced: UInt64 = 0
        /// Given up at the end of their keys' time.
        var expired: UInt64 = 0
        /// Turned away for want of room.
        var refused: UInt64 = 0
    }

    /// What is to become of one that asks for a place.
    enum Admission {
        case taken
        /// This one gives way.
        case inPlaceOf(RecordPosition)
        case refused
    }

    private struct Line {
        var waiting = Deque<RecordPosition>()
        var running = 0
        /// Nothing of the service is tried before.
        var at = Instant.zero
        var wait = JobDesk.firstWait
        /// At once; it rises while all goes well.
        var most = 1
    }

    /// Jobs at once.
    let capacity: Int
    let overflow: Pool.Overflow
    private(set) var jobs: [RecordPosition: Job] = [:]
    /// Asked for and not yet acknowledged by the shard.
    private var asked = 0
    private var lines: [Line]
    /// Jobs of cells that are gone, and at how many sweeps they were there.
    private var seen: [RecordPosition: Int] = [:]
    var counters = Counters()
    /// When the store is asked next for jobs that nobody has at hand.
    var sweepAt = Instant.distantFuture

    /// After a failure nothing of the service is tried for so long, twice as long each time.
    static let firstWait = TimeAmount.milliseconds(500)
    /// Where a gate says how long: not less than this.
    static let shortestWait = TimeAmount.milliseconds(50)
    static let longestWait = TimeAmount.seconds(30)
    static let sweepInterval = TimeAmount.seconds(5)
    static let sweepSlice = 512
    /// Of one service at once, at most.
    static let mostRunning = 16

    init(services: Int, _ settings: QueueSettings?) {
        let settings = settings?.inForce
        capacity = settings?.capacity ?? 0
        overflow = settings?.overflow ?? .rejectNew
        lines = Array(repeating: Line(), count: services)
    }

    var isOn: Bool { capacity > 0 }
    /// Jobs at hand, those under way among them.
    var depth: Int { jobs.count }
    /// There is no place for one more.
    var isFull: Bool { isOn && jobs.count + asked >= capacity }
    /// When the one that has waited longest was accepted: milliseconds since 1970; nil without any.
    var oldest: Int64? { jobs.values.lazy.map(\.since).min() }
    var isRunning: Bool { lines.contains { $0.running > 0 } }
    func depth(of service: Int) -> Int { lines[service].waiting.count + lines[service].running }
    func has(_ position: RecordPosition) -> Bool { jobs[position] != nil }

    /// Whether there is a place for one more, which is taken until `add` or `withdraw`.
    ///
    /// - Parameters:
    ///   - priority: 0 is the most important.
    ///   - isOld: a job of this age gives way under `age-limit`.
    mutating func ask(_ service: Int, priority: UInt8, isOld: (Int64) -> Bool) -> Admission {
        if jobs.count + asked < capacity {
            asked += 1
            return .taken
        }
        guard let other = victim(service, priority, isOld) else {
            counters.refused += 1
            return .refused
        }
        asked += 1
        counters.displaced += 1
        return .inPlaceOf(other)
    }

    /// Of those that wait: who gives way.
    private func victim(_ service: Int, _ priority: UInt8, _ isOld: (Int64) -> Bool) -> RecordPosition? {
        let waiting = lines[service].waiting
        switch overflow {
        case .rejectNew: return nil
        case .dropOldest: return waiting.first
        case .dropNewest: return waiting.last
        case .priority:
            return waiting.last { (jobs[$0]?.value.job?.priority ?? 0) > priority }
        case .ageLimit: return waiting.first.flatMap { isOld(jobs[$0]?.since ?? 0) ? $0 : nil }
        }
    }

    /// The place that was asked for is not needed.
    mutating func withdraw() { asked -= 1 }

    /// - Parameter isAsked: it has a place that `ask` gave it; else it takes one, beyond the bound if need be: it was
    ///   acknowledged.
    mutating func add(_ job: Job, isAsked: Bool, now: Instant) {
        if isAsked { asked -= 1 }
        seen[job.position] = nil
        guard jobs[job.position] == nil else { return }
        jobs[job.position] = job
        // It has just failed: at once it would again.
        if isAsked, lines[job.service].waiting.isEmpty, lines[job.service].running == 0 {
            lines[job.service].at = max(lines[job.service].at, now + Self.firstWait)
        }
        lines[job.service].waiting.append(job.position)
    }

    /// A job of a cell that is gone was found once more.
    ///
    /// - Parameter rank: of this cell among those that could do it.
    /// - Returns: whether it is this one's turn: members may lack what a majority has, so each waits for those before it. A
    ///   turn after which the job is still there comes again after 1, 2 and 4 sweeps, and then once a minute: the shard may
    ///   know it as done or as another's, and only this store not yet.
    mutating func isTurn(_ position: RecordPosition, rank: Int) -> Bool {
        if seen.count > Self.sweepSlice * 2 { seen = [:] }
        seen[position, default: 0] += 1
        let turn = seen[position, default: 0] - rank * 3
        return turn > 0 && (turn <= 8 ? turn.nonzeroBitCount == 1 : turn % 12 == 0)
    }

    /// When the next one may be tried; `distantFuture` where none waits.
    func nextTry() -> Instant {
        var next = Instant.distantFuture
        for line in lines where !line.waiting.isEmpty && line.running < line.most { next = min(next, line.at) }
        return next
    }

    /// The next job that may be tried now, under way from then on.
    mutating func next(now: Instant) -> Job? {
        for service in lines.indices where lines[service].at <= now && lines[service].running < lines[service].most {
            while let position = lines[service].waiting.popFirst() {
                guard jobs[position] != nil else { continue }
                lines[service].running += 1
                jobs[position]!.isRunning = true
                return jobs[position]
            }
        }
        return nil
    }

    /// It was tried.
    ///
    /// - Parameters:
    ///   - isDone: else it is tried again later, and with it all of its service.
    ///   - blockedFor: nothing was tried, for a gate lets nothing through for so long: that says how long to wait, and is no
    ///     failure after which the wait doubles. Nil: it was tried.
    mutating func tried(
        _ position: RecordPosition, isDone: Bool, blockedFor: TimeAmount? = nil, now: Instant
    ) {
        guard let job = jobs[position], job.isRunning else { return }
        lines[job.service].running -= 1
        if isDone {
            counters.done += 1
            jobs[position] = nil
            lines[job.service].wait = Self.firstWait
            lines[job.service].at = now
            lines[job.service].most = min(lines[job.service].most * 2, Self.mostRunning)
        } else {
            counters.failed += 1
            jobs[position]!.isRunning = false
            lines[job.service].waiting.prepend(position)
            lines[job.service].most = 1
            if let blockedFor {
                lines[job.service].at = now + min(max(blockedFor, Self.shortestWait), Self.longestWait)
                return
            }
            lines[job.service].at = now + lines[job.service].wait
            lines[job.service].wait = min(lines[job.service].wait * 2, Self.longestWait)
        }
    }

    /// It was carried out, and no majority could take its answer.
    mutating func keep(_ settled: ClaimValue, of position: RecordPosition) { jobs[position]?.settled = settled }

    /// It is somebody else's, or nobody's any more.
    mutating func remove(_ position: RecordPosition) {
        guard let job = jobs.removeValue(forKey: position) else { return }
        if job.isRunning {
            lines[job.service].running -= 1
        } else if let place = lines[job.service].waiting.firstIndex(of: position) {
            lines[job.service].waiting.remove(at: place)
        }
    }
}

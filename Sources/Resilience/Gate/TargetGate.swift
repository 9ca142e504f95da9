import MeshBase

/// All that stands between callers and one target (bulkhead > breaker), and all that is known of it: its results, how
/// long it takes, what it refuses. Made when the first call comes, by who sends calls there; its policy is passed in, so
/// that gates of a kind share it. Pure; no allocation per call but where somebody waits.
///
///     if gate.holdsBack(policy, priority: priority, now: now, using: &rng) { fail(.throttle) }    // once a call
///     let answer = gate.ask(ticket, policy, priority: priority, now: now, using: &rng)            // once an attempt
///     switch answer.verdict {
///     case .run(let permit): send()
///     case .wait(let until, let other): arm(until)
///     case .blocked(let by, let until): skip()
///     }
///     // At permit.overdueAt:   gate.overdue(&permit, policy, now: now, using: &rng)
///     // The attempt's end:     gate.ended(permit, end, took: took, policy, now: now, using: &rng)
///     // After an end, a look or a give back, and at gate.wakeAt:
///     while let turn = gate.next(policy, now: now, using: &rng) { ... }
///     // At gate.nextLook:      gate.look(policy, now: now) { tell($0) }
public struct TargetGate: Sendable {
    /// Who is out and who waits.
    public internal(set) var bulkhead: Bulkhead
    /// The breaker; influence, predictions and orders by hand go to it directly.
    public var breaker = Breaker()
    /// How long answers took.
    public internal(set) var durations = DurationRing()
    /// The limit of an attempt in force.
    public internal(set) var timeout: AdaptiveTimeout
    /// What was asked of the target, and what it took up.
    public internal(set) var throttle: ClientThrottle
    /// What moves the bulkhead's limit.
    public internal(set) var limit: ConcurrencyLimit
    /// The queue before the bulkhead, where one is declared.
    public internal(set) var queue = BackpressureQueue()
    /// What is wrong with the target.
    public internal(set) var detector: DependencyDetector
    /// Whether it is about to fail.
    public internal(set) var prediction: GatePrediction
    /// Results and refusals since the start.
    public internal(set) var counts = GateCounts()
    /// What was told of the breaker since the start.
    public private(set) var changes = BreakerChanges()
    /// When `look` is due, once a second.
    public internal(set) var nextLook: Instant
    var fullness = FullnessWatch()
    var inversion = InversionWatch()
    var leak: LeakWatch
    /// The limit when it was last told of.
    var toldLimit: Int
    /// A change of the breaker that no answer could carry.
    var untold: BreakerTransition?

    /// A gate of which nothing is known yet.
    ///
    /// - Parameter salt: unlike for each gate, such as a hash of its name: limits that measure do not measure together.
    public init(_ policy: GatePolicy, now: Instant, salt: UInt64 = 0) {
        bulkhead = Bulkhead(policy.bulkhead, now: now)
        limit = ConcurrencyLimit(policy.limit, now: now, salt: salt)
        bulkhead.resize(to: limit.value)
        toldLimit = limit.value
        timeout = AdaptiveTimeout(base: policy.attempt)
        throttle = ClientThrottle(policy.throttle, now: now)
        detector = DependencyDetector(timeout: policy.attempt)
        prediction = GatePrediction(now: now)
        leak = LeakWatch(limit: policy.held, now: now)
        nextLook = now + .seconds(1)
    }

    // MARK: Asking

    /// Whether the caller holds a request back by itself (C35): asked once a call, before its first attempt; one that is
    /// held back counts as a request, one that is not counts when it is sent.
    @inline(__always)
    public mutating func holdsBack<R: RandomNumberGenerator>(
        _ policy: GatePolicy, priority: Priority, now: Instant, using rng: inout R
    ) -> Bool {
        policy.hasThrottle && throttle.holdsBack(policy.throttle, priority: priority, now: now, using: &rng)
    }

    /// Whether an attempt may go now, later or not.
    ///
    /// - Parameters:
    ///   - ticket: the holder's name for the attempt, unlike any that waits here.
    ///   - deadline: after which a turn is of no use.
    @inline(__always)
    public mutating func ask<R: RandomNumberGenerator>(
        _ ticket: UInt64, _ policy: GatePolicy, priority: Priority, now: Instant,
        deadline: Instant = .distantFuture, using rng: inout R
    ) -> GateAnswer {
        if policy.queue == nil {
            // What waits for room has not been let through yet; but for a target that is cut off anyway none waits.
            if bulkhead.hasRoom(for: priority) { return enter(policy, priority, now, &rng) }
            return askLine(ticket, policy, priority, now, deadline)
        }
        return askQueue(ticket, policy, priority, now, deadline, &rng)
    }

    /// Takes the place that there is, and asks the breaker.
    @inline(__always)
    mutating func enter<R: RandomNumberGenerator>(
        _ policy: GatePolicy, _ priority: Priority, _ now: Instant, _ rng: inout R
    ) -> GateAnswer {
        var permit = GatePermit(breaker: nil, priority: priority, began: now)
        var transition: BreakerTransition?
        if policy.hasBreaker {
            let answer = breaker.ask(
                policy.breaker, priority: priority, limit: policy.attempt, now: now, using: &rng)
            transition = answer.transition
            switch answer.verdict {
            case .permitted(let given): permit.breaker = given
            case .refused(let until):
                counts.refused += 1
                return GateAnswer(.blocked(.breaker, until: until), transition)
            }
        }
        // Only now, though the bulkhead was asked first: nothing has to be undone where the breaker refuses.
        bulkhead.enter(priority, now: now)
        leak.began(now: now)
        if policy.hasThrottle { throttle.begun(policy.throttle, priority: priority, now: now) }
        counts.admitted += 1
        return GateAnswer(.run(permit), transition)
    }

    @inline(never)
    private mutating func askLine(
        _ ticket: UInt64, _ policy: GatePolicy, _ priority: Priority, _ now: Instant, _ deadline: Instant
    ) -> GateAnswer {
        if policy.hasBreaker, let until = breaker.refusesUntil(now: now) {
            counts.refused += 1
            return GateAnswer(.blocked(.breaker, until: until))
        }
        switch bulkhead.ask(ticket, policy.bulkhead, priority: priority, now: now, deadline: deadline) {
        case .wait(let until, let other): return GateAnswer(.wait(until: until, inPlaceOf: other))
        case .run, .refused: return GateAnswer(.blocked(policy.limit.kind.refusedBy, until: now + placeFree))
        }
    }

    /// About when a place becomes free: half of the answers take no longer.
    var placeFree: TimeAmount { durations.isReady ? max(durations.p50, .milliseconds(1)) : .milliseconds(100) }

    /// Whether an attempt would be turned away now: the breaker is open, or there is no place and nobody may wait for one.
    /// Changes nothing, so it cannot say that of probes. For who may ask another target first.
    ///
    /// Gate and policy are looked at in their places: both are large, and a method would be given copies.
    @inline(__always)
    public static func isBlocking(
        _ gate: UnsafePointer<TargetGate>, _ policy: UnsafePointer<GatePolicy>, priority: Priority, now: Instant
    ) -> Bool {
        if policy.pointee.hasBreaker, gate.pointee.breaker.refusesUntil(now: now) != nil { return true }
        return policy.pointee.queue == nil && policy.pointee.bulkhead.wait == .zero
            && !gate.pointee.bulkhead.hasRoom(for: priority)
    }

    /// Counts a change of the breaker for `figures`: whoever tells of one calls it, once for each.
    public mutating func count(_ change: BreakerTransition) { changes.count(change) }

    // MARK: Those that wait

    /// The turn of the next that waited; ask until there is none. Those that the breaker refuses have their turn, too.
    public mutating func next<R: RandomNumberGenerator>(
        _ policy: GatePolicy, now: Instant, using rng: inout R
    ) -> GateTurn? {
        if let queue = policy.queue { return nextOfQueue(policy, queue, now, &rng) }
        guard bulkhead.waiting > 0, let waiter = bulkhead.next(now: now) else { return nil }
        // `next` has taken the place that `enter` takes.
        bulkhead.giveBack(priority: waiter.priority, now: now)
        return GateTurn(ticket: waiter.ticket, answer: enter(policy, waiter.priority, now, &rng))
    }

    /// When `next` is worth asking though nothing has ended; `distantFuture` where it is not.
    public var wakeAt: Instant { queue.wakeAt }

    /// Takes an attempt out that waits: its time is over, or nobody wants it any more.
    ///
    /// - Returns: whether it still waited.
    @discardableResult public mutating func withdraw(_ ticket: UInt64, now: Instant) -> Bool {
        bulkhead.withdraw(ticket, now: now) || queue.withdraw(ticket, now: now)
    }

    /// Attempts that wait, in the line or the queue.
    public var waiting: Int { bulkhead.waiting + queue.depth + queue.waiting }

    // MARK: What attempts go by

    @inline(__always)
    func attemptLimit(_ policy: GatePolicy) -> TimeAmount { policy.timeout == nil ? policy.attempt : timeout.limit }

    /// What an attempt that begins now goes by.
    public func timing(_ policy: GatePolicy, now: Instant) -> TargetTiming {
        let limit = attemptLimit(policy)
        return TargetTiming(
            limit: limit,
            slowAfter: policy.hasBreaker ? policy.breaker.slowAfter(limit: policy.attempt) ?? .zero : .zero,
            hedgeAfter: durations.isReady ? policy.hedge.delay(durations) : nil,
            failureShare: policy.tellsFailureShare && policy.hasBreaker
                ? Float(breaker.rates(policy.breaker, now: now).failure) : 0)
    }
}

extension Breaker {
    /// Until when no call passes whatever it is; nil where one may. Changes nothing, so it says nothing of probes.
    @inline(__always)
    package func refusesUntil(now: Instant) -> Instant? {
        (state == .open || state == .forcedOpen) && now < until ? until : nil
    }
}

extension Bulkhead {
    /// Takes a place that `hasRoom` has told of.
    @inline(__always)
    mutating func enter(_ priority: Priority, now: Instant) { occupancy.enter(priority, now: now) }
}

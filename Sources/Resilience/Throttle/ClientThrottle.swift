import MeshBase

/// Client-side throttling (Beyer et al., Site Reliability Engineering, 2016, chapter 21): a caller whose requests are
/// mostly refused holds some back by itself, each with p = max(0, (requests - K accepts) / (requests + 1)), at most 0.9, so that
/// the target spends its time on work and not on refusing. Each class has its own account; critical has none and is
/// never held back. 10 buckets, 280 bytes, no allocation.
///
///     guard throttle.ask(policy, priority: priority, now: now, using: &rng) else { return fail() }
///     ...
///     throttle.accepted(policy, priority: priority, asked: began, now: now)   // it was not refused
///     throttle.withdraw(policy, priority: priority, asked: began, now: now)   // it never reached the target
///
/// A request is counted when it is asked for, also where it is held back: only then does the target see K times what
/// it accepts however much is wanted, where counting the sent ones alone would let the root of wanted x K x accepts
/// through. What another policy stopped on this side is withdrawn, for the target has said nothing about it.
public struct ClientThrottle: Sendable {
    /// By class (high, normal, low) and tenth.
    private var requests = InlineArray<30, UInt32>(repeating: 0)
    private var accepts = InlineArray<30, UInt32>(repeating: 0)
    private var requestSums = SIMD4<UInt32>.zero
    private var acceptSums = SIMD4<UInt32>.zero
    private var slot = 0
    /// When the present tenth ends.
    private var rollAt: Int64
    /// Held back since the start, by class.
    public private(set) var throttled = PriorityCounts()
    /// Bit n: the class of raw value n was held back when `changes` was last asked.
    private var active: UInt8 = 0

    /// Nothing counted.
    public init(_ policy: ThrottlePolicy, now: Instant) {
        rollAt = (now + .nanoseconds(policy.bucket)).nanoseconds
    }

    /// Whether a request may be sent; counts it.
    @inline(__always)
    public mutating func ask<R: RandomNumberGenerator>(
        _ policy: ThrottlePolicy, priority: Priority, now: Instant, using rng: inout R
    ) -> Bool {
        guard !holdsBack(policy, priority: priority, now: now, using: &rng) else { return false }
        sent(policy, priority: priority, now: now)
        return true
    }

    /// Whether a request is held back; counts it only then. For who may still be stopped elsewhere on this side, and says
    /// `sent` once it is not.
    @inline(__always)
    public mutating func holdsBack<R: RandomNumberGenerator>(
        _ policy: ThrottlePolicy, priority: Priority, now: Instant, using rng: inout R
    ) -> Bool {
        if priority == .critical { return false }
        if now.nanoseconds >= rollAt { roll(policy, now) }
        let index = Int(priority.rawValue)
        guard requestSums[index] >= UInt32(clamping: policy.volume), holds(policy, index, &rng) else { return false }
        count(index)
        throttled[priority] += 1
        return true
    }

    /// A request is sent.
    @inline(__always)
    public mutating func sent(_ policy: ThrottlePolicy, priority: Priority, now: Instant) {
        if priority == .critical { return }
        if now.nanoseconds >= rollAt { roll(policy, now) }
        count(Int(priority.rawValue))
    }

    /// A request is sent, and counts as taken up until `refused` says otherwise: what is under way has not been refused, and
    /// a target that takes its time would else be held off by all that it has not answered yet.
    @inline(__always)
    public mutating func begun(_ policy: ThrottlePolicy, priority: Priority, now: Instant) {
        if priority == .critical { return }
        sent(policy, priority: priority, now: now)
        let index = Int(priority.rawValue)
        accepts[(index - 1) * 10 + slot] &+= 1
        acceptSums[index] &+= 1
    }

    /// The target did not take up a request that had `begun`.
    ///
    /// - Parameter asked: when it was sent.
    public mutating func refused(_ policy: ThrottlePolicy, priority: Priority, asked: Instant, now: Instant) {
        guard priority != .critical, let place = place(policy, priority, asked, now), accepts[place] > 0 else { return }
        accepts[place] &-= 1
        acceptSums[Int(priority.rawValue)] &-= 1
    }

    @inline(__always)
    private mutating func count(_ index: Int) {
        requests[(index - 1) * 10 + slot] &+= 1
        requestSums[index] &+= 1
    }

    @inline(__always)
    private func holds<R: RandomNumberGenerator>(_ policy: ThrottlePolicy, _ index: Int, _ rng: inout R) -> Bool {
        let p = Self.probability(requests: requestSums[index], accepts: acceptSums[index], k: policy.k)
        guard p > 0 else { return false }
        return Double(rng.next() >> 11) * 0x1p-53 < p
    }

    /// One in ten is sent whatever became of the others: of fewer a target that is well again would be heard of too late.
    public static let most = 0.9

    /// The share of requests held back after so many and so many accepts, 0...`most`.
    @inline(__always)
    public static func probability(requests: UInt32, accepts: UInt32, k: Double) -> Double {
        min(max(0, (Double(requests) - k * Double(accepts)) / (Double(requests) + 1)), most)
    }

    /// The target took a request up, whatever it made of it.
    ///
    /// - Parameter asked: when `ask` was; an accept counts with its request and leaves with it.
    public mutating func accepted(_ policy: ThrottlePolicy, priority: Priority, asked: Instant, now: Instant) {
        guard priority != .critical, let place = place(policy, priority, asked, now) else { return }
        // One request, one accept, whatever the holder says.
        guard accepts[place] < requests[place] else { return }
        accepts[place] &+= 1
        acceptSums[Int(priority.rawValue)] &+= 1
    }

    /// A request was not sent after all, or nobody waited for its answer: it says nothing.
    ///
    /// - Parameter asked: when `ask` was.
    public mutating func withdraw(_ policy: ThrottlePolicy, priority: Priority, asked: Instant, now: Instant) {
        guard priority != .critical, let place = place(policy, priority, asked, now) else { return }
        guard accepts[place] < requests[place] else { return }
        requests[place] &-= 1
        requestSums[Int(priority.rawValue)] &-= 1
    }

    /// Where what was asked for then is counted; nil once that has left.
    @inline(__always)
    private mutating func place(_ policy: ThrottlePolicy, _ priority: Priority, _ asked: Instant, _ now: Instant)
        -> Int?
    {
        if now.nanoseconds >= rollAt { roll(policy, now) }
        let class10 = (Int(priority.rawValue) - 1) * 10
        let age = rollAt &- asked.nanoseconds
        if age <= policy.bucket { return class10 + slot }
        let ago = (age - 1) / policy.bucket
        guard ago < 10 else { return nil }
        return class10 + (slot + 10 - Int(ago)) % 10
    }

    @inline(never)
    private mutating func roll(_ policy: ThrottlePolicy, _ now: Instant) {
        let length = policy.bucket
        let steps = (now.nanoseconds - rollAt) / length + 1
        for _ in 0..<min(steps, 10) {
            slot = (slot + 1) % 10
            for index in 0..<3 {
                let place = index * 10 + slot
                requestSums[index + 1] &-= requests[place]
                acceptSums[index + 1] &-= accepts[place]
                requests[place] = 0
                accepts[place] = 0
            }
        }
        let end = rollAt.addingReportingOverflow(steps * length)
        rollAt = end.overflow ? .max : end.partialValue
    }

    /// The share of requests of a class that is held back now, 0...1 (metric `throttle_probability`).
    public func probability(_ policy: ThrottlePolicy, priority: Priority, now: Instant) -> Double {
        var current = self
        if now.nanoseconds >= rollAt { current.roll(policy, now) }
        let index = Int(priority.rawValue)
        guard index > 0, current.requestSums[index] >= UInt32(clamping: policy.volume) else { return 0 }
        return Self.probability(
            requests: current.requestSums[index], accepts: current.acceptSums[index], k: policy.k)
    }

    /// When the next tenth of what was counted leaves: no earlier is the chance another one, unless accepts come in.
    public var until: Instant { Instant(nanoseconds: rollAt) }

    /// Tells of each class whether it has begun to be held back (true) or is no longer (false) since this was last asked.
    public mutating func changes(_ policy: ThrottlePolicy, now: Instant, _ tell: (Priority, Bool) -> Void) {
        for priority in Priority.allCases where priority != .critical {
            let bit: UInt8 = 1 << priority.rawValue
            let isActive = probability(policy, priority: priority, now: now) > 0
            guard isActive != (active & bit != 0) else { continue }
            active ^= bit
            tell(priority, isActive)
        }
    }

    /// Why a request of a class is held back, for who is told.
    public func explanation(_ policy: ThrottlePolicy, priority: Priority, now: Instant) -> Explanation {
        var current = self
        if now.nanoseconds >= rollAt { current.roll(policy, now) }
        let requests = current.requestSums[Int(priority.rawValue)]
        let accepts = current.acceptSums[Int(priority.rawValue)]
        let p = current.probability(policy, priority: priority, now: now)
        return Explanation(
            "\(accepts) of \(requests) \(priority.name) requests accepted within"
                + " \(ShortNumber.text(policy.window.seconds)) s, K \(ShortNumber.text(policy.k)):"
                + " held back with \(ShortNumber.text(p))",
            [
                .init("requests", Double(requests)), .init("accepts", Double(accepts)), .init("k", policy.k),
                .init("probability", p),
            ])
    }
}

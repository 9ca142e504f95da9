import MeshBase

/// The way to the sizes of a peak and back (C32): 11 settings, each a tenth further; it stays for its time and comes
/// back by itself the same way, so that nobody has to remember. Ended early it goes back from where it is.
///
///     ramp.begin(policy, now: now)
///     if now >= ramp.nextStep { if let event = ramp.advance(policy, now: now) { tell(event) } }
///     pool.resize(usual.toward(peak, step: ramp.step))
public struct PeakRamp: Sendable, Equatable {
    /// Event `peak begun|reached|ended`.
    public enum Event: UInt8, Sendable {
        case begun, reached, ended
    }
    private enum Phase: Sendable, Equatable {
        case usual
        /// Since when, and from which step.
        case rising(Instant, from: Int)
        case held(until: Instant)
        case falling(Instant, from: Int)
    }
    private var phase = Phase.usual
    /// Tenths of the way, 0...10 (metric `peak_progress` is a tenth of it).
    public private(set) var step = 0
    /// When `advance` is due; `distantFuture` where nothing goes on.
    public private(set) var nextStep = Instant.distantFuture

    /// At the usual sizes.
    public init() {}

    /// Whether a peak goes on, from its beginning until the usual sizes are back.
    public var isActive: Bool { phase != .usual }

    /// Begins, or turns round on the way back; one that rises or is held lasts anew.
    ///
    /// - Returns: `begun`, unless it was going on.
    public mutating func begin(_ policy: PeakPolicy, now: Instant) -> Event? {
        switch phase {
        case .rising: return nil
        case .held:
            phase = .held(until: now + policy.lasts)
            nextStep = now + policy.lasts
            return nil
        case .usual, .falling:
            phase = .rising(now, from: step)
            nextStep = now + policy.stepLength
            return .begun
        }
    }

    /// Goes back from where it is.
    public mutating func end(_ policy: PeakPolicy, now: Instant) {
        switch phase {
        case .usual, .falling: return
        case .rising, .held:
            phase = .falling(now, from: step)
            // At the usual sizes already: the next look ends it.
            nextStep = step == 0 ? now : now + policy.stepLength
        }
    }

    /// Takes the steps that are due; after a stall all of them at once. One event at most: ask again while `nextStep` is
    /// due.
    public mutating func advance(_ policy: PeakPolicy, now: Instant) -> Event? {
        guard now >= nextStep else { return nil }
        switch phase {
        case .usual:
            nextStep = .distantFuture
            return nil
        case .rising(let since, let from):
            step = min(10, from + Self.steps(now - since, policy))
            guard step == 10 else {
                nextStep = since + policy.stepLength * Int64(step - from + 1)
                return nil
            }
            let reached = since + policy.stepLength * Int64(10 - from)
            phase = .held(until: reached + policy.lasts)
            nextStep = reached + policy.lasts
            return .reached
        case .held(let until):
            phase = .falling(until, from: 10)
            nextStep = until + policy.stepLength
            return now >= nextStep ? advance(policy, now: now) : nil
        case .falling(let since, let from):
            step = max(0, from - Self.steps(now - since, policy))
            guard step == 0 else {
                nextStep = since + policy.stepLength * Int64(from - step + 1)
                return nil
            }
            phase = .usual
            nextStep = .distantFuture
            return .ended
        }
    }

    private static func steps(_ passed: TimeAmount, _ policy: PeakPolicy) -> Int {
        Int(min(max(passed.nanoseconds, 0) / policy.stepLength.nanoseconds, 10))
    }
}

/// Sees a peak come by itself: a load of so many times its mean of the last hour, at three looks in a row.
public struct PeakTrigger: Sendable {
    /// Looks in a row.
    public static let looks = 3
    /// Looks without which the mean is none.
    public static let volume = 60
    private var sums = InlineArray<60, Double>(repeating: 0)
    private var counts = InlineArray<60, UInt32>(repeating: 0)
    private var minute: Int64?
    private var run = 0

    /// Nothing seen.
    public init() {}

    /// The mean of the last hour; nil before there were `volume` looks.
    public var mean: Double? {
        var sum = 0.0
        var count: UInt32 = 0
        for slot in 0..<60 {
            sum += sums[slot]
            count += counts[slot]
        }
        return count >= Self.volume ? sum / Double(count) : nil
    }

    /// One look, about once a second.
    ///
    /// - Parameter load: requests a second, or any other measure; what is no number is left out.
    /// - Returns: whether a peak begins. The looks of it are not told again before the load was lower once.
    public mutating func look(_ load: Double, _ policy: PeakPolicy, now: Instant) -> Bool {
        guard load.isFinite, load >= 0 else { return false }
        advance(now)
        // Judged by what was before it, else a peak would hide itself.
        if let at = policy.at, let mean, mean > 0, load >= at * mean {
            run = min(run + 1, Self.looks + 1)
        } else {
            run = 0
        }
        let slot = Int((minute ?? 0) % 60)
        sums[slot] += load
        counts[slot] &+= 1
        return run == Self.looks
    }

    private mutating func advance(_ now: Instant) {
        let to = max(now.nanoseconds, 0) / 60_000_000_000
        guard let from = minute else {
            minute = to
            return
        }
        guard to > from else { return }
        for step in 1...min(to - from, 60) {
            let slot = Int((from + step) % 60)
            sums[slot] = 0
            counts[slot] = 0
        }
        minute = to
    }
}

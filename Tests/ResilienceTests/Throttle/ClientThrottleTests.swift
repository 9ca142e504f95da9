import MeshBase
import Testing

@testable import Resilience

/// Draws what it is told to.
private struct Fixed: RandomNumberGenerator {
    var value: Double
    mutating func next() -> UInt64 { UInt64(value * 0x1p53) << 11 }
}

@Suite struct ClientThrottleTests {
    let start = Instant.zero

    private func counted(
        _ policy: ThrottlePolicy, requests: Int, accepts: Int, priority: Priority = .normal, at now: Instant
    ) -> ClientThrottle {
        var throttle = ClientThrottle(policy, now: now)
        var never = Fixed(value: 0.999_999)
        for index in 0..<requests {
            _ = throttle.ask(policy, priority: priority, now: now, using: &never)
            if index < accepts { throttle.accepted(policy, priority: priority, asked: now, now: now) }
        }
        return throttle
    }

    @Test func conformance15ClientThrottle() {
        let policy = ThrottlePolicy(k: 1 / 0.9, window: .minutes(2))
        let throttle = counted(policy, requests: 120, accepts: 90, at: start)
        let p = throttle.probability(policy, priority: .normal, now: start)
        #expect(abs(p - 20.0 / 121) < 1e-12)
        var below = throttle
        var rng = Fixed(value: p - 1e-9)
        #expect(below.ask(policy, priority: .normal, now: start, using: &rng) == false)
        var above = throttle
        rng = Fixed(value: p + 1e-9)
        #expect(above.ask(policy, priority: .normal, now: start, using: &rng) == true)
        // Counted when it is sent: the answer is not there yet.
        let next = above.probability(policy, priority: .normal, now: start)
        #expect(abs(next - 21.0 / 122) < 1e-12)
        #expect(ThrottlePolicy.seed.k == 2 && ThrottlePolicy.seed.window == .minutes(2))
    }

    @Test func whatIsHeldBackIsCountedToo() {
        let policy = ThrottlePolicy()
        var throttle = counted(policy, requests: 100, accepts: 0, at: start)
        var always = Fixed(value: 0)
        #expect(throttle.ask(policy, priority: .normal, now: start, using: &always) == false)
        #expect(abs(throttle.probability(policy, priority: .normal, now: start) - 0.9) < 1e-12)
        #expect(throttle.throttled[.normal] == 1 && throttle.throttled.total == 1)
    }

    @Test func fewRequestsAreNeverHeldBack() {
        let policy = ThrottlePolicy()
        var throttle = counted(policy, requests: 19, accepts: 0, at: start)
        var always = Fixed(value: 0)
        #expect(throttle.ask(policy, priority: .normal, now: start, using: &always) == true)
        #expect(throttle.ask(policy, priority: .normal, now: start, using: &always) == false)
    }

    @Test func eachClassHasItsOwnAccountAndCriticalNone() {
        let policy = ThrottlePolicy()
        var throttle = counted(policy, requests: 100, accepts: 0, priority: .low, at: start)
        var always = Fixed(value: 0)
        #expect(throttle.ask(policy, priority: .normal, now: start, using: &always) == true)
        #expect(throttle.ask(policy, priority: .high, now: start, using: &always) == true)
        for _ in 0..<1_000 {
            #expect(throttle.ask(policy, priority: .critical, now: start, using: &always) == true)
        }
        #expect(throttle.probability(policy, priority: .critical, now: start) == 0)
        #expect(throttle.ask(policy, priority: .low, now: start, using: &always) == false)
    }

    @Test func withdrawnRequestsSayNothing() {
        let policy = ThrottlePolicy()
        var throttle = counted(policy, requests: 40, accepts: 10, at: start)
        for _ in 0..<20 { throttle.withdraw(policy, priority: .normal, asked: start, now: start) }
        #expect(throttle.probability(policy, priority: .normal, now: start) == 0)
        // No more than there are, and never below what was accepted.
        for _ in 0..<20 { throttle.withdraw(policy, priority: .normal, asked: start, now: start) }
        for _ in 0..<50 { throttle.accepted(policy, priority: .normal, asked: start, now: start) }
        #expect(throttle.explanation(policy, priority: .normal, now: start).numbers[0].value == 10)
        #expect(throttle.explanation(policy, priority: .normal, now: start).numbers[1].value == 10)
    }

    @Test func theOldestTenthLeavesWholeWithItsAccepts() {
        let policy = ThrottlePolicy(window: .seconds(10))
        var throttle = ClientThrottle(policy, now: start)
        var never = Fixed(value: 0.999_999)
        for second in Int64(0)..<10 {
            let now = start + .seconds(second)
            for _ in 0..<10 { _ = throttle.ask(policy, priority: .normal, now: now, using: &never) }
        }
        // Answers to the first second, given in the last: they leave with their requests.
        let last = start + .milliseconds(9_999)
        for _ in 0..<10 { throttle.accepted(policy, priority: .normal, asked: start, now: last) }
        #expect(abs(throttle.probability(policy, priority: .normal, now: last) - 80.0 / 101) < 1e-12)
        let next = start + .seconds(10)
        #expect(abs(throttle.probability(policy, priority: .normal, now: next) - 0.9) < 1e-12)
        // An answer to what has left already counts nowhere, though its tenth is in use again.
        throttle.sent(policy, priority: .normal, now: next)
        throttle.accepted(policy, priority: .normal, asked: start, now: next)
        #expect(abs(throttle.probability(policy, priority: .normal, now: next) - 0.9) < 1e-12)
        #expect(throttle.until == start + .seconds(11))
        #expect(throttle.probability(policy, priority: .normal, now: start + .hours(3)) == 0)
    }

    /// However much is wanted, the target sees about K times what it takes.
    @Test(arguments: [(2.0, UInt64(31)), (1.2, 32)]) func theTargetSeesKTimesWhatItTakes(k: Double, seed: UInt64) {
        let policy = ThrottlePolicy(k: k, window: .seconds(10))
        var throttle = ClientThrottle(policy, now: start)
        var rng = Generator(seed: seed)
        var sent = 0
        var accepted = 0
        for step in 0..<60_000 {
            // 1 000 a second are wanted, 100 a second are taken.
            let now = start + .milliseconds(Int64(step))
            if step == 30_000 {
                sent = 0
                accepted = 0
            }
            guard throttle.ask(policy, priority: .normal, now: now, using: &rng) else { continue }
            sent += 1
            if accepted * 1_000 < (step - (step >= 30_000 ? 30_000 : 0)) * 100 {
                accepted += 1
                throttle.accepted(policy, priority: .normal, asked: now, now: now)
            }
        }
        #expect(abs(Double(sent) / 3_000 - k) < 0.1 * k, "seed \(seed): sent \(sent)")
    }

    @Test func beginningAndEndAreToldOnce() {
        let policy = ThrottlePolicy.local
        var throttle = counted(policy, requests: 100, accepts: 0, priority: .low, at: start)
        var told: [String] = []
        func look(_ now: Instant) { throttle.changes(policy, now: now) { told.append("\($0.name) \($1)") } }
        look(start)
        look(start)
        look(start + .seconds(20))
        #expect(told == ["low true", "low false"])
    }

    @Test func whatCannotBeIsMadeSound() {
        let policy = ThrottlePolicy(k: .nan, window: .zero, volume: -1)
        #expect(policy.k == 2 && policy.window == .milliseconds(10) && policy.volume == 1)
        #expect(ThrottlePolicy(k: 0.1).k == 1)
        let throttle = counted(ThrottlePolicy(), requests: 100, accepts: 20, at: start)
        #expect(
            throttle.explanation(ThrottlePolicy(), priority: .normal, now: start).detail
                == "20 of 100 normal requests accepted within 120 s, K 2: held back with 0.59")
    }
}

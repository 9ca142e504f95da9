import Foundation
import MeshBase
import Testing

@testable import Resilience

/// Errors, steps and the controller.
@Suite struct LookedAtLimitTests {
    let start = Instant.zero

    private func look(_ limit: inout ConcurrencyLimit, _ policy: LimitPolicy, inUse: Double, at: TimeAmount) {
        limit.look(meanInUse: inUse, policy, now: start + at)
    }

    @Test func errorsHalveAndTheirAbsenceDoubles() {
        let policy = LimitPolicy.seed(20)
        #expect(policy.kind == .step)
        let errors = LimitPolicy.of(.errors, 20, isLocal: false)
        var limit = ConcurrencyLimit(errors, now: start)
        for _ in 0..<19 { limit.ended(.failed, inFlight: 1, errors, now: start) }
        look(&limit, errors, inUse: 1, at: .seconds(1))
        #expect(limit.value == 20)  // 19 calls say nothing.
        limit.ended(.dropped, inFlight: 1, errors, now: start)
        look(&limit, errors, inUse: 1, at: .milliseconds(1_999))
        #expect(limit.value == 20)  // Not due.
        look(&limit, errors, inUse: 1, at: .seconds(2))
        #expect(limit.value == 10)
        // 16 good ones: 4 of 20 are a fifth, which is not more than a fifth.
        for _ in 0..<15 { limit.ended(.answered(.seconds(1)), inFlight: 1, errors, now: start) }
        look(&limit, errors, inUse: 1, at: .seconds(3))
        #expect(limit.value == 10)
        limit.ended(.answered(.seconds(1)), inFlight: 1, errors, now: start)
        look(&limit, errors, inUse: 1, at: .seconds(4))
        #expect(limit.value == 20)
        for _ in 0..<3 { limit.ended(.answered(.seconds(1)), inFlight: 1, errors, now: start) }
        look(&limit, errors, inUse: 1, at: .seconds(5))
        #expect(limit.value == 20)  // One of 20 is a twentieth.
        limit.ended(.nothing, inFlight: 1, errors, now: start)
        look(&limit, errors, inUse: 1, at: .seconds(6))
        #expect(limit.value == 20)
        limit.ended(.answered(.seconds(1)), inFlight: 1, errors, now: start)
        look(&limit, errors, inUse: 1, at: .seconds(7))
        #expect(limit.value == 40)
        #expect(limit.changes == 3)
        #expect(limit.explanation(errors).detail == "limit 40 by rule errors, 5 to 100, error share 0 of 20")
    }

    @Test func errorsStayWithinTheirBounds() {
        let small = LimitPolicy.of(.errors, 6, isLocal: false)
        #expect(small.bounds == 5...100)
        var limit = ConcurrencyLimit(small, now: start)
        for _ in 0..<20 { limit.ended(.failed, inFlight: 1, small, now: start) }
        look(&limit, small, inUse: 1, at: .seconds(1))
        #expect(limit.value == 5)
        let large = LimitPolicy.of(.errors, 80, isLocal: false)
        var other = ConcurrencyLimit(large, now: start)
        for _ in 0..<20 { other.ended(.answered(.zero), inFlight: 1, large, now: start) }
        look(&other, large, inUse: 1, at: .seconds(1))
        #expect(other.value == 100)
        let local = LimitPolicy.local(4, workers: 6)
        #expect(local.kind == .errors && local.bounds == 2...6)
        // A base below the least moves the least: nobody asked for more than one.
        #expect(LimitPolicy.local(1, workers: 6).bounds == 1...6)
        #expect(LimitPolicy(.step, base: 0, bounds: -4 ... -2).bounds == 1...1)
    }

    @Test func stepsExpandWhileFullAndWell() {
        var policy = LimitPolicy.seed(20)
        policy.objective = .milliseconds(100)
        #expect(policy.bounds == 10...80)
        var limit = ConcurrencyLimit(policy, now: start)
        func calls(_ good: Int, _ slow: Int) {
            for _ in 0..<good { limit.ended(.answered(.milliseconds(100)), inFlight: 1, policy, now: start) }
            for _ in 0..<slow { limit.ended(.answered(.milliseconds(101)), inFlight: 1, policy, now: start) }
        }
        calls(100, 0)
        look(&limit, policy, inUse: 20, at: .seconds(59))
        #expect(limit.value == 20)  // The cool-down is not over.
        calls(100, 0)
        look(&limit, policy, inUse: 16, at: .seconds(60))
        #expect(limit.value == 20)  // 80 % is not above 80 %.
        calls(95, 5)
        look(&limit, policy, inUse: 17, at: .seconds(61))
        #expect(limit.value == 20)  // 95 % is not above 95 %.
        calls(96, 4)
        look(&limit, policy, inUse: 17, at: .seconds(62))
        #expect(limit.value == 25)
        calls(100, 0)
        look(&limit, policy, inUse: 25, at: .seconds(121))
        #expect(limit.value == 25)
        calls(100, 0)
        look(&limit, policy, inUse: 25, at: .seconds(122))
        #expect(limit.value == 31)
        for second in 1...20 {
            calls(100, 0)
            look(&limit, policy, inUse: 80, at: .seconds(122 + Int64(second) * 60))
        }
        #expect(limit.value == 80)
    }

    @Test func stepsContractWhereLittleIsInUseForLong() {
        let policy = LimitPolicy.seed(20)
        var limit = ConcurrencyLimit(policy, now: start)
        look(&limit, policy, inUse: 1, at: .seconds(299))
        #expect(limit.value == 20)
        look(&limit, policy, inUse: 6, at: .seconds(300))
        #expect(limit.value == 20)  // 30 % is not below 30 %.
        look(&limit, policy, inUse: 5.9, at: .seconds(301))
        #expect(limit.value == 15)
        look(&limit, policy, inUse: 0, at: .seconds(600))
        #expect(limit.value == 15)
        look(&limit, policy, inUse: 0, at: .seconds(601))
        #expect(limit.value == 12)
        for round in 1...9 { look(&limit, policy, inUse: 0, at: .seconds(601 + 300 * Int64(round))) }
        #expect(limit.value == 10)
    }

    @Test func fewCallsAreKeptForTheNextLook() {
        var policy = LimitPolicy.seed(20)
        policy.coolDown = .zero
        var limit = ConcurrencyLimit(policy, now: start)
        for _ in 0..<10 { limit.ended(.answered(.zero), inFlight: 1, policy, now: start) }
        look(&limit, policy, inUse: 20, at: .seconds(1))
        #expect(limit.value == 20)
        for _ in 0..<10 { limit.ended(.answered(.zero), inFlight: 1, policy, now: start) }
        look(&limit, policy, inUse: 20, at: .seconds(2))
        #expect(limit.value == 25)
    }

    // MARK: PID

    /// With the error held at e, the size after n seconds is the product of 1 + e (Kp + Ki k) for k = 1...n.
    @Test func pidWithAConstantErrorFollowsItsProduct() {
        let policy = LimitPolicy(.pid, base: 1_000, bounds: 1...1_000_000)
        var state = PIDLimit(size: 1_000)
        var expected = 1_000.0
        for k in 1...20 {
            state.look(meanInUse: state.size * (0.75 + 0.1), over: .seconds(1), policy)
            expected *= 1 + 0.1 * (0.5 + 0.1 * Double(k))
            #expect(abs(state.size / expected - 1) < 1e-9)
        }
    }

    /// The step response: at the moment 0 the size is off by a small share. (1 + Kd s) x'' + Kp s x' + Ki s x = 0 is a
    /// damped oscillation; a fine discrete run must lie on it.
    @Test func pidStepResponseIsTheDampedOscillation() {
        var policy = LimitPolicy(.pid, base: 1_000_000, bounds: 1...100_000_000)
        policy.every = .milliseconds(5)
        let s = 0.75
        let kp = 0.5
        let ki = 0.1
        let kd = 0.05
        let inertia = 1 + kd * s
        let decay = kp * s / (2 * inertia)
        let omega = (ki * s / inertia - decay * decay).squareRoot()
        let damping = decay / (ki * s / inertia).squareRoot()
        #expect(abs(damping - 0.67) < 0.005)
        let x0 = 1e-4
        let settled = 1_000_000.0 / (1 + x0)
        let inUse = settled * s
        var state = PIDLimit(size: 1_000_000)
        let slope0 = -kp * s * x0 / inertia
        var worst = 0.0
        var undershoot = 0.0
        for step in 1...6_000 {
            state.look(meanInUse: inUse, over: .milliseconds(5), policy)
            let t = Double(step) * 0.005
            let closed = exp(-decay * t) * (x0 * cos(omega * t) + (slope0 + decay * x0) / omega * sin(omega * t))
            let x = state.size / settled - 1
            worst = max(worst, abs(x - closed))
            undershoot = min(undershoot, closed)
        }
        #expect(worst < 0.01 * x0)
        // It does swing through: the closed form is no mere decay here.
        #expect(undershoot < -0.01 * x0)
    }

    @Test func pidHoldsAShareOfItsSizeInUse() {
        let policy = LimitPolicy(.pid, base: 20, bounds: 10...80)
        var limit = ConcurrencyLimit(policy, now: start)
        var now = start
        for _ in 0..<120 {
            now += .seconds(1)
            limit.look(meanInUse: 45, policy, now: now)
        }
        #expect(limit.value == 60)
    }

    @Test func pidAtABoundComesBackAtOnce() {
        let policy = LimitPolicy(.pid, base: 20, bounds: 10...40)
        var limit = ConcurrencyLimit(policy, now: start)
        var now = start
        for _ in 0..<600 {
            now += .seconds(1)
            limit.look(meanInUse: Double(limit.value), policy, now: now)
        }
        #expect(limit.value == 40)
        // Ten minutes at the bound have left no debt: it falls with the first seconds of little use.
        for _ in 0..<3 {
            now += .seconds(1)
            limit.look(meanInUse: 4, policy, now: now)
        }
        #expect(limit.value < 20)
    }

    @Test func aLateLookIsNoLeap() {
        let policy = LimitPolicy(.pid, base: 20, bounds: 1...1_000)
        var late = ConcurrencyLimit(policy, now: start)
        look(&late, policy, inUse: 20, at: .hours(1))
        var twice = PIDLimit(size: 20)
        twice.look(meanInUse: 20, over: .seconds(2), policy)
        #expect(late.value == twice.limit)
        #expect(late.nextLook == start + .hours(1) + .seconds(1))
    }
}

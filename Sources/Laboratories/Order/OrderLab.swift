import MeshBase
import Resilience

/// The same policies in three orders, on the same requests and the same failures (C26).
package enum OrderLab {
    /// What is tried.
    package struct Settings: Sendable, Equatable {
        /// Calls a second, 1...1000.
        package var rate = 50.0
        /// Of each call, 1...8.
        package var attempts = 3
        /// Calls at once at the gate, 1...1000.
        package var concurrent = 20
        /// Mean time of an attempt, 1 ms...1 s.
        package var service = TimeAmount.milliseconds(20)
        /// Of the attempts in the second part, so many fail, 0...1.
        package var failures = 0.3
        /// Of the run.
        package var seed: UInt64 = 1

        /// Three attempts, of which 30 % fail for a while.
        package init() {}

        func check() throws(LabRefusal) {
            try LabRefusal.check("rate", rate, 1...1_000)
            try LabRefusal.check("attempts", attempts, 1...8)
            try LabRefusal.check("concurrent", concurrent, 1...1_000)
            try LabRefusal.check("seconds of service", service.seconds, 0.001...1)
            try LabRefusal.check("failures", failures, 0...1)
        }

        func plan(_ order: PolicyOrder) -> CallPlan {
            var timeouts = TimeoutPolicy.local
            timeouts.call = .seconds(2)
            timeouts.attempt = .milliseconds(500)
            return CallPlan(
                isSpread: false, order: order, timeouts: timeouts, deadline: .none,
                retry: RetryPolicy(
                    attempts: attempts, on: [.transient, FailureKinds(.failed)], backoff: .local,
                    budget: RetryBudgetPolicy(ratio: 10, floor: 1_000_000)), hedge: .off)
        }

        var gate: GatePolicy {
            var breaker = BreakerPolicy.local
            breaker.predict = .off
            // At half of all failing the orders differ most.
            (breaker.failureRate, breaker.volume, breaker.consecutive, breaker.reopen) = (0.5, 5, 5, .first)
            breaker.consecutiveFor = .zero
            return GatePolicy(
                bulkhead: BulkheadPolicy(concurrent: concurrent, wait: .milliseconds(50)), breaker: breaker,
                throttle: nil, attempt: .milliseconds(500), timeout: nil)
        }
    }

    /// The parts of the trace, in seconds: calm, some attempts fail, all fail, calm.
    package static let parts = (someFail: 30, allFail: 60, calm: 80, end: 110)

    /// Runs the three orders.
    package static func run(_ settings: Settings) throws(LabRefusal) -> OrderLabReport {
        try settings.check()
        return OrderLabReport(settings: settings, orders: PolicyOrder.allCases.map { row(settings, $0) })
    }

    private static func row(_ settings: Settings, _ order: PolicyOrder) -> OrderLabReport.Row {
        let model = ChainModel(
            hops: [.init(plan: settings.plan(order), gate: settings.gate)], workers: 1_000_000, queue: 0,
            withdraws: true, rate: settings.rate, end: .zero + .seconds(Int64(parts.end)), seed: settings.seed)
        var run = ChainRun(model, OrderLeaf(settings: settings))
        run.run()
        return OrderLabReport.Row(order, run)
    }
}

/// Fails by the part of the trace, and by (call, attempt) alike whatever the order.
struct OrderLeaf: LeafModel {
    let settings: OrderLab.Settings

    func refusal(request: UInt64, attempt: UInt64, replica: Int, now: Instant) -> LeafWork? { nil }

    func work(request: UInt64, attempt: UInt64, replica: Int, now: Instant) -> LeafWork {
        var random = Generator(seed: settings.seed, concern: "lab/order/work", node: request, counter: attempt)
        let fate = random.unit()
        let took = random.exponentialTime(mean: settings.service)
        let second = Int(now.nanoseconds / 1_000_000_000)
        let parts = OrderLab.parts
        let share: Double =
            switch second {
            case parts.someFail..<parts.allFail: settings.failures
            case parts.allFail..<parts.calm: 1
            default: 0
            }
        return LeafWork(took: took, end: fate < share ? AttemptEnd(.failed, .reset) : .ok)
    }
}

import BenchmarkSupport
import MeshBase
import Resilience

/// Each policy that stands in the way of every request. Exits with 1 where one is above its limit, or allocates.
///
///     swift run -c release policies-benchmark [--rounds N] [--closed NS] [--open NS] [--chain NS]
///
/// The limits are of a breaker's check and result while it is closed, of its refusal while it is open, and of a call that
/// five policies let through; without a flag nothing is held against them.
enum PolicyBenchmark {
    static func run() -> Int32 {
        guard let flags = Benchmark.flags(["--rounds", "--closed", "--open", "--chain"]) else { return 64 }
        var benchmark = Benchmark(calls: 1_000_000, rounds: Int(min(flags["--rounds"] ?? 9, 1_000)))
        let closed = flags["--closed"]
        benchmark.measure("breaker closed, local", limit: closed) { pass(.local, calls: $0) }
        benchmark.measure("breaker closed, seed", limit: closed) { pass(.seed, calls: $0) }
        for preset in BreakerPolicy.Preset.allCases where [.database, .standard, .strict].contains(preset) {
            benchmark.measure("breaker closed, \(preset.rawValue)", limit: closed) {
                pass(BreakerPolicy(preset: preset), calls: $0)
            }
        }
        benchmark.measure("breaker open", limit: flags["--open"]) { refuse(calls: $0) }
        benchmark.measure("gate: throttle, bulkhead, breaker", limit: flags["--chain"]) { enter(calls: $0) }
        benchmark.measure("call: deadline, retry and the gate", limit: flags["--chain"]) { chain(calls: $0) }
        benchmark.measure("counting an attempt and its time", limit: nil) { count(calls: $0) }
        return benchmark.report("; Breaker is \(MemoryLayout<Breaker>.stride) bytes")
    }

    /// What a router counts of each attempt and each answer.
    private static func count(calls: Int) {
        var table = LatencyTable(rows: 12)
        for call in 0..<calls { table.record(.microseconds(Int64(call & 0xFFFF)), in: call % 12) }
        Benchmark.consume(table)
    }

    /// A call every 10 us of 1 ms each, one of 64 a failure.
    private static func pass(_ policy: BreakerPolicy, calls: Int) {
        var breaker = Breaker()
        var rng = Generator(seed: 1)
        var now = Instant.zero
        for call in 0..<calls {
            let answer = breaker.ask(policy, priority: .normal, limit: .seconds(1), now: now, using: &rng)
            guard let permit = answer.permit else { fatalError("a healthy target was cut off") }
            let mark: Mark = call & 63 == 63 ? .failure : .success
            let change = breaker.record(permit, mark, policy, now: now + .milliseconds(1), using: &rng)
            if change != nil { fatalError("a healthy target was cut off") }
            now += .microseconds(10)
        }
        Benchmark.consume(breaker)
    }

    private static func refuse(calls: Int) {
        let policy = BreakerPolicy.seed
        var breaker = Breaker()
        var rng = Generator(seed: 1)
        var now = Instant.zero
        while breaker.state == .closed, let permit = breaker.ask(policy, now: now, using: &rng).permit {
            _ = breaker.record(permit, .failure, policy, now: now, using: &rng)
        }
        var refused = 0
        for _ in 0..<calls {
            if isRefused(&breaker, policy, now, &rng) { refused += 1 }
            now += .microseconds(10)
        }
        guard refused == calls else { fatalError("an open breaker let a call through") }
        Benchmark.consume(breaker)
    }

    // A call of its own: within the loop nothing would be left of it, since nothing changes.
    @inline(never) private static func isRefused(
        _ breaker: inout Breaker, _ policy: BreakerPolicy, _ now: Instant, _ rng: inout Generator
    ) -> Bool {
        breaker.ask(policy, limit: .seconds(1), now: now, using: &rng).until != nil
    }

    /// A gate as each cell and service has one in profile local: what it holds back, who finds room, what is cut off.
    private static func enter(calls: Int) {
        let policy = GatePolicy.local
        var gate = TargetGate(policy, now: .zero)
        var rng = Generator(seed: 1)
        var now = Instant.zero
        for call in 0..<calls {
            if gate.holdsBack(policy, priority: .normal, now: now, using: &rng) { fatalError("held back") }
            let answer = gate.ask(UInt64(call), policy, priority: .normal, now: now, using: &rng)
            guard let permit = answer.permit else { fatalError("a healthy target was cut off") }
            now += .microseconds(10)
            gate.ended(
                permit, .ok, took: .microseconds(10), mark: .success, policy, now: now, using: &rng)
        }
        Benchmark.consume(gate)
    }

    /// A call that five policies let through: its deadline, its retries with their budget, and the three of the gate.
    private static func chain(calls: Int) {
        let policy = GatePolicy.local
        var gate = TargetGate(policy, now: .zero)
        var scope = CallScope(.local)
        var rng = Generator(seed: 1)
        var now = Instant.zero
        for call in 0..<calls {
            if gate.holdsBack(policy, priority: .normal, now: now, using: &rng) { fatalError("held back") }
            var state = CallState(targets: 1, deadline: now + .seconds(1), safety: .read, in: &scope, now: now)
            var permit: GatePermit?
            var token: CallToken?
            while permit == nil, let directive = state.next(in: &scope, now: now) {
                guard case .start(let start) = directive else { continue }
                permit = gate.ask(UInt64(call), policy, priority: .normal, now: now, using: &rng).permit
                token = start.token
                _ = state.sent(start.token, gate.timing(policy, now: now), in: &scope, now: now)
            }
            guard let permit, let token else { fatalError("a healthy target was cut off") }
            now += .microseconds(10)
            let mark = state.ended(token, .ok, in: &scope, now: now, using: &rng)
            gate.ended(permit, .ok, took: .microseconds(10), mark: mark, policy, now: now, using: &rng)
            while state.next(in: &scope, now: now) != nil {}
            guard state.isSettled else { fatalError("a call that was answered goes on") }
        }
        Benchmark.consume((gate, scope))
    }
}

import CAllocations
import Glibc
import MeshBase
import Resilience

/// Nanoseconds and allocations per call of each policy that stands in the way of every request: the least of some rounds,
/// for what else the machine does only adds. Exits with 1 where one is above its limit, or allocates.
///
///     swift run -c release policies-benchmark [--rounds N] [--closed NS] [--open NS]
///
/// The limits are of a breaker's check and result while it is closed, and of its refusal while it is open; without a flag
/// nothing is held against them.
enum PolicyBenchmark {
    struct Row {
        let name: String
        let nanoseconds: Double
        let allocations: Int
        let limit: Double?
    }

    static let calls = 1_000_000

    static func run(_ arguments: [String]) -> Int32 {
        var rounds = 9
        var closed: Double?
        var open: Double?
        var rest = arguments[...]
        while let flag = rest.popFirst() {
            guard let word = rest.popFirst(), let value = Double(word), value > 0 else { return usage() }
            switch flag {
            case "--rounds": rounds = max(Int(min(value, 1000)), 1)
            case "--closed": closed = value
            case "--open": open = value
            default: return usage()
            }
        }
        guard allocations({ consume([Int](repeating: 1, count: calls)) }) > 0 else {
            print("allocations are not seen: malloc of this program is not the one that is called")
            return 2
        }
        var rows = [
            measure("breaker closed, local", rounds, limit: closed) { pass(.local) },
            measure("breaker closed, seed", rounds, limit: closed) { pass(.seed) },
        ]
        for preset in BreakerPolicy.Preset.allCases where [.database, .standard, .strict].contains(preset) {
            rows.append(
                measure("breaker closed, \(preset.rawValue)", rounds, limit: closed) {
                    pass(BreakerPolicy(preset: preset))
                })
        }
        rows.append(measure("breaker open", rounds, limit: open, refuse))
        print(
            "ns per call, the least of \(rounds) rounds of \(calls); Breaker is \(MemoryLayout<Breaker>.stride) bytes")
        var failed = false
        for row in rows {
            let isOver = row.limit.map { row.nanoseconds > $0 } ?? false
            failed = failed || isOver || row.allocations > 0
            let limit = row.limit.map { " of \(Int($0))\(isOver ? "  ABOVE" : "")" } ?? ""
            let name = row.name + String(repeating: " ", count: max(28 - row.name.count, 1))
            print("\(name)\(tenths(row.nanoseconds)) ns\(limit)   \(row.allocations) allocations")
        }
        return failed ? 1 : 0
    }

    private static func usage() -> Int32 {
        print("usage: policies-benchmark [--rounds N] [--closed NS] [--open NS]")
        return 64
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func measure(
        _ name: String, _ rounds: Int, limit: Double?, _ body: () -> Void
    ) -> Row {
        var least = Int64.max
        var allocated = 0
        for _ in 0..<rounds {
            var took: Int64 = 0
            allocated = allocations { took = time(body) }
            least = min(least, took)
        }
        return Row(name: name, nanoseconds: Double(least) / Double(calls), allocations: allocated, limit: limit)
    }

    /// Allocations while `body` runs.
    private static func allocations(_ body: () -> Void) -> Int {
        let before = allocation_count()
        body()
        return allocation_count() - before
    }

    private static func time(_ body: () -> Void) -> Int64 {
        var begin = timespec()
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &begin)
        body()
        clock_gettime(CLOCK_MONOTONIC, &end)
        return Int64(end.tv_sec - begin.tv_sec) * 1_000_000_000 + Int64(end.tv_nsec - begin.tv_nsec)
    }

    /// A call every 10 us of 1 ms each, one of 64 a failure.
    private static func pass(_ policy: BreakerPolicy) {
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
        consume(breaker)
    }

    private static func refuse() {
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
        consume(breaker)
    }

    // A call of its own: within the loop nothing would be left of it, since nothing changes.
    @inline(never) private static func isRefused(
        _ breaker: inout Breaker, _ policy: BreakerPolicy, _ now: Instant, _ rng: inout Generator
    ) -> Bool {
        breaker.ask(policy, limit: .seconds(1), now: now, using: &rng).until != nil
    }

    /// What was computed is wanted: the optimiser may not leave it out.
    @inline(never) @_optimize(none) private static func consume<T>(_ value: T) {}
}

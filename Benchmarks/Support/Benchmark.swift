import CAllocations
import Glibc

/// Nanoseconds and allocations per call: the least of some rounds, for what else the machine does only adds.
public struct Benchmark {
    private struct Row {
        let name: String
        let nanoseconds: Double
        let allocations: Int
        let limit: Double?
    }

    /// How often what is measured is called in a round.
    public let calls: Int
    /// Of which the best counts.
    public let rounds: Int
    private let mayAllocate: Bool
    private var rows: [Row] = []

    /// - Parameters:
    ///   - calls: in a round, from 1.
    ///   - rounds: 1...1 000.
    ///   - mayAllocate: allocations are shown and not held against a row.
    public init(calls: Int, rounds: Int, mayAllocate: Bool = false) {
        self.calls = max(calls, 1)
        self.rounds = min(max(rounds, 1), 1_000)
        self.mayAllocate = mayAllocate
    }

    /// - Parameters:
    ///   - limit: nanoseconds that a call may take; nil: nothing is held against it.
    ///   - body: makes all calls of a round.
    public mutating func measure(_ name: String, limit: Double?, _ body: (_ calls: Int) -> Void) {
        var least = Int64.max
        var allocated = 0
        for _ in 0..<rounds {
            var took: Int64 = 0
            allocated = Self.allocations { took = Self.time { body(calls) } }
            least = min(least, took)
        }
        rows.append(
            Row(name: name, nanoseconds: Double(least) / Double(calls), allocations: allocated, limit: limit))
    }

    /// Prints the rows.
    ///
    /// - Returns: an exit code: 1 where one is above its limit or allocates, 2 where allocations are not seen.
    public func report(_ remark: String = "") -> Int32 {
        guard Self.allocations({ Self.consume([Int](repeating: 1, count: calls)) }) > 0 else {
            print("allocations are not seen: malloc of this program is not the one that is called")
            return 2
        }
        print("ns per call, the least of \(rounds) rounds of \(calls)\(remark)")
        var failed = false
        for row in rows {
            let isOver = row.limit.map { row.nanoseconds > $0 } ?? false
            failed = failed || isOver || !mayAllocate && row.allocations > 0
            let limit = row.limit.map { " of \(Int($0))\(isOver ? "  ABOVE" : "")" } ?? ""
            let name = row.name + String(repeating: " ", count: max(32 - row.name.count, 1))
            print("\(name)\(Self.tenths(row.nanoseconds)) ns\(limit)   \(row.allocations) allocations")
        }
        return failed ? 1 : 0
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
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

    /// What was computed is wanted: the optimiser may not leave it out.
    @inline(never) @_optimize(none) public static func consume<T>(_ value: T) {}

    /// The numbers behind flags such as `--rounds 9`.
    ///
    /// - Returns: nil, and says how it is used, for a flag that is not among `known` or has no number above zero.
    public static func flags(_ known: [String]) -> [String: Double]? {
        var found: [String: Double] = [:]
        var rest = CommandLine.arguments.dropFirst()
        while let flag = rest.popFirst() {
            guard known.contains(flag), let word = rest.popFirst(), let value = Double(word), value > 0 else {
                print("usage: \(CommandLine.arguments[0]) \(known.map { "[\($0) N]" }.joined(separator: " "))")
                return nil
            }
            found[flag] = value
        }
        return found
    }
}

import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes
@testable import Wire

/// A cell that is offered three times what it can do, in virtual time: what matters most is served, the workers are never idle
/// for it, and within seconds of its end nothing is refused any more.
@Suite struct CellOverloadTests {
    /// Of one second: calls and good answers by class.
    private struct Second {
        var asked = [0, 0, 0, 0]
        var ok = [0, 0, 0, 0]
        var refused = 0
        var late = 0
    }

    /// 10 % critical, 20 % high, 40 % normal, 30 % low.
    private static let mix: [Priority] = [
        .critical, .low, .normal, .high, .normal, .low, .normal, .high, .normal, .low,
    ]

    /// Four workers and 40 ms for each call: a hundred a second.
    private func run(_ seconds: [Int], shedding: SheddingThresholds) -> [Second] {
        var mesh = topology(
            services: [waiting("front", 40, pool: Pool(workers: 4, queue: 40, overflow: .priority))],
            shedding: shedding)
        mesh.blueprints[0].objectives = Objectives(p99: .milliseconds(200))
        let cell = CellHarness(mesh)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        var counts: [Second] = []
        var classes: [UInt64: (Priority, Int64)] = [:]
        var number = 0
        var now: Int64 = 0
        for rate in seconds {
            var second = Second()
            var owed = 0
            for _ in 0..<100 {
                now += 10
                cell.node.wake(now: .at(now), into: &cell.sink)
                owed += rate
                while owed >= 100 {
                    owed -= 100
                    let priority = Self.mix[number % 10]
                    number += 1
                    second.asked[Int(priority.rawValue)] += 1
                    let request = cell.call("front", priority: priority, deadline: 1_000, now: .at(now))
                    classes[request] = (priority, now)
                }
                for reply in cell.takeReplies() {
                    guard let (priority, began) = classes.removeValue(forKey: reply.head.request) else { continue }
                    if reply.head.kind == .reply, reply.head.status == 200 {
                        second.ok[Int(priority.rawValue)] += 1
                        if now - began > 500 { second.late += 1 }
                    } else {
                        second.refused += 1
                    }
                }
            }
            counts.append(second)
        }
        return counts
    }

    @Test(arguments: [SheddingThresholds(), .never]) func whatMattersIsServedAndTheRestComesBack(
        _ shedding: SheddingThresholds
    ) {
        let seconds = run(
            Array(repeating: 50, count: 5) + Array(repeating: 300, count: 20) + Array(repeating: 50, count: 15),
            shedding: shedding)
        func sum(_ range: Range<Int>, _ path: KeyPath<Second, [Int]>, _ priority: Priority) -> Int {
            seconds[range].reduce(0) { $0 + $1[keyPath: path][Int(priority.rawValue)] }
        }
        #expect(seconds[..<5].allSatisfy { $0.refused == 0 })
        // Critical answers are those of the calls before: some are under way where the count begins and ends.
        #expect(sum(5..<25, \.ok, .critical) >= sum(5..<25, \.asked, .critical) - 30)
        let goodput = Priority.allCases.reduce(0) { $0 + sum(7..<25, \.ok, $1) }
        #expect(goodput >= 18 * 85, "\(goodput) of 1800 that the workers could do")
        #expect(sum(7..<25, \.ok, .low) * 10 <= sum(7..<25, \.asked, .low), "low goes first")
        // Ten seconds after its end all is as before.
        #expect(seconds[35...].allSatisfy { $0.refused == 0 && $0.ok.reduce(0, +) >= 49 }, "\(seconds[25...])")
    }
}

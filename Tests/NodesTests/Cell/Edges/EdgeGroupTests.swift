import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

private typealias Edge = Topology.Edge
private typealias Service = Topology.Service

/// Calls that are made at once.
@Suite struct EdgeGroupTests {
    /// A service `front` whose calls are one group, of services that take so long each.
    private func cell(
        _ edges: [Edge], _ milliseconds: [Int64], within: TimeAmount? = nil, then: [Edge] = [], errors: Set<Int> = [],
        off: [PolicySwitch] = []
    ) -> CellHarness {
        var front = waiting("front", 0, calls: edges + then)
        front.parallel = [ParallelCalls(first: 0, count: edges.count, joinWithin: within)]
        let others = milliseconds.enumerated().map { index, time in
            waiting("s\(index + 1)", time, errors: errors.contains(index + 1) ? 1 : 0)
        }
        var mesh = topology(services: [front] + others, profile: .local)
        mesh.policies?.off = off
        return CellHarness(mesh)
    }

    private func edge(_ to: Int, core: Bool = true, within: Int64? = nil, undo: Int? = nil) -> Edge {
        var edge = Edge(
            to: to, criticality: core ? .core : .enhanced, fallback: core ? [] : [.static], compensation: undo)
        edge.joinWithin = within.map { .milliseconds($0) }
        return edge
    }

    @Test func allAreMadeAtOnceAndTheCallerGoesOnWhenAllAreDone() {
        let cell = cell([edge(1), edge(2), edge(3)], [30, 50, 40, 10], then: [edge(4)])
        cell.call("front")
        #expect(cell.services()[1...3].allSatisfy { $0.busy == 1 } && cell.services()[4].busy == 0)
        cell.run(until: .at(50))
        #expect(cell.services()[4].busy == 1)
        cell.run(until: .at(60))
        #expect(cell.takeReplies().map(\.head.status) == [200])
        #expect(cell.services()[0].counters.joinsComplete == 1 && cell.isIdle)
    }

    @Test func withTheJoinOffTheyAreMadeOneAfterTheOther() {
        let cell = cell([edge(1), edge(2)], [30, 50], off: [.parallelJoin])
        cell.call("front")
        #expect(cell.services()[2].busy == 0)
        cell.run(until: .at(80))
        #expect(cell.takeReplies().map(\.head.status) == [200])
    }

    @Test func whatIsNotNeededIsNotWaitedForBeyondItsTime() {
        let cell = cell([edge(1), edge(2, core: false, within: 20), edge(3, core: false)], [30, 400, 45])
        cell.call("front")
        // 20 ms behind the last core member; the other is waited for.
        cell.run(until: .at(49))
        #expect(cell.takeReplies().isEmpty)
        cell.run(until: .at(50))
        #expect(cell.takeReplies().map(\.note) == ["s2=static"])
        #expect(cell.services()[0].counters.joinsPartial == 1 && cell.services()[0].busy == 0)
        cell.run(until: .at(400))
        #expect(cell.isIdle && cell.services()[2].counters.extraWork(.join) == .milliseconds(400))
    }

    @Test func theTimeOfTheGroupFailsWhoNeedsMore() {
        let cell = cell([edge(1), edge(2, core: false)], [300, 300], within: .milliseconds(60))
        cell.call("front")
        cell.run(until: .at(59))
        #expect(cell.takeReplies().isEmpty)
        cell.run(until: .at(60))
        let reply = cell.takeReplies()
        #expect(reply.map(\.head.status) == [504])
        #expect(reply.first?.note.hasSuffix("\nattempt-timeout r-1/front/s1") == true)
        cell.run(until: .at(300))
        #expect(cell.isIdle && cell.services()[0].counters.joinsFailed == 1)
    }

    @Test func aFailureUndoesWhatWasDoneAndAwaitsWhatCanBeUndone() {
        // s1 is done at 10, s3 fails at 20, s2 is awaited until 50; then s1 and s2 are undone.
        let cell = cell(
            [edge(1, undo: 4), edge(2, undo: 4), edge(3)], [10, 50, 20, 5], errors: [3])
        cell.call("front")
        cell.run(until: .at(49))
        #expect(cell.takeReplies().isEmpty && cell.services()[4].counters.calls == 0)
        cell.run(until: .at(60))
        #expect(cell.takeReplies().map(\.head.status) == [502])
        #expect(cell.services()[4].counters.ok == 2)
        #expect(cell.services()[0].counters.compensations == 2 && cell.isIdle)
    }

    @Test func whatIsDoneTooLateIsUndoneThoughItsCallerIsGone() {
        let cell = cell([edge(1), edge(2, core: false, within: 5, undo: 3)], [10, 80, 5])
        cell.call("front")
        cell.run(until: .at(15))
        #expect(cell.takeReplies().map(\.note) == ["s2=static"])
        cell.run(until: .at(100))
        #expect(cell.services()[2].counters.ok == 1 && cell.services()[3].counters.ok == 1)
        #expect(cell.isIdle && cell.node.graph.joins.count == 0)
    }

    @Test func aGroupWhoseCallerIsGivenUpIsGivenUp() {
        let cell = cell([edge(1), edge(2, undo: 3)], [500, 100, 5])
        let call = cell.call("front")
        cell.run(until: .at(50))
        cell.cancel(call, now: .at(50))
        #expect(cell.services()[0].busy == 1, "what can be undone is awaited")
        cell.run(until: .at(105))
        #expect(cell.services()[3].counters.ok == 1 && cell.services()[0].busy == 0)
        cell.run(until: .at(600))
        #expect(cell.takeReplies().isEmpty && cell.isIdle)
    }
}

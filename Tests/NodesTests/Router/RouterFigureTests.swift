import MeshBase
import Replication
import Resilience
import Sharding
import Testing
import Topology
import Wire

@testable import Nodes

/// What a router counts of cells and of answers to clients.
@Suite struct RouterFigureTests {
    private func ends(_ router: RouterHarness, _ cell: CellIndex) -> [UInt64] {
        Outcome.allCases.map { router.node.figures.ended($0, at: cell) }
    }

    @Test func anAnswerIsCountedAtItsCellWithItsTime() throws {
        let router = RouterHarness()
        router.request(.get)
        let frame = try #require(router.takeFrames().first)
        #expect(router.node.figures.attempts(at: frame.cell) == 1)
        router.answer(frame, status: 200, now: .at(30))
        #expect(ends(router, frame.cell) == [1, 0, 0, 0, 0, 0])
        let times = router.node.figures.cellTimes.total(frame.cell.position)
        #expect(times.total == 1)
        let p50 = try #require(times.quantile(0.5))
        #expect(p50 > .milliseconds(20) && p50 < .milliseconds(40))
        #expect(router.node.figures.answers(.service, .normal, .ok) == 1)
        #expect(router.node.figures.clientTimes.total(0).total == 1)
        #expect(router.node.figures.clientTimes.total(1).total == 0)
    }

    @Test func aLostLinkIsAFailureOfItsCellWithoutATime() throws {
        let router = RouterHarness()
        router.request(.get)
        _ = router.takeFrames()
        router.linkDown(router.shard[0], now: .at(10))
        #expect(ends(router, router.shard[0])[Int(Outcome.failed.rawValue)] == 1)
        #expect(router.node.figures.cellTimes.total(router.shard[0].position).total == 0)
        // The next one stands in.
        #expect(router.node.figures.attempts(at: router.shard[1]) == 1)
    }

    @Test func aRefusalOfACellIsNoFailure() throws {
        let router = RouterHarness()
        router.request(.get)
        router.refuse(router.takeFrames()[0], .overloaded)
        #expect(ends(router, router.shard[0])[Int(Outcome.failed.rawValue)] == 0)
        #expect(ends(router, router.shard[0])[Int(Outcome.refused.rawValue)] == 1)
    }

    /// Whoever is to blame: a client that is told 5xx has met an error there.
    @Test(arguments: [(200, 0), (404, 0), (429, 0), (500, 1), (501, 1), (502, 1), (503, 1), (504, 1)])
    func whatAClientWouldBeToldCountsAsAnError(_ status: Int, _ errors: UInt64) throws {
        let router = RouterHarness()
        router.request(.get)
        let frame = try #require(router.takeFrames().first)
        router.answer(frame, status: UInt16(status), now: .at(5))
        #expect(router.node.figures.errors(at: frame.cell) == errors)
        let failed = router.node.figures.ended(.failed, at: frame.cell)
        #expect(failed == (status == 500 ? 1 : 0), "outcomes stay apart")
    }

    @Test func refusalsAndLostLinksAreErrorsToo() throws {
        let router = RouterHarness()
        router.request(.get)
        router.refuse(router.takeFrames()[0], .overloaded)
        #expect(router.node.figures.errors(at: router.shard[0]) == 1)
        let other = RouterHarness()
        other.request(.get)
        _ = other.takeFrames()
        other.linkDown(other.shard[0], now: .at(10))
        #expect(other.node.figures.errors(at: other.shard[0]) == 1)
        #expect(!AttemptEnd.withdrawn.isError && !AttemptEnd(refusal: .otherEpoch).isError)
    }

    /// A load reads back what it wrote, of lost customers again and again: nobody's request was harmed.
    @Test(arguments: [false, true]) func whatLooksAfterWritesIsNoCustomers(isCheck: Bool) throws {
        let router = RouterHarness()
        for position in 0..<router.shard.count { router.linkDown(router.shard[position], now: .zero) }
        router.request(.get, .record, isCheck: isCheck, now: .at(10))
        #expect(try #require(router.takeAnswer()).status == 503, "it is served as any other")
        let figures = router.node.figures
        #expect(figures.answers(.check, .normal, .failed) == (isCheck ? 1 : 0))
        #expect(figures.answers(.record, .normal, .failed) == (isCheck ? 0 : 1))
        #expect(router.node.counters.requests == (isCheck ? 0 : 1))
        #expect(router.node.counters.responses5xx == (isCheck ? 0 : 1))
        #expect(router.node.impact.summary(now: .at(10)).customers == (isCheck ? 0 : 1))
        let whole = RouterHarness()
        whole.request(.get, .record, isCheck: isCheck)
        for frame in whole.takeFrames() {
            whole.answer(frame, flags: .tombstone, version: RecordVersion(counter: 3, writer: 1), now: .at(3_000))
        }
        #expect(whole.takeAnswer()?.status == 404)
        #expect(whole.node.counters.responses4xx == (isCheck ? 0 : 1))
    }

    @Test func eachAnswerOfARecordCountsAtItsCell() throws {
        let router = RouterHarness()
        router.request(.get, .record)
        let frames = router.takeFrames()
        #expect(frames.count > 1)
        #expect(frames.allSatisfy { router.node.figures.attempts(at: $0.cell) == 1 })
        router.linkDown(frames[0].cell, now: .at(5))
        #expect(ends(router, frames[0].cell)[Int(Outcome.failed.rawValue)] == 1)
    }
}

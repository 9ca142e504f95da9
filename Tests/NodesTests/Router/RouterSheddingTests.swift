import MeshBase
import Testing
import Wire

@testable import Nodes

@Suite struct RouterSheddingTests {
    @Test(arguments: [HTTPMethod.get, .post]) func eachCellIsAskedOnce(_ method: HTTPMethod) throws {
        let router = RouterHarness()
        router.request(method, priority: .low)
        for position in 0..<3 {
            let frames = router.takeFrames()
            #expect(frames.map(\.cell) == [router.shard[position]])
            router.shed(frames[0], as: .low)
        }
        #expect(router.sink.frames.isEmpty)
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 503 && answer.retryAfter == 1)
        let problem = try #require(answer.problem)
        #expect("\(problem.type)" == "shed" && "\(problem.policy)" == "shedding")
        #expect(
            problem.detail
                == "3 of the 3 cells of this shard were asked; the last sheds requests of priority low. Nothing was "
                + "changed; repeat it after the time that Retry-After says.")
        #expect(Priority.allCases.map { router.counters.shed[$0] } == [0, 0, 0, 1])
        #expect(router.counters.attempts == 3 && router.counters.failovers == 2)
        #expect(router.isIdle)
    }

    @Test func theOtherCellMayHaveRoom() throws {
        let router = RouterHarness()
        router.request(.post)
        router.shed(router.takeFrames()[0], as: .normal)
        router.answer(router.takeFrames()[0], flags: .json, body: "{}")
        #expect(router.takeAnswer()?.status == 200)
        #expect(router.counters.shed.total == 0)
    }

    @Test func aCellThatShedsIsNotPassedOver() {
        let router = RouterHarness()
        for _ in 0..<20 {
            router.request(.get, priority: .low)
            for _ in 0..<3 { router.shed(router.takeFrames()[0], as: .low) }
            _ = router.takeAnswer()
        }
        #expect(router.counters.demotions == 0)
        router.request(.get, priority: .critical)
        #expect(router.takeFrames().map(\.cell) == [router.shard[0]])
    }

    @Test func retryAfterIsTheCellsInWholeSeconds() {
        let router = RouterHarness()
        router.request(.get)
        for _ in 0..<2 { router.shed(router.takeFrames()[0], as: .normal) }
        router.shed(router.takeFrames()[0], as: .normal, retryAfter: 2001)
        #expect(router.takeAnswer()?.retryAfter == 3)
    }

    @Test func whatAClientAsksForTravelsAndNothingElse() {
        let router = RouterHarness()
        for priority in Priority.allCases {
            router.request(.get, priority: priority)
            #expect(router.takeFrames().map(\.head.flags.priority) == [priority])
        }
        router.request(.get)
        #expect(router.takeFrames().map(\.head.flags) == [.priority(nil)])
        router.request(.put, .record)
        #expect(router.takeFrames().allSatisfy { $0.head.flags.priority == nil })
    }

    /// A core call was shed in the cell: the service failed, and it is told why and when to come back.
    @Test func aServiceWhoseCallWasShedSaysSo() throws {
        let router = RouterHarness()
        router.request(.post)
        router.answer(
            router.takeFrames()[0], status: 502, flags: .json, note: "\nshedding r-1/front/back", body: "{}",
            after: 1000)
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 502 && answer.retryAfter == 1)
        #expect(answer.problem.map { "\($0.type) \($0.policy)" } == "service-failed shedding")
    }

    // MARK: Records

    @Test(arguments: [HTTPMethod.get, .put]) func aRecordThatTooFewTakeIsShed(_ method: HTTPMethod) throws {
        let router = RouterHarness()
        router.request(method, .record, priority: .low)
        let frames = router.takeFrames()
        #expect(frames.count == 3)
        router.answer(frames[0])
        router.shed(frames[1], as: .low)
        #expect(router.sink.answers.isEmpty)
        router.shed(frames[2], as: .low)
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 503 && answer.retryAfter == 1)
        #expect(answer.problem.map { "\($0.type) \($0.policy)" } == "shed shedding")
        #expect(router.counters.shed[.low] == 1)
        #expect(router.isIdle)
    }

    @Test func aRecordThatOneCellShedsIsServedByTheOthers() {
        let router = RouterHarness()
        router.request(.get, .record)
        let frames = router.takeFrames()
        router.shed(frames[0], as: .normal)
        for frame in frames[1...] { router.answer(frame) }
        #expect(router.takeAnswer()?.status == 404)
        #expect(router.counters.shed.total == 0)
    }
}

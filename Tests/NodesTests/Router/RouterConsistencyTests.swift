import MeshBase
import Replication
import Testing
import Topology
import Wire

@testable import Nodes

@Suite struct RouterConsistencyTests {
    private let important = topology(store: StoreSettings(tier: .important))

    private func version(_ counter: UInt64) -> RecordVersion { RecordVersion(counter: counter, writer: 1) }

    /// A write in a new session that the first cell of those asked acknowledges, and its token.
    private func write(_ router: RouterHarness, session: String = "new") throws -> (
        token: String, version: RecordVersion
    ) {
        router.request(.put, .record, session: session)
        for frame in router.takeFrames() { router.answer(frame) }
        router.answer(router.takeFrames()[0])
        let answer = try #require(router.takeAnswer())
        #expect(!answer.session.isEmpty)
        return (answer.session, try #require(answer.version))
    }

    /// It did not answer in time, came back, and did not again: its pings are answered, and it is asked last.
    private func demote(_ cell: CellIndex, _ router: RouterHarness) {
        for _ in 0..<2 {
            for _ in 0..<3 { _ = router.node.links[cell.position].pulse.timedOut(isGuarded: false, now: .zero) }
            _ = router.node.links[cell.position].pulse.ponged(age: .zero, limit: .seconds(1), now: .zero)
        }
    }

    @Test func aSessionReadsItsOwnWritesOrIsTold() throws {
        let router = RouterHarness(important)
        router.node.wallOffset = 1_764_000_000_000_000_000
        let (token, written) = try write(router)
        // The one cell that has it is away.
        router.linkDown(router.shard[0], now: .zero)
        router.request(.get, .record, session: token)
        let query = router.takeFrames()
        #expect(query.count == 2)
        router.answer(query[0], version: version(written.counter - 1), body: "old")
        #expect(router.sink.answers.isEmpty)
        router.answer(query[1])
        let behind = try #require(router.takeAnswer())
        #expect(behind.status == 503 && behind.retryAfter == 1 && behind.problem?.type.description == "behind-session")
        #expect(router.counters.sessionsBehind == 1 && router.isIdle)
        // Without a session there is what there is.
        router.request(.get, .record)
        for frame in router.takeFrames() { router.answer(frame, version: version(written.counter - 1), body: "old") }
        #expect(router.takeAnswer()?.body == "old")
        // It comes back.
        router.connect(router.shard[0], now: .zero)
        router.request(.get, .record, session: token)
        for frame in router.takeFrames() {
            router.answer(frame, version: frame.cell == router.shard[0] ? written : version(1), body: "v")
        }
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 200 && answer.version == written && !answer.session.isEmpty)
    }

    /// Tombstones newer than what the session has seen were collected, of whatever records. The member that has what it wrote
    /// is away: only when all have nothing was it deleted.
    @Test func whatMayHaveBeenCollectedIsMissingOnlyWhereAllSaySo() throws {
        let router = RouterHarness(important)
        let (token, written) = try write(router)
        let nothing = RecordVersion(counter: 0, writer: written.counter + 5)
        router.linkDown(router.shard[0], now: .zero)
        router.request(.get, .record, session: token)
        for frame in router.takeFrames() { router.answer(frame, version: nothing) }
        #expect(router.takeAnswer()?.problem?.type.description == "behind-session")
        router.connect(router.shard[0], now: .zero)
        router.request(.get, .record, session: token)
        for frame in router.takeFrames() { router.answer(frame, version: nothing) }
        #expect(router.takeAnswer()?.status == 404)
    }

    /// A client that has deleted a record finds nothing, whoever is away and whatever is left of the deletion.
    @Test func whoHasSeenTheDeletionIsToldAtOnce() throws {
        let router = RouterHarness(important)
        router.node.wallOffset = 1_764_000_000_000_000_000
        router.request(.delete, .record, session: "new")
        for frame in router.takeFrames() { router.answer(frame) }
        router.answer(router.takeFrames()[0])
        let token = try #require(router.takeAnswer()?.session)
        router.linkDown(router.shard[0], now: .zero)
        router.request(.get, .record, session: token)
        for frame in router.takeFrames() { router.answer(frame) }
        #expect(router.takeAnswer()?.status == 404)
        // What was there before the deletion is older than it.
        router.request(.get, .record, session: token)
        for frame in router.takeFrames() { router.answer(frame, version: version(3), body: "old") }
        #expect(router.takeAnswer()?.status == 503)
    }

    @Test func whatWasReadOnceDoesNotGoBack() throws {
        let router = RouterHarness(important)
        router.request(.get, .record, session: "new")
        for (number, frame) in router.takeFrames().enumerated() {
            router.answer(frame, version: version(UInt64(number)))
        }
        let token = try #require(router.takeAnswer()?.session)
        // The repairs of the stale ones.
        _ = router.takeFrames()
        router.request(.get, .record, session: token)
        for frame in router.takeFrames() { router.answer(frame, version: version(1)) }
        #expect(router.takeAnswer()?.status == 503)
    }

    /// A cell that is passed over because it did not answer in time may have what nobody else has.
    @Test func theRemainingCellsAreAskedWhereTheOthersHaveLess() throws {
        let router = RouterHarness(important)
        let (token, written) = try write(router)
        demote(router.shard[0], router)
        router.request(.get, .record, session: token)
        let query = router.takeFrames()
        #expect(Set(query.map(\.cell)) == [router.shard[1], router.shard[2]])
        for frame in query { router.answer(frame) }
        let more = router.takeFrames()
        #expect(more.map(\.cell) == [router.shard[0]])
        router.answer(more[0], version: written, body: "v")
        #expect(router.takeAnswer()?.body == "v")
    }

    @Test func aWriteOfASessionIsAboveAllThatItHasSeen() throws {
        let ahead = RouterHarness(important)
        ahead.node.wallOffset = 1_764_000_000_000_000_000
        let (token, first) = try write(ahead)
        // Another router, whose clock is half a second behind, and cells that have not heard of the first write.
        let behind = RouterHarness(important)
        behind.node.wallOffset = 1_763_999_999_500_000_000
        let (_, second) = try write(behind, session: token)
        #expect(second > first)
        let other = RouterHarness(important)
        other.node.wallOffset = 1_763_999_999_500_000_000
        let (_, alone) = try write(other)
        #expect(alone < first)
    }

    @Test func onlyTheMeshsOwnTokensCount() throws {
        let router = RouterHarness(important)
        let (token, _) = try write(router)
        for bad in ["", "x", String(token.dropLast()), "NEW"] {
            router.request(.get, .record, session: bad)
            let answer = try #require(router.takeAnswer())
            #expect(answer.status == 400 && answer.problem?.type.description == "unknown-session", "\(bad)")
        }
        #expect(router.counters.sessionsRefused == 4 && router.sink.frames.isEmpty && router.isIdle)
    }

    @Test func anEventualReadAsksOneAndTheNextWhereThatFails() throws {
        let router = RouterHarness()
        router.request(.get, .record, consistency: .eventual)
        let query = router.takeFrames()
        #expect(query.map(\.cell) == [router.shard[0]])
        router.refuse(query[0], .storeBroken)
        let more = router.takeFrames()
        #expect(Set(more.map(\.cell)) == [router.shard[1], router.shard[2]])
        router.answer(more[1], version: version(3), body: "v")
        #expect(router.takeAnswer()?.body == "v")
        #expect(router.takeFrames().isEmpty)
    }

    @Test func aWeakReadTakesTheFirstAnswer() throws {
        let router = RouterHarness()
        demote(router.shard[2], router)
        router.request(.get, .record, consistency: .weak)
        let query = router.takeFrames()
        #expect(query.count == 3)
        router.answer(query[2], version: version(1), body: "stale")
        #expect(router.takeAnswer()?.body == "stale")
    }

    @Test func aStrongReadOfTierImportantIsWrittenBackToAMajority() throws {
        let router = RouterHarness(important)
        router.request(.get, .record, consistency: .strong)
        let query = router.takeFrames()
        router.answer(query[0], version: version(4), body: "new")
        router.answer(query[1], version: version(3), body: "old")
        router.answer(query[2])
        #expect(router.sink.answers.isEmpty)
        let back = router.takeFrames()
        #expect(Set(back.map(\.cell)) == [query[1].cell, query[2].cell])
        router.answer(back[0])
        #expect(router.takeAnswer()?.body == "new")
        // Without a majority it is refused, with what there is.
        router.linkDown(router.shard[0], now: .zero)
        router.linkDown(router.shard[1], now: .zero)
        router.request(.put, .record, consistency: .strong)
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 503 && answer.problem?.detail.contains("leave X-Consistency") == true)
        router.request(.put, .record)
        #expect(router.takeFrames().count == 1)
    }

    @Test func whatIsNotOfferedIsRefusedBeforeAnythingIsDone() throws {
        let router = RouterHarness(topology(store: StoreSettings(tier: .cache)))
        router.request(.get, .record, consistency: .strong)
        #expect(router.takeAnswer()?.problem?.type.description == "consistency-not-offered")
        router.request(.put, .record, consistency: .weak, session: "new")
        #expect(router.takeAnswer()?.status == 400)
        #expect(router.counters.levelsRefused == 2 && router.sink.frames.isEmpty && router.isIdle)
    }

    @Test func tierCriticalCarriesASessionUnchanged() throws {
        let router = RouterHarness()
        router.request(.get, .record, session: "new")
        for frame in router.takeFrames() { router.answer(frame, version: version(5)) }
        let token = try #require(router.takeAnswer()?.session)
        router.request(.get, .record, consistency: .session, session: token)
        for frame in router.takeFrames() { router.answer(frame, version: version(3)) }
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 200 && answer.session == token)
    }
}

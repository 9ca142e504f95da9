import MeshBase
import Replication
import Sharding
import Testing
import Topology
import Wire

@testable import Nodes

@Suite struct RouterRecordTests {
    @Test func aWriteAsksForVersionsThenStores() throws {
        let router = RouterHarness()
        router.request(.put, .record)
        let query = router.takeFrames()
        #expect(query.map(\.head.kind) == [.recordVersion, .recordVersion, .recordVersion])
        router.answer(query[0], version: RecordVersion(counter: 4, writer: 1))
        #expect(router.sink.frames.isEmpty)
        router.answer(query[1], version: RecordVersion(counter: 6, writer: 1))
        let store = router.takeFrames()
        #expect(store.map(\.head.kind) == [.recordWrite, .recordWrite, .recordWrite])
        #expect(store.allSatisfy { $0.head.versionCounter == 7 && $0.head.versionWriter >> 32 == 5 })
        // The third answer of the query comes late and is no acknowledgement.
        router.answer(query[2], version: RecordVersion(counter: 9, writer: 1))
        router.answer(store[2])
        #expect(router.sink.answers.isEmpty)
        router.answer(store[0])
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 204)
        #expect(answer.version?.counter == 7)
        // Named is a cell that has it, not the first of the shard, which may be gone.
        #expect(answer.cell == store[0].cell)
        #expect(router.isIdle)
    }

    @Test func theCellThatIsNamedHasTheWrite() {
        let router = RouterHarness()
        router.linkDown(router.shard[0], now: .zero)
        router.request(.put, .record)
        for frame in router.takeFrames() { router.answer(frame) }
        for frame in router.takeFrames() { router.answer(frame) }
        #expect(router.takeAnswer()?.cell == router.shard[2])
    }

    @Test func aNewRecordIsCreated() {
        let router = RouterHarness()
        router.request(.put, .record)
        for frame in router.takeFrames().prefix(2) { router.answer(frame) }
        for frame in router.takeFrames().prefix(2) { router.answer(frame) }
        #expect(router.takeAnswer()?.status == 201)
    }

    /// What was deleted is no record: a write creates it anew.
    @Test func aWriteAfterADeletionCreates() {
        let router = RouterHarness()
        router.request(.put, .record)
        for frame in router.takeFrames().prefix(2) {
            router.answer(frame, flags: .tombstone, version: RecordVersion(counter: 3, writer: 1))
        }
        for frame in router.takeFrames().prefix(2) { router.answer(frame) }
        #expect(router.takeAnswer()?.status == 201)
    }

    /// Values that wait for a second answer are bounded in their sum.
    @Test func valuesThatWaitAreBounded() throws {
        let router = RouterHarness(heldLimit: 1000)
        let body = String(repeating: "x", count: 600)
        router.request(.get, .record)
        router.request(.get, .record)
        let query = router.takeFrames()
        router.answer(query[0], version: RecordVersion(counter: 2, writer: 1), body: body)
        #expect(router.node.heldBytes == 600)
        for frame in query[3...] { router.answer(frame, version: RecordVersion(counter: 2, writer: 1), body: body) }
        let refused = try #require(router.takeAnswer())
        #expect(refused.status == 503 && refused.retryAfter == 1)
        #expect(router.counters.valuesRefused >= 2)
        router.answer(query[1], version: RecordVersion(counter: 1, writer: 1), body: "old")
        for frame in router.takeFrames() { router.answer(frame) }
        #expect(router.takeAnswer()?.body == body)
        #expect(router.node.heldBytes == 0)
        #expect(router.isIdle)
    }

    /// Nothing waits for the time limit of an attempt that was never sent.
    @Test func fullLinksFailInTheSameTurn() throws {
        let router = RouterHarness()
        router.sink.full = Set(router.shard)
        for method in [HTTPMethod.get, .put, .delete] {
            router.request(method, .record)
            let answer = try #require(router.takeAnswer())
            #expect(answer.status == 503)
            #expect(answer.problem?.type.description == "no-quorum")
        }
        #expect(router.counters.unsent == 9)
        #expect(router.isIdle)
    }

    @Test func linksThatFillUpBetweenThePhasesLeaveEverythingUnchanged() throws {
        let router = RouterHarness()
        router.request(.put, .record)
        let query = router.takeFrames()
        router.answer(query[0])
        router.sink.full = Set(router.shard)
        router.answer(query[1])
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 503)
        #expect(answer.problem?.type.description == "store-refused")
        #expect(answer.problem?.detail.contains("Nothing was changed") == true)
        #expect(router.isIdle)
    }

    @Test func oneFullLinkCostsAWriteNothing() {
        let router = RouterHarness()
        router.sink.full = [router.shard[0]]
        router.request(.put, .record)
        let query = router.takeFrames()
        #expect(query.map(\.cell) == [router.shard[1], router.shard[2]])
        for frame in query { router.answer(frame) }
        for frame in router.takeFrames() { router.answer(frame) }
        #expect(router.takeAnswer()?.status == 201)
    }

    @Test func twoWritesNeverHaveOneVersion() {
        let router = RouterHarness()
        var versions = Set<RecordVersion>()
        for _ in 0..<2 {
            router.request(.put, .record)
            for frame in router.takeFrames().prefix(2) { router.answer(frame) }
            let store = router.takeFrames()
            versions.insert(
                RecordVersion(counter: store[0].head.versionCounter, writer: store[0].head.versionWriter))
        }
        #expect(versions.count == 2)
    }

    @Test func anAcknowledgementBehindTheDeadlineIsNotCounted() throws {
        // As a router that was stopped finds it when it goes on: the answer is read before any alarm.
        let router = RouterHarness()
        router.request(.put, .record, deadline: .milliseconds(300))
        for frame in router.takeFrames().prefix(2) { router.answer(frame, now: .at(1)) }
        let store = router.takeFrames()
        router.answer(store[0], now: .at(10))
        router.answer(store[1], now: .at(300))
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 504)
        #expect(answer.problem?.type.description == "outcome-unknown")
    }

    @Test func cellsWithoutAVoteAreNoQuorumAndNeverSayThatNothingWasWritten() throws {
        let router = RouterHarness()
        for method in [HTTPMethod.get, .put] {
            router.request(method, .record)
            let frames = router.takeFrames()
            router.refuse(frames[0], .refilling)
            router.refuse(frames[1], .refilling)
            router.answer(frames[2])
            let answer = try #require(router.takeAnswer())
            #expect(answer.status == 503)
            #expect(answer.problem?.type.description == "refilling")
        }
    }

    @Test func withoutAQuorumNothingIsSent() throws {
        let router = RouterHarness()
        router.linkDown(router.shard[0], now: .zero)
        router.linkDown(router.shard[2], now: .zero)
        for method in [HTTPMethod.put, .get, .delete] {
            router.request(method, .record)
            #expect(router.sink.frames.isEmpty)
            let answer = try #require(router.takeAnswer())
            #expect(answer.status == 503)
            #expect(answer.problem?.type.description == "no-quorum")
            #expect((answer.serving, answer.size) == (1, 3))
        }
        #expect(router.counters.noQuorum == 3)
    }

    @Test func aWriteThatLosesItsQuorumWhileQueryingHasChangedNothing() {
        let router = RouterHarness()
        router.request(.put, .record)
        let query = router.takeFrames()
        router.answer(query[0])
        router.linkDown(query[1].cell, now: .at(1))
        #expect(router.sink.answers.isEmpty)
        router.linkDown(query[2].cell, now: .at(2))
        #expect(router.sink.frames.isEmpty)
        #expect(router.takeAnswer()?.problem?.type.description == "no-quorum")
    }

    @Test func aWriteThatLosesItsQuorumWhileStoringIsOfUnknownOutcome() {
        let router = RouterHarness()
        router.request(.put, .record)
        for frame in router.takeFrames().prefix(2) { router.answer(frame) }
        let store = router.takeFrames()
        router.answer(store[0])
        router.wake(.at(1000))
        let answer = router.takeAnswer()
        #expect(answer?.status == 504)
        #expect(answer?.problem?.type.description == "outcome-unknown")
        #expect(router.isIdle)
    }

    @Test func aRefusalOfTheStoreCountsAndOneOfTheQueryDoesNot() {
        let router = RouterHarness()
        router.request(.put, .record)
        let query = router.takeFrames()
        router.answer(query[0])
        router.answer(query[1])
        let store = router.takeFrames()
        router.refuse(query[2], .overloaded)
        router.refuse(store[0], .storeFull)
        #expect(router.sink.answers.isEmpty)
        router.answer(store[1])
        router.answer(store[2])
        #expect(router.takeAnswer()?.status == 201)
    }

    /// Full disks take a customer's writes from him, and nobody is out for it: he fares worse.
    @Test func whoseWritesFullDisksRefuseIsHarmed() {
        let router = RouterHarness()
        func write(_ isFull: Bool) -> ImpactObserver.Impact? {
            router.request(.put, .record)
            for frame in router.takeFrames() { router.answer(frame) }
            for frame in router.takeFrames() { isFull ? router.refuse(frame, .storeFull) : router.answer(frame) }
            #expect(isFull == (router.takeAnswer()?.status ?? 0 >= 500))
            return router.impact.entry(of: router.customer)?.impact
        }
        #expect(write(false) == nil)
        router.node.strike(services: CellSet(router.shard), now: .at(10))
        #expect(write(false) == .untouched)
        #expect(write(true) == .degraded)
        #expect(router.impact.harmed == 1)
    }

    @Test func aReadReturnsTheNewestAndWritesItBack() throws {
        let router = RouterHarness()
        router.request(.get, .record)
        let query = router.takeFrames()
        #expect(query.allSatisfy { $0.head.kind == .recordRead })
        router.answer(query[1], version: RecordVersion(counter: 1, writer: 1), body: "old")
        router.answer(query[2], version: RecordVersion(counter: 2, writer: 1), body: "new")
        // Only one cell is known to have it: another must, before the client may see it.
        #expect(router.sink.answers.isEmpty)
        let back = router.takeFrames()
        #expect(Set(back.map(\.cell)) == [query[0].cell, query[1].cell])
        #expect(back.allSatisfy { $0.head.kind == .recordWrite && $0.head.versionCounter == 2 })
        #expect(back.allSatisfy { $0.body == Array("new".utf8) })
        router.answer(back[0])
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 200)
        #expect(answer.body == "new")
        #expect(answer.version == RecordVersion(counter: 2, writer: 1))
        #expect(answer.cell == query[2].cell)
        #expect(router.counters.writeBacks == 1)
    }

    @Test func aReadThatAMajorityAgreesOnIsOnePhase() {
        let router = RouterHarness()
        router.request(.get, .record)
        let query = router.takeFrames()
        for frame in query.prefix(2) {
            router.answer(frame, version: RecordVersion(counter: 3, writer: 1), body: "v")
        }
        #expect(router.sink.frames.isEmpty)
        #expect(router.takeAnswer()?.body == "v")
    }

    @Test func aReadWhoseWriteBackFailsIsNotAnswered() {
        let router = RouterHarness()
        router.request(.get, .record)
        let query = router.takeFrames()
        router.answer(query[0], version: RecordVersion(counter: 1, writer: 1), body: "old")
        router.answer(query[1], version: RecordVersion(counter: 2, writer: 1), body: "new")
        let back = router.takeFrames()
        for frame in back { router.refuse(frame, .storeBroken) }
        #expect(router.takeAnswer()?.status == 503)
    }

    @Test func deletedAndNeverWrittenAreMissing() {
        let router = RouterHarness()
        router.request(.get, .record)
        for frame in router.takeFrames().prefix(2) {
            router.answer(frame, flags: .tombstone, version: RecordVersion(counter: 3, writer: 1))
        }
        let deleted = router.takeAnswer()
        #expect(deleted?.status == 404)
        #expect(deleted?.version?.counter == 3)
        router.request(.get, .record)
        for frame in router.takeFrames().prefix(2) { router.answer(frame) }
        let never = router.takeAnswer()
        #expect(never?.status == 404)
        #expect(never?.version == nil)
    }

    @Test func aDeletionStoresATombstone() {
        let router = RouterHarness()
        router.request(.delete, .record)
        for frame in router.takeFrames().prefix(2) {
            router.answer(frame, version: RecordVersion(counter: 1, writer: 1))
        }
        let store = router.takeFrames()
        #expect(store.allSatisfy { $0.head.flags.contains(.tombstone) })
        for frame in store.prefix(2) { router.answer(frame) }
        #expect(router.takeAnswer()?.status == 204)
    }

    @Test func whatRecordsCannotDoIsRefused() {
        let router = RouterHarness()
        router.request(.post, .record)
        #expect(router.takeAnswer()?.status == 405)
        let storeless = RouterHarness(topology(store: nil))
        storeless.request(.get, .record)
        #expect(storeless.takeAnswer()?.status == 404)
        #expect(router.sink.frames.isEmpty)
    }

    @Test func theImportantTierIsWrittenByOneAndReadFromAll() {
        let router = RouterHarness(topology(store: StoreSettings(tier: .important)))
        router.request(.get, .record)
        let query = router.takeFrames()
        router.answer(query[0], version: RecordVersion(counter: 1, writer: 1), body: "old")
        router.answer(query[1], version: RecordVersion(counter: 2, writer: 1), body: "new")
        #expect(router.sink.answers.isEmpty)
        router.answer(query[2])
        #expect(router.takeAnswer()?.body == "new")
        // The stale ones are repaired, and nobody waits for it.
        #expect(Set(router.takeFrames().map(\.cell)) == [query[0].cell, query[2].cell])
    }

    @Test func theCacheTierAsksOneCell() {
        let router = RouterHarness(topology(store: StoreSettings(tier: .cache)))
        router.request(.get, .record)
        let query = router.takeFrames()
        #expect(query.map(\.cell) == [router.shard[0]])
        router.answer(query[0], version: RecordVersion(counter: 2, writer: 1), body: "v")
        #expect(router.takeAnswer()?.body == "v")
    }

    /// One mesh, three promises: what a write needs follows from its key.
    @Test func eachKeyHasTheTierOfItsBeginning() {
        let store = StoreSettings(
            tiers: [.init(prefix: "session/", tier: .important), .init(prefix: "cache/", tier: .cache)])
        func asked(_ key: String) -> (query: Int, acknowledgements: Int) {
            let router = RouterHarness(topology(store: store))
            router.request(.put, .record, key: key)
            let query = router.takeFrames()
            for frame in query { router.answer(frame) }
            var acknowledgements = 0
            for frame in router.takeFrames() where router.sink.answers.isEmpty {
                router.answer(frame)
                acknowledgements += 1
            }
            return (query.count, acknowledgements)
        }
        #expect(asked("k1") == (3, 2))
        #expect(asked("session%2F1") == (3, 1))
        #expect(asked("cache%2F1") == (1, 1))
    }

    /// A write that could not hear of the newest one is newer all the same.
    @Test func versionsFollowRealTimeWithoutHavingSeenOneAnother() {
        func version(_ router: RouterHarness, at now: Instant) -> RecordVersion? {
            router.request(.put, .record, now: now)
            for frame in router.takeFrames() { router.answer(frame, now: now) }
            for frame in router.takeFrames() {
                router.answer(
                    frame, version: RecordVersion(counter: frame.head.versionCounter, writer: frame.head.versionWriter),
                    now: now)
            }
            return router.takeAnswer()?.version
        }
        let first = RouterHarness()
        let second = RouterHarness()
        for router in [first, second] { router.node.wallOffset = 1_764_000_000_000_000_000 }
        var latest = RecordVersion.none
        for step in 0..<50 {
            let made = version(step % 3 == 0 ? first : second, at: .at(Int64(step)))
            #expect(made! > latest)
            latest = made!
        }
    }

    @Test func aRouterWhoseClockIsOffGoesByTheCells() {
        let router = RouterHarness()
        let noon: Int64 = 1_764_000_000_000_000_000
        router.node.wallOffset = noon + 3_600_000_000_000
        router.request(.put, .record)
        for frame in router.takeFrames() { router.answer(frame, clock: noon) }
        let version = router.takeFrames()[0].head.versionCounter
        #expect(router.node.clocks.correction == .hours(-1))
        #expect(abs(HybridClock.wall(ofCounter: version) - noon) < 1_000_000_000)
    }

    /// Answers over slow links are no clocks that are behind.
    @Test func lateAnswersSayNothingOfTheTime() {
        let router = RouterHarness()
        let noon: Int64 = 1_764_000_000_000_000_000
        router.node.wallOffset = noon
        router.request(.put, .record)
        for frame in router.takeFrames() { router.answer(frame, clock: noon, now: .at(900)) }
        #expect(router.node.clocks.correction == .zero)
    }

    @Test func aQuorumIsOneOfTheShardAtHand() {
        // Five cells are wanted, and the shard has the three there are.
        var topology = topology()
        topology.sharding.size = 5
        let router = RouterHarness(topology)
        #expect(router.shard.count < 5)
        router.request(.get, .record)
        let query = router.takeFrames()
        for frame in query.prefix(router.shard.count / 2 + 1) { router.answer(frame) }
        #expect(router.takeAnswer()?.status == 404)
    }

}

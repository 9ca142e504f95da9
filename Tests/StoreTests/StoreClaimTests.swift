import MeshBase
import Replication
import Sharding
import Testing
import Topology

@testable import Store

@Suite struct StoreClaimTests {
    let scratch = Scratch()

    private func run(_ store: RecordStore, _ operation: StoreOrder.Operation, key: String = "k", epoch: Epoch = .first)
        -> StoreAnswer.Outcome
    {
        let key = ClaimKey.bytes(service: Array("pay".utf8), key: Array(key.utf8))
        return store.run([
            StoreOrder(ticket: 1, customer: Array("c1".utf8), key: key, epoch: epoch, operation: operation)
        ])[0].outcome
    }

    private func ballot(_ round: UInt32, epoch: Epoch = .first) -> RecordVersion {
        RecordVersion(epoch: epoch, round: round, proposer: 7)
    }

    private func value(expires: Int64, isSettled: Bool = false) -> [UInt8] {
        let answer = ClaimValue.Answer(status: 200, isJSON: true, note: [], body: [1])
        return ClaimValue(
            claimer: ClaimValue.Claimer(cell: CellIndex(1), call: 5), fingerprint: 3, expires: expires,
            state: isSettled ? .done(answer) : .claimed
        ).encoded()
    }

    @Test func whatWasPromisedAndAcceptedHoldsAfterARestart() throws {
        let store = try scratch.open()
        let kept = value(expires: 500)
        #expect(run(store, .promise(ballot(2), until: 100)) == .promised(accepted: .none, value: []))
        #expect(run(store, .accept(ballot(1), kept)) == .outdated(by: ballot(2)))
        #expect(run(store, .accept(ballot(2), kept)) == .accepted)
        #expect(run(store, .promise(ballot(4), until: 100)) == .promised(accepted: ballot(2), value: kept))
        store.close()
        let again = try scratch.open()
        #expect(run(again, .promise(ballot(3), until: 100)) == .outdated(by: ballot(4)))
        #expect(run(again, .accept(ballot(3), kept)) == .outdated(by: ballot(4)))
        #expect(run(again, .promise(ballot(5), until: 100)) == .promised(accepted: ballot(2), value: kept))
        let other = run(again, .promise(ballot(6), until: 100), epoch: Epoch(9))
        #expect(other == .otherEpoch(.first))
    }

    @Test func claimsGoWhenTheirTimeIsOver() throws {
        let store = try scratch.open()
        for (key, expires) in [("a", Int64(100)), ("b", 300)] {
            _ = run(store, .promise(ballot(1), until: 50), key: key)
            _ = run(store, .accept(ballot(1), value(expires: expires)), key: key)
        }
        // Of a round that was given up.
        _ = run(store, .promise(ballot(1), until: 120), key: "c")
        #expect(run(store, .expireClaims(before: 100, keeping: 10, limit: 10)) == .expired(0, evicted: 0, left: 3))
        #expect(run(store, .expireClaims(before: 200, keeping: 10, limit: 1)) == .expired(1, evicted: 0, left: 2))
        #expect(run(store, .expireClaims(before: 200, keeping: 10, limit: 9)) == .expired(1, evicted: 0, left: 1))
        #expect(run(store, .promise(ballot(2), until: 1), key: "a") == .promised(accepted: .none, value: []))
        guard case .promised(ballot(1), _) = run(store, .promise(ballot(2), until: 1), key: "b") else {
            return #expect(Bool(false), "a claim went before its time")
        }
    }

    @Test func jobsAreFoundAndKeptUntilTheyAreDone() throws {
        let job = ClaimValue.Job(since: 7, method: 2, priority: 1, path: Array("/a".utf8), body: [1, 2, 3])
        let value = ClaimValue(
            claimer: ClaimValue.Claimer(cell: CellIndex(1), call: 5), fingerprint: 3, expires: 10, state: .queued(job))
        #expect(ClaimValue(value.encoded()) == value && value.encoded().count == job.bytes)
        #expect(ClaimValue(Array(value.encoded().prefix(41))) == nil && !value.isSettled)
        let store = try scratch.open()
        _ = run(store, .promise(ballot(1), until: 5), key: "a")
        _ = run(store, .accept(ballot(1), value.encoded()), key: "a")
        _ = run(store, .accept(ballot(1), self.value(expires: 10)), key: "b")
        // A later promise says nothing of what it is.
        _ = run(store, .promise(ballot(2), until: 5), key: "a")
        #expect(run(store, .expireClaims(before: 1_000, keeping: 10, limit: 10)) == .expired(1, evicted: 0, left: 1))
        store.close()
        let again = try scratch.open()
        guard case .fetched(let found, let taken) = run(again, .queuedClaims(limit: 10)) else {
            return #expect(Bool(false), "no answer")
        }
        #expect(taken == 1 && found.map(\.value) == [value.encoded()])
        #expect(found[0].line.position.key == ClaimKey.bytes(service: Array("pay".utf8), key: Array("a".utf8)))
        _ = run(again, .accept(ballot(2), self.value(expires: 2_000, isSettled: true)), key: "a")
        #expect(run(again, .queuedClaims(limit: 10)) == .fetched([], taken: 0))
    }

    @Test func ofTooManyTheOldestSettledGo() throws {
        let store = try scratch.open()
        for (key, expires, isSettled) in [("a", Int64(1), false), ("b", 3, true), ("c", 2, true), ("d", 9, true)] {
            _ = run(store, .accept(ballot(1), value(expires: expires, isSettled: isSettled)), key: key)
        }
        #expect(run(store, .expireClaims(before: 0, keeping: 2, limit: 10)) == .expired(0, evicted: 2, left: 2))
        for (key, isKept) in [("a", true), ("b", false), ("c", false), ("d", true)] {
            guard case .promised(let accepted, _) = run(store, .promise(ballot(2), until: 1), key: key) else {
                return #expect(Bool(false), "\(key)")
            }
            #expect((accepted != .none) == isKept, "\(key)")
        }
    }

    /// A fill brings the row alone.
    @Test func aClaimThatWasFilledIsAboveEarlierPromises() throws {
        let store = try scratch.open()
        let position = RecordPosition(
            customer: Array("c1".utf8), key: ClaimKey.bytes(service: Array("pay".utf8), key: Array("k".utf8)))
        let line = RecordLine(position: position, version: ballot(3), tombstone: false)
        let table = PlacementTable()
        let cohort = table.cohort(of: position.hash)
        let page = FillPage(
            fence: CohortFence(table, cohort: cohort),
            records: [StoredRecord(line: line, value: value(expires: 100, isSettled: true))], upTo: position)
        _ = run(store, .fill(page))
        #expect(run(store, .promise(ballot(2), until: 1)) == .outdated(by: ballot(3)))
        #expect(run(store, .expireClaims(before: 101, keeping: 9, limit: 9)) == .expired(1, evicted: 0, left: 0))
    }
}

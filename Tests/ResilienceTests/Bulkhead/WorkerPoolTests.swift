import MeshBase
import Testing

@testable import Resilience

@Suite struct WorkerPoolTests {
    let start = Instant.zero

    private func fill(_ pool: inout WorkerPool<Int>, _ jobs: [(job: Int, rank: UInt8)]) {
        for (offset, entry) in jobs.enumerated() {
            _ = pool.admit(entry.job, rank: entry.rank, now: start + .milliseconds(Int64(offset)))
        }
    }

    @Test func workersRunThenQueueThenRejection() {
        var pool = WorkerPool<Int>(workers: 2, queueLimit: 1)
        guard case .run = pool.admit(1, rank: 2, now: start), case .run = pool.admit(2, rank: 2, now: start) else {
            Issue.record("two workers were free")
            return
        }
        guard case .queued = pool.admit(3, rank: 2, now: start), case .rejected = pool.admit(4, rank: 0, now: start)
        else {
            Issue.record("the queue holds one")
            return
        }
        #expect(pool.rejected == 1)
        #expect(pool.utilisation == 1)
        #expect(pool.release(now: start).next == 3)
        #expect(pool.release(now: start).next == nil)
        #expect(pool.busy == 1)
    }

    @Test func noQueueRefusesAtOnceWhateverThePolicy() {
        var pool = WorkerPool<Int>(workers: 1, queueLimit: 0, overflow: .dropOldest)
        fill(&pool, [(1, 2)])
        guard case .rejected = pool.admit(2, rank: 0, now: start) else {
            Issue.record("there is nothing to displace")
            return
        }
    }

    @Test func dropOldestAndDropNewest() {
        var oldest = WorkerPool<Int>(workers: 1, queueLimit: 2, overflow: .dropOldest)
        fill(&oldest, [(1, 2), (2, 2), (3, 2)])
        guard case .displaced(2) = oldest.admit(4, rank: 2, now: start) else {
            Issue.record("the longest waiting job gives way")
            return
        }
        #expect(oldest.release(now: start).next == 3)
        var newest = WorkerPool<Int>(workers: 1, queueLimit: 2, overflow: .dropNewest)
        fill(&newest, [(1, 2), (2, 2), (3, 2)])
        guard case .displaced(3) = newest.admit(4, rank: 2, now: start) else {
            Issue.record("the last job gives way")
            return
        }
        #expect(newest.release(now: start).next == 2)
    }

    @Test func priorityServesTheMostImportantFirstAndDisplacesTheLeast() {
        var pool = WorkerPool<Int>(workers: 1, queueLimit: 3, overflow: .priority)
        fill(&pool, [(1, 2), (2, 3), (3, 2), (4, 0)])
        guard case .rejected = pool.admit(5, rank: 3, now: start) else {
            Issue.record("an equal does not displace")
            return
        }
        guard case .displaced(2) = pool.admit(6, rank: 1, now: start) else {
            Issue.record("the lowest rank gives way")
            return
        }
        #expect((0..<3).map { _ in pool.release(now: start).next } == [4, 6, 3])
    }

    @Test func ageLimitTurnsAwayWhatWaitedTooLong() {
        var pool = WorkerPool<Int>(workers: 1, queueLimit: 4, overflow: .ageLimit(.milliseconds(10)))
        fill(&pool, [(1, 2), (2, 2), (3, 2)])
        let release = pool.release(now: start + .milliseconds(12))
        #expect(release.expired == [2])
        #expect(release.next == 3)
        #expect(pool.rejected == 1)
    }

    @Test func ageLimitMakesRoomOnlyInPlaceOfWhatWaitedTooLong() {
        var pool = WorkerPool<Int>(workers: 1, queueLimit: 1, overflow: .ageLimit(.milliseconds(10)))
        fill(&pool, [(1, 2), (2, 2)])
        guard case .rejected = pool.admit(3, rank: 2, now: start + .milliseconds(11)) else {
            Issue.record("the one that waits is not too old")
            return
        }
        guard case .displaced(2) = pool.admit(4, rank: 2, now: start + .milliseconds(12)) else {
            Issue.record("the one that waits is too old")
            return
        }
        #expect(pool.release(now: start + .milliseconds(13)).next == 4)
    }

    @Test func aWithdrawnJobIsNeverHandedOut() {
        var pool = WorkerPool<Int>(workers: 1, queueLimit: 4)
        fill(&pool, [(1, 2), (2, 2), (3, 2)])
        pool.withdraw { $0 == 2 }
        #expect(pool.release(now: start).next == 3)
    }
}

@Suite struct WorkerPoolSizeTests {
    let start = Instant.zero

    @Test func aSmallerPoolTakesNobodysWorkerAndALargerOneServesWhoWaits() {
        var pool = WorkerPool<Int>(workers: 2, queueLimit: 4)
        for job in 1...5 { _ = pool.admit(job, rank: 2, now: start) }
        pool.resize(workers: 1, queueLimit: 4)
        #expect(pool.release(now: start).next == nil)
        #expect(pool.busy == 1)
        #expect(pool.release(now: start).next == 3)
        pool.resize(workers: 3, queueLimit: 0)
        #expect(pool.next(now: start).next == 4)
        #expect(pool.next(now: start).next == 5)
        #expect(pool.next(now: start).next == nil)
        #expect(pool.busy == 3)
    }

    @Test func refusalsAreCountedByReason() {
        var pool = WorkerPool<Int>(workers: 1, queueLimit: 1, overflow: .ageLimit(.seconds(1)))
        _ = pool.admit(1, rank: 2, now: start)
        _ = pool.admit(2, rank: 2, now: start)
        _ = pool.admit(3, rank: 2, now: start)
        _ = pool.admit(4, rank: 2, now: start + .seconds(2))
        #expect(pool.release(now: start + .seconds(4)).expired == [4])
        #expect(pool.refusals[.full] == 1 && pool.refusals[.aged] == 2 && pool.refusals[.displaced] == 0)
        #expect(pool.rejected == 3)
        var other = WorkerPool<Int>(workers: 1, queueLimit: 1, overflow: .dropOldest)
        for job in 1...3 { _ = other.admit(job, rank: 2, now: start) }
        #expect(other.refusals[.displaced] == 1 && other.rejected == 1)
        #expect(other.explanation.detail == "1 of 1 workers busy, 1 of 1 wait")
    }

    @Test func tellsSinceWhenARankWaits() {
        var pool = WorkerPool<Int>(workers: 1, queueLimit: 4, overflow: .priority)
        _ = pool.admit(1, rank: 3, now: start)
        _ = pool.admit(2, rank: 3, now: start + .seconds(1))
        _ = pool.admit(3, rank: 0, now: start + .seconds(2))
        _ = pool.admit(4, rank: 0, now: start + .seconds(3))
        #expect(pool.waitsSince(rank: 0) == start + .seconds(2))
        #expect(pool.waitsSince(rank: 3) == start + .seconds(1))
        #expect(pool.waitsSince(rank: 1) == nil)
    }
}

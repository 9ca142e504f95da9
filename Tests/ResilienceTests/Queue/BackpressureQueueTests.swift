import MeshBase
import Testing

@testable import Resilience

@Suite struct BackpressureQueueTests {
    let start = Instant.zero
    let policy = BackpressurePolicy(places: 2)
    let late = Instant.zero + .hours(1)

    private func filled() -> BackpressureQueue {
        var queue = BackpressureQueue()
        for ticket in UInt64(1)...2 { #expect(queue.put(ticket, policy, now: start, deadline: late) == .queued) }
        return queue
    }

    @Test func aPutWaitsForAPlaceAndNoMoreThanThereArePlaces() {
        var queue = filled()
        #expect(queue.put(3, policy, now: start, deadline: late) == .waits(until: start + .seconds(1)))
        let soon = start + .milliseconds(200)
        #expect(queue.put(4, policy, now: start, deadline: soon) == .waits(until: soon))
        #expect(queue.put(5, policy, now: start, deadline: late) == .full)
        #expect(queue.refused == 1 && queue.depth == 2 && queue.waiting == 2)
        #expect(queue.next(policy, now: start) == .job(.init(ticket: 1, priority: .normal, deadline: late)))
        // Its place is for the one that waited, and the next that comes takes its turn behind.
        #expect(queue.next(policy, now: start) == .job(.init(ticket: 2, priority: .normal, deadline: late)))
        #expect(queue.put(6, policy, now: soon, deadline: late) == .queued)
        #expect(queue.next(policy, now: soon) == .job(.init(ticket: 3, priority: .normal, deadline: late)))
        // The other has waited too long.
        #expect(queue.next(policy, now: soon) == .job(.init(ticket: 6, priority: .normal, deadline: late)))
        #expect(queue.next(policy, now: soon) == .empty)
        #expect(queue.popRefused(now: soon) == 4)
        #expect(queue.popRefused(now: soon) == nil)
        #expect(queue.expired == 0 && queue.refused == 2 && queue.wakeAt == .distantFuture)
    }

    @Test func aDeadlineThatComesInTheQueueEndsTheJob() {
        var queue = BackpressureQueue()
        let soon = start + .milliseconds(200)
        _ = queue.put(1, policy, now: start, deadline: soon)
        _ = queue.put(2, policy, now: start, deadline: soon)
        #expect(queue.next(policy, now: soon) == .expired(1))
        #expect(queue.withdraw(2, now: soon) == true)
        #expect(queue.expired == 2)
    }

    @Test func whoWaitedTooLongToBePutIsPassedOver() {
        var queue = filled()
        _ = queue.put(3, policy, now: start, deadline: late)
        let after = start + .seconds(1)
        _ = queue.next(policy, now: after)
        _ = queue.next(policy, now: after)
        #expect(queue.next(policy, now: after) == .empty)
        #expect(queue.wakeAt == after)
        #expect(queue.popRefused(now: start) == nil)
        #expect(queue.popRefused(now: after) == 3)
        #expect(queue.refused == 1)
        #expect(queue.withdraw(3, now: after) == false)
    }

    @Test func aRefusedJobGoesBackToTheFrontAndNothingIsTakenForAPause() {
        var queue = filled()
        let job = BackpressureQueue.Job(ticket: 1, priority: .normal, deadline: late)
        #expect(queue.next(policy, now: start) == .job(job))
        queue.putBack(job, policy, now: start)
        #expect(queue.next(policy, now: start) == .paused(until: start + .seconds(1)))
        #expect(queue.wakeAt == start + .seconds(1) && !queue.isIdle(now: start))
        #expect(queue.next(policy, now: start + .milliseconds(999)) == .paused(until: start + .seconds(1)))
        let detail = "2 of 2 in the queue, 0 wait to be put, paused for 0.4 s more"
        #expect(queue.explanation(policy, now: start + .milliseconds(600)).detail == detail)
        #expect(queue.next(policy, now: start + .seconds(1)) == .job(job))
        #expect(
            queue.next(policy, now: start + .seconds(1)) == .job(.init(ticket: 2, priority: .normal, deadline: late)))
    }

    @Test func whoIsWithdrawnLeavesItsPlace() {
        var queue = filled()
        _ = queue.put(3, policy, now: start, deadline: late)
        #expect(queue.withdraw(1, now: start) == true)
        #expect(queue.withdraw(3, now: start) == true)
        #expect(queue.withdraw(3, now: start) == false)
        #expect(queue.depth == 1 && queue.waiting == 0 && queue.refused == 0)
    }

    @Test func withoutAPutTimeAFullQueueRefusesAtOnce() {
        let policy = BackpressurePolicy(places: 0, put: .seconds(-1), pause: .zero)
        #expect(policy.places == 1 && policy.put == .zero && policy.pause == .milliseconds(1))
        var queue = BackpressureQueue()
        #expect(queue.put(1, policy, now: start, deadline: late) == .queued)
        #expect(queue.put(2, policy, now: start, deadline: late) == .full)
        #expect(queue.put(3, policy, now: late, deadline: late) == .full)
    }

    /// Every job that was put ends once: taken, expired or withdrawn; and the order of coming holds.
    @Test(arguments: [UInt64(21), 22, 23, 24]) func everyJobEndsOnce(seed: UInt64) {
        var rng = Generator(seed: seed)
        let policy = BackpressurePolicy(places: 5, put: .milliseconds(30), pause: .milliseconds(20))
        var queue = BackpressureQueue()
        var now = start
        var alive: [UInt64: Instant] = [:]
        var last: UInt64 = 0
        for ticket in UInt64(1)...5_000 {
            now += .microseconds(Int64(rng.below(8_000)))
            let deadline = now + .milliseconds(Int64(rng.below(200)))
            switch queue.put(ticket, policy, now: now, deadline: deadline) {
            case .queued: alive[ticket] = deadline
            case .waits(let until): alive[ticket] = until
            case .full: #expect(deadline <= now || queue.waiting == 5, "seed \(seed)")
            }
            if rng.chance(0.6) {
                switch queue.next(policy, now: now) {
                case .job(let job):
                    #expect(alive[job.ticket] != nil && job.deadline > now && job.ticket > last, "seed \(seed)")
                    if rng.chance(0.2) {
                        queue.putBack(job, policy, now: now)
                    } else {
                        last = job.ticket
                        alive[job.ticket] = nil
                    }
                case .expired(let ticket): #expect(alive.removeValue(forKey: ticket) != nil, "seed \(seed)")
                case .paused(let until): #expect(until > now, "seed \(seed)")
                case .empty: #expect(queue.depth == 0, "seed \(seed)")
                }
            }
            while let ticket = queue.popRefused(now: now) {
                #expect(alive.removeValue(forKey: ticket) != nil, "seed \(seed)")
            }
            for (other, until) in alive where until <= now && rng.chance(0.5) {
                // One that moved from waiting to the queue has more time than was told first.
                if queue.withdraw(other, now: now) { alive[other] = nil }
            }
            #expect(queue.depth <= 6 && queue.waiting <= 5, "seed \(seed)")
        }
    }
}

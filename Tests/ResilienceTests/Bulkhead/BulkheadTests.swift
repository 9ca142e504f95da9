import MeshBase
import Testing

@testable import Resilience

@Suite struct BulkheadTests {
    let start = Instant.zero
    let policy = BulkheadPolicy(concurrent: 2, wait: .seconds(1), places: 3)

    private func full(_ policy: BulkheadPolicy, low: Int = 0) -> Bulkhead {
        var bulkhead = Bulkhead(policy, now: start)
        for index in 0..<policy.concurrent {
            let priority: Priority = index < low ? .low : .normal
            #expect(bulkhead.ask(UInt64(1_000 + index), policy, priority: priority, now: start) == .run)
        }
        return bulkhead
    }

    @Test func runsUpToItsLimitThenWaitsThenRefuses() {
        var bulkhead = full(policy)
        for ticket in UInt64(1)...3 {
            #expect(
                bulkhead.ask(ticket, policy, priority: .normal, now: start)
                    == .wait(until: start + .seconds(1), inPlaceOf: nil))
        }
        #expect(bulkhead.ask(4, policy, priority: .normal, now: start) == .refused(.full))
        #expect(bulkhead.refusals[.full] == 1)
        #expect(bulkhead.busy == 2 && bulkhead.waiting == 3)
    }

    @Test func withoutAWaitItRefusesAtOnce() {
        let policy = BulkheadPolicy(concurrent: 1, wait: .zero)
        var bulkhead = full(policy)
        #expect(bulkhead.ask(1, policy, priority: .critical, now: start) == .refused(.full))
    }

    @Test func aDeadlineEndsTheWait() {
        var bulkhead = full(policy)
        let deadline = start + .milliseconds(300)
        #expect(
            bulkhead.ask(1, policy, priority: .normal, now: start, deadline: deadline)
                == .wait(until: deadline, inPlaceOf: nil))
        #expect(bulkhead.ask(2, policy, priority: .normal, now: start, deadline: start) == .refused(.full))
    }

    @Test func theMoreImportantIsServedFirstAndEqualsInOrder() {
        var bulkhead = full(policy)
        _ = bulkhead.ask(1, policy, priority: .low, now: start)
        _ = bulkhead.ask(2, policy, priority: .critical, now: start)
        _ = bulkhead.ask(3, policy, priority: .critical, now: start)
        var served: [UInt64] = []
        for priority in [Priority.normal, .normal, .critical] {
            bulkhead.giveBack(priority: priority, now: start)
            if let waiter = bulkhead.next(now: start) { served.append(waiter.ticket) }
        }
        #expect(served == [2, 3, 1])
    }

    @Test func inAFullLineTheLatestOfTheLowestClassGivesWay() {
        var bulkhead = full(policy)
        _ = bulkhead.ask(1, policy, priority: .low, now: start)
        _ = bulkhead.ask(2, policy, priority: .low, now: start)
        _ = bulkhead.ask(3, policy, priority: .normal, now: start)
        #expect(
            bulkhead.ask(4, policy, priority: .high, now: start) == .wait(until: start + .seconds(1), inPlaceOf: 2))
        #expect(
            bulkhead.ask(5, policy, priority: .high, now: start) == .wait(until: start + .seconds(1), inPlaceOf: 1))
        // Nobody of a lower class waits: equals do not displace each other.
        #expect(bulkhead.ask(6, policy, priority: .normal, now: start) == .refused(.full))
        #expect(bulkhead.refusals[.displaced] == 2 && bulkhead.refusals[.full] == 1)
    }

    @Test func whoWaitedTooLongIsPassedOver() {
        var bulkhead = full(policy)
        _ = bulkhead.ask(1, policy, priority: .normal, now: start)
        _ = bulkhead.ask(2, policy, priority: .normal, now: start + .milliseconds(500))
        let later = start + .seconds(1)
        bulkhead.giveBack(priority: .normal, now: later)
        #expect(bulkhead.next(now: later)?.ticket == 2)
        #expect(bulkhead.refusals[.wait] == 1)
        #expect(bulkhead.withdraw(1, now: later) == false)
    }

    @Test func whoLeavesTheLineFreesItsPlaceThere() {
        var bulkhead = full(policy)
        for ticket in UInt64(1)...3 { _ = bulkhead.ask(ticket, policy, priority: .normal, now: start) }
        #expect(bulkhead.withdraw(2, now: start) == true)
        #expect(bulkhead.withdraw(2, now: start) == false)
        #expect(bulkhead.refusals.total == 0)
        #expect(
            bulkhead.ask(4, policy, priority: .normal, now: start) == .wait(until: start + .seconds(1), inPlaceOf: nil))
    }

    @Test func aLoweredLimitTakesNobodysPlaceAndARaisedOneServesWhoWaits() {
        var bulkhead = full(policy)
        _ = bulkhead.ask(1, policy, priority: .normal, now: start)
        bulkhead.resize(to: 1)
        bulkhead.giveBack(priority: .normal, now: start)
        #expect(bulkhead.next(now: start) == nil)
        #expect(bulkhead.busy == 1)
        bulkhead.resize(to: 3)
        // Who comes now does not overtake an equal that waits, but may a lesser one.
        #expect(
            bulkhead.ask(2, policy, priority: .normal, now: start) == .wait(until: start + .seconds(1), inPlaceOf: nil))
        #expect(bulkhead.ask(3, policy, priority: .high, now: start) == .run)
        #expect(bulkhead.next(now: start)?.ticket == 1)
        #expect(bulkhead.next(now: start) == nil)
    }

    @Test func criticalThatWaitsForLowIsAnInversion() {
        let policy = BulkheadPolicy(concurrent: 4, wait: .seconds(1))
        var bulkhead = full(policy, low: 2)
        _ = bulkhead.ask(1, policy, priority: .critical, now: start)
        #expect(!bulkhead.hasInversion(now: start + .milliseconds(100)))
        #expect(bulkhead.hasInversion(now: start + .milliseconds(101)))
        bulkhead.giveBack(priority: .low, now: start + .milliseconds(101))
        #expect(!bulkhead.hasInversion(now: start + .milliseconds(101)))
    }

    @Test func occupancyIsAnAverageOverTime() {
        var occupancy = Occupancy(now: start)
        occupancy.enter(.normal, now: start + .milliseconds(250))
        occupancy.enter(.low, now: start + .milliseconds(500))
        occupancy.leave(.normal, now: start + .milliseconds(750))
        // 1 for 250 ms, 2 for 250 ms, 1 for 250 ms.
        #expect(occupancy.look(now: start + .seconds(1)) == 1)
        #expect(occupancy.look(now: start + .seconds(2)) == 1)
        #expect(occupancy[.low] == 1 && occupancy[.normal] == 0)
    }

    @Test func explainsWhereItStands() {
        var bulkhead = full(policy)
        _ = bulkhead.ask(1, policy, priority: .normal, now: start)
        let explanation = bulkhead.explanation(policy)
        #expect(explanation.detail == "2 of 2 out, 1 of 3 wait for at most 1 s")
        #expect(explanation.numbers.first == .init("busy", 2))
    }

    @Test func defaultsAreThoseOfTheProfiles() {
        #expect(BulkheadPolicy.seed.concurrent == 20 && BulkheadPolicy.seed.wait == .seconds(5))
        #expect(BulkheadPolicy.local(workers: 10, isCore: true).concurrent == 10)
        #expect(BulkheadPolicy.local(workers: 10, isCore: false).concurrent == 2)
        #expect(BulkheadPolicy.local(workers: 40, isCore: false).concurrent == 10)
        #expect(BulkheadPolicy.router(workers: 4, queue: 100).concurrent == 256)
        #expect(BulkheadPolicy.router(workers: 64, queue: 200).concurrent == 528)
        #expect(BulkheadPolicy.records.concurrent == 1_024)
        let absurd = BulkheadPolicy(concurrent: -3, wait: .seconds(-1), places: -1)
        #expect(absurd.concurrent == 1 && absurd.wait == .zero && absurd.places == 0)
    }

    /// Whatever happens, places are conserved and nobody of a lower class is served while a higher one waits.
    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8]) func placesAreConserved(seed: UInt64) {
        var rng = Generator(seed: seed)
        let policy = BulkheadPolicy(concurrent: 5, wait: .milliseconds(20), places: 7)
        var bulkhead = Bulkhead(policy, now: start)
        var now = start
        var out: [Priority] = []
        var waiting: [UInt64: (Priority, Instant)] = [:]
        for ticket in UInt64(1)...4_000 {
            now += .microseconds(Int64(rng.below(3_000)))
            let priority = Priority(rawValue: UInt8(rng.below(4)))!
            switch rng.below(3) {
            case 0, 1:
                switch bulkhead.ask(ticket, policy, priority: priority, now: now) {
                case .run: out.append(priority)
                case .wait(let until, let other):
                    if let other {
                        let gone = waiting.removeValue(forKey: other)
                        #expect(gone!.0 > priority, "seed \(seed)")
                    }
                    waiting[ticket] = (priority, until)
                case .refused:
                    #expect(waiting.count == policy.places, "seed \(seed)")
                    #expect(!waiting.values.contains { $0.0 > priority }, "seed \(seed)")
                }
            default:
                guard !out.isEmpty else { break }
                bulkhead.giveBack(priority: out.remove(at: Int(rng.below(UInt64(out.count)))), now: now)
            }
            while let waiter = bulkhead.next(now: now) {
                let known = waiting.removeValue(forKey: waiter.ticket)
                #expect(known != nil && known!.1 > now, "seed \(seed)")
                #expect(!waiting.values.contains { $0.0 < waiter.priority && $0.1 > now }, "seed \(seed)")
                out.append(waiter.priority)
            }
            for (other, entry) in waiting where entry.1 <= now {
                bulkhead.withdraw(other, now: now)
                waiting[other] = nil
            }
            #expect(bulkhead.busy == out.count && bulkhead.busy <= 5, "seed \(seed)")
            #expect(bulkhead.waiting == waiting.count, "seed \(seed)")
        }
    }
}

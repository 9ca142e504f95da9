import MeshBase
import Testing

@testable import Resilience

@Suite struct ConnectionPoolTests {
    let start = Instant.zero
    let policy = ConnectionPolicy(most: 4, wait: .seconds(1), places: 2)

    @Test func opensUpToItsMostThenWaitsThenRefuses() {
        var pool = ConnectionPool(policy)
        for number in UInt32(0)..<4 {
            #expect(pool.ask(UInt64(number), priority: .normal, now: start) == .open(number))
        }
        #expect(pool.ask(5, priority: .normal, now: start) == .wait(until: start + .seconds(1), inPlaceOf: nil))
        #expect(pool.ask(6, priority: .normal, now: start) == .wait(until: start + .seconds(1), inPlaceOf: nil))
        #expect(pool.ask(7, priority: .normal, now: start) == .refused(.full))
        #expect(pool.ask(8, priority: .high, now: start) == .wait(until: start + .seconds(1), inPlaceOf: 6))
        pool.giveBack(2, now: start)
        let hand = pool.next(now: start)
        #expect(hand?.waiter.ticket == 8 && hand?.connection == 2 && hand?.isNew == false)
        pool.lost(3)
        let other = pool.next(now: start)
        #expect(other?.waiter.ticket == 5 && other?.connection == 3 && other?.isNew == true)
        #expect(pool.next(now: start) == nil)
        #expect(pool.refusals[.full] == 1 && pool.refusals[.displaced] == 1)
    }

    @Test func theOneUsedLastIsUsedNextAndTheOthersAreClosed() {
        var pool = ConnectionPool(policy)
        for ticket in UInt64(0)..<3 { _ = pool.ask(ticket, priority: .normal, now: start) }
        for number in UInt32(0)..<3 { pool.giveBack(number, now: start + .seconds(Int64(number))) }
        #expect(pool.ask(9, priority: .normal, now: start + .seconds(3)) == .use(2))
        pool.giveBack(2, now: start + .seconds(61))
        #expect(pool.surplus(now: start + .seconds(60)) == nil)
        #expect(pool.surplus(now: start + .seconds(62)) == 0)
        #expect(pool.surplus(now: start + .seconds(62)) == 1)
        // A quarter of four is kept, however long it is idle.
        #expect(pool.surplus(now: start + .hours(1)) == nil)
        #expect(pool.idleCount == 1)
    }

    @Test func theLeastIsOpenedAhead() {
        var pool = ConnectionPool(ConnectionPolicy.replica)
        var opened: [UInt32] = []
        while let number = pool.openAhead() { opened.append(number) }
        #expect(opened == [0, 1, 2, 3, 4])
        for number in opened { pool.giveBack(number, now: start) }
        #expect(pool.openAhead() == nil)
        #expect(pool.idleCount == 5 && pool.busy == 0)
        pool.lostIdle(3)
        #expect(pool.openAhead() == 3)
    }

    @Test func aPoolThatWasSmallerForAWhileKeepsAsManyOpenAsBefore() {
        var pool = ConnectionPool(ConnectionPolicy.replica)
        pool.resize(to: 2)
        #expect(pool.policy.most == 2 && pool.policy.least == 2)
        pool.resize(to: 20)
        #expect(pool.policy == .replica)
    }

    @Test func whoWaitedTooLongIsPassedOver() {
        var pool = ConnectionPool(ConnectionPolicy(most: 1, wait: .seconds(1)))
        _ = pool.ask(1, priority: .normal, now: start)
        _ = pool.ask(2, priority: .normal, now: start)
        pool.giveBack(0, now: start + .seconds(1))
        #expect(pool.next(now: start + .seconds(1)) == nil)
        #expect(pool.withdraw(2, now: start + .seconds(1)) == false)
        #expect(pool.refusals[.wait] == 1)
        #expect(pool.explanation.detail == "0 of 1 connections in use, 1 idle, 0 wait")
    }

    @Test func contradictingSettingsAreMadeSound() {
        let policy = ConnectionPolicy(most: 0, least: 7, wait: .seconds(-1))
        #expect(policy.most == 1 && policy.least == 1 && policy.wait == .zero)
        #expect(ConnectionPolicy.seed.least == 5)
    }
}

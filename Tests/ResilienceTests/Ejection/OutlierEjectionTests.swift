import MeshBase
import Testing

@testable import Resilience

@Suite struct OutlierEjectionTests {
    let start = Instant.zero
    let policy = EjectionPolicy.seed

    private func feed(
        _ ejection: inout OutlierEjection, _ cell: Int, good: Int, bad: Int, now: Instant
    ) -> [OutlierEjection.Change] {
        var changes: [OutlierEjection.Change] = []
        // A bad one behind every few good ones, so that no run ejects.
        var left = bad
        for index in 0..<max(good, bad) {
            if index < good, let change = ejection.record(cell, .success, policy, now: now) { changes.append(change) }
            if left > 0 {
                left -= 1
                if let change = ejection.record(cell, .failure, policy, now: now) { changes.append(change) }
            }
        }
        return changes
    }

    private func look(_ ejection: inout OutlierEjection, at now: Instant) -> [OutlierEjection.Change] {
        var changes: [OutlierEjection.Change] = []
        ejection.look(policy, now: now) { changes.append($0) }
        return changes
    }

    @Test func conformance16SuccessShare() {
        // 4 at 100 %, one at 50 %: mean 90, threshold 90 - 1.9 x 20 = 52.
        var ejection = OutlierEjection(policy, now: start)
        for cell in 0..<4 { #expect(feed(&ejection, cell, good: 200, bad: 0, now: start).isEmpty) }
        #expect(feed(&ejection, 4, good: 100, bad: 100, now: start).isEmpty)
        let now = start + .seconds(10)
        #expect(look(&ejection, at: now) == [.out(cell: 4, why: .share, until: now + .seconds(30))])
        #expect(ejection.isOut(4) && !ejection.isOut(3) && ejection.ejections(.share) == 1)
    }

    @Test func conformance16SuccessShareAboveTheThresholdStays() {
        // At 53 %, mean 90.6 and deviation 18.8: the threshold is 54.9; at 60 %: 92, 16, 61.6. Only two bad ones of
        // five, which draw the threshold down, are let be: 100, 100, 100, 50, 50: mean 80, deviation 24.5, 33.5.
        var ejection = OutlierEjection(policy, now: start)
        for cell in 0..<3 { _ = feed(&ejection, cell, good: 200, bad: 0, now: start) }
        for cell in 3..<5 { _ = feed(&ejection, cell, good: 100, bad: 100, now: start) }
        #expect(look(&ejection, at: start + .seconds(10)).isEmpty)
        // Four cells are too few to compare, and 99 results too few of a cell.
        for cell in 0..<3 { _ = feed(&ejection, cell, good: 200, bad: 0, now: start) }
        _ = feed(&ejection, 3, good: 99, bad: 0, now: start)
        _ = feed(&ejection, 4, good: 100, bad: 100, now: start)
        #expect(look(&ejection, at: start + .seconds(20)).isEmpty)
    }

    @Test func conformance16ConsecutiveFailures() {
        var ejection = OutlierEjection(policy, now: start)
        for cell in 0..<5 { _ = feed(&ejection, cell, good: 1, bad: 0, now: start) }
        for _ in 0..<4 { #expect(ejection.record(2, .failure, policy, now: start) == nil) }
        #expect(
            ejection.record(2, .slow, policy, now: start)
                == .out(cell: 2, why: .consecutive, until: start + .seconds(30)))
        #expect(look(&ejection, at: start + .milliseconds(9_999)).isEmpty)
        #expect(ejection.isOut(2))
        #expect(look(&ejection, at: start + .milliseconds(30_001)) == [.back(cell: 2)])
        #expect(!ejection.isOut(2) && ejection.outCount == 0)
    }

    @Test func conformance16AtMostATenthAndAtLeastOne() {
        for (cells, most) in [(1, 1), (5, 1), (10, 1), (19, 1), (20, 2), (35, 3)] {
            var ejection = OutlierEjection(policy, now: start)
            for cell in 0..<cells { _ = feed(&ejection, cell, good: 1, bad: 0, now: start) }
            for cell in 0..<cells { _ = feed(&ejection, cell, good: 0, bad: 5, now: start) }
            #expect(ejection.outCount == most, "\(cells) cells")
            #expect(ejection.withTraffic == cells)
        }
        #expect(EjectionPolicy(most: 0.29).most(of: 100) == 29)
        #expect(EjectionPolicy(most: 0).most(of: 100) == 1)
    }

    @Test func conformance17Panic() {
        var ejection = OutlierEjection(policy, now: start)
        #expect(ejection.countPanic(available: 1, of: 2, policy) == false)
        #expect(ejection.countPanic(available: 4, of: 9, policy) == true)
        #expect(ejection.countPanic(available: 5, of: 10, policy) == false)
        #expect(ejection.countPanic(available: 0, of: 1, policy) == true)
        #expect(ejection.panics == 2)
        #expect(policy.isPanic(available: 0, of: 0) == false)
    }

    @Test func aSuccessEndsARunAndWhatSaysNothingDoesNot() {
        var ejection = OutlierEjection(policy, now: start)
        for _ in 0..<4 { _ = ejection.record(0, .failure, policy, now: start) }
        _ = ejection.record(0, .success, policy, now: start)
        for _ in 0..<4 { #expect(ejection.record(0, .failure, policy, now: start) == nil) }
        #expect(ejection.record(0, .nothing, policy, now: start) == nil)
        #expect(
            ejection.explanation(0, policy, now: start).detail == "in, 4 bad results in a row of 5 that eject")
        #expect(ejection.record(0, .failure, policy, now: start) != nil)
        #expect(
            ejection.explanation(0, policy, now: start + .seconds(10)).detail
                == "5 bad results in a row, out for 20 s more, 1 of 1 cells out")
    }

    @Test func eachEjectionLastsLongerAndIsForgottenAgain() {
        var ejection = OutlierEjection(policy, now: start)
        var now = start
        for times in Int64(1)...12 {
            let changes = feed(&ejection, 0, good: 0, bad: 5, now: now)
            let until = now + .seconds(30 * min(times, 10))
            #expect(changes == [.out(cell: 0, why: .consecutive, until: until)])
            // What it answers while it is out was begun before.
            #expect(feed(&ejection, 0, good: 0, bad: 10, now: now).isEmpty)
            now = until
            #expect(look(&ejection, at: now) == [.back(cell: 0)])
        }
        // Ten ejections; each look at which it was in and had traffic forgets one.
        for _ in 0..<4 {
            now += .seconds(10)
            _ = feed(&ejection, 0, good: 1, bad: 0, now: now)
            _ = look(&ejection, at: now)
        }
        now += .seconds(10)
        _ = look(&ejection, at: now)  // Without traffic nothing is forgotten.
        let changes = feed(&ejection, 0, good: 0, bad: 5, now: now)
        #expect(changes == [.out(cell: 0, why: .consecutive, until: now + .seconds(30 * 7))])
    }

    @Test func cellsThatAreAlikeAreLeftAlone() {
        var ejection = OutlierEjection(policy, now: start)
        for cell in 0..<7 { _ = feed(&ejection, cell, good: 70, bad: 37, now: start) }
        #expect(look(&ejection, at: start + .seconds(10)).isEmpty)
    }

    @Test func fewCellsAreNotCompared() {
        // With a deviation of 1 the worst of any number is out, but for four that are too few to have a mean.
        for (cells, isEjected) in [(4, false), (5, true)] {
            let policy = EjectionPolicy(deviations: 1)
            var ejection = OutlierEjection(policy, now: start)
            for cell in 1..<cells { _ = feed(&ejection, cell, good: 200, bad: 0, now: start) }
            _ = feed(&ejection, 0, good: 100, bad: 100, now: start)
            ejection.look(policy, now: start + .seconds(10)) { _ in }
            #expect(ejection.isOut(0) == isEjected)
        }
    }

    @Test func whoIsOutIsNotEjectedOnceMore() {
        var ejection = OutlierEjection(policy, now: start)
        for cell in 0..<20 { _ = feed(&ejection, cell, good: 1, bad: 0, now: start) }
        #expect(feed(&ejection, 0, good: 0, bad: 20, now: start).count == 1)
        #expect(ejection.outCount == 1)
        #expect(feed(&ejection, 1, good: 0, bad: 20, now: start).count == 1)
        #expect(ejection.outCount == 2 && ejection.ejections(.consecutive) == 2)
    }

    @Test func cellsWithoutTrafficAreNoneOfTheMany() {
        var ejection = OutlierEjection(policy, now: start)
        for cell in 0..<30 { _ = feed(&ejection, cell, good: 1, bad: 0, now: start) }
        #expect(ejection.withTraffic == 30)
        for round in Int64(1)...11 {
            _ = feed(&ejection, 0, good: 1, bad: 0, now: start)
            _ = look(&ejection, at: start + .seconds(10 * round))
        }
        #expect(ejection.withTraffic == 1)
        #expect(ejection.nextLook == start + .seconds(120))
    }

    @Test func whatCannotBeIsMadeSound() {
        let policy = EjectionPolicy(
            consecutive: 0, interval: .zero, base: .zero, most: 7, panic: -1, volume: 0, cells: 0, deviations: .nan)
        #expect(policy.consecutive == 1 && policy.interval == .milliseconds(1) && policy.base == .milliseconds(1))
        #expect(policy.most == 1 && policy.panic == 0 && policy.volume == 1 && policy.cells == 2)
        #expect(policy.deviations == 1.9)
        #expect(EjectionPolicy.local.interval == .seconds(1) && EjectionPolicy.local.base == .seconds(2))
    }
}

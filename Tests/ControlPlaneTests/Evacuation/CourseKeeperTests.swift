import Evacuation
import MeshBase
import Reports
import Sharding
import Store
import Testing
import Topology

@testable import ControlPlane

@Suite struct CourseKeeperTests {
    private let plan = PlanDecree(
        id: 7, kind: .evacuate, region: 0, percents: [50, 100], watch: .seconds(1), began: 1_000_000_000)
    private func moves(_ requests: UInt64, pauses: UInt64 = 0) -> RouterMoves {
        RouterMoves(
            version: 1, requests: requests, failures: 0, inARow: 0, pauses: [[1_000, pauses]], longest: 900, idle: [:])
    }
    private func vitals(_ filled: UInt64) -> CellVitals {
        CellVitals(utilisation: 0, isStoreFull: false, filled: filled, verified: filled, damaged: 0)
    }
    private let router = ProcessName(.router, "r1")
    private let cell = ProcessName(.cell, "a-1")

    private func journal() throws -> (Scratch, Journal) {
        let folder = try Scratch()
        return (folder, try Journal(path: folder.path + "/control.sqlite"))
    }

    private func tally() -> MoveTally {
        var tally = MoveTally()
        tally.take(moves(100, pauses: 5), of: router, at: .zero)
        tally.take(vitals(50), of: cell)
        return tally
    }

    /// Five failures in a row before anybody moved were a reason to take a plan back, again and again.
    @Test func whatFailedBeforeIsNoReason() {
        func page(requests: UInt64, failures: UInt64, inARow: UInt64) -> RouterMoves {
            RouterMoves(
                version: 1, requests: requests, failures: failures, inARow: inARow, pauses: [], longest: 0, idle: [:])
        }
        var tally = MoveTally()
        tally.take(page(requests: 100, failures: 5, inARow: 5), of: router, at: .zero)
        #expect(tally.observation(ofStage: 1).failuresInARow == 0)
        tally.take(page(requests: 101, failures: 6, inARow: 6), of: router, at: .zero)
        #expect(tally.observation(ofStage: 1).failuresInARow == 1)
        tally.take(page(requests: 110, failures: 9, inARow: 3), of: router, at: .zero)
        #expect(tally.observation(ofStage: 1).failuresInARow == 3)
    }

    /// It was said to have come after 0 ms.
    @Test func aRequestBeforeItBeganIsNoLastRequest() {
        var tally = MoveTally()
        tally.take(
            RouterMoves(
                version: 1, requests: 1, failures: 0, inARow: 0, pauses: [], longest: 0, idle: ["a-1": 1_000]),
            of: router, at: .zero + .seconds(5))
        let use = tally.lastUse(of: ["a-1"], since: .zero)
        #expect(use != nil && tally.lastUse(of: ["a-1"], since: .zero + .seconds(6)) == nil)
        #expect(use.map { tally.lastUse(of: ["a-1"], since: $0) == $0 } == true)
    }

    @Test func theNextControlPlaneGoesOnWithWhatWasCounted() throws {
        let (folder, journal) = try journal()
        let first = CourseKeeper(journal)
        first.begin(plan, cohorts: 4, notes: [], tally: tally(), now: .zero)
        first.take(plan, nil, cohorts: 4, wall: 1_500_000_000, now: .zero)
        first.tally.take(vitals(80), of: cell)
        first.tick(now: .zero + .seconds(1))

        // Killed; what cells and routers count goes on meanwhile.
        let second = CourseKeeper(journal)
        second.take(plan, nil, cohorts: 4, wall: 9_000_000_000, now: .zero)
        second.tally.take(moves(140, pauses: 8), of: router, at: .zero)
        second.tally.take(vitals(120), of: cell)
        #expect(second.tally.copied == 70 && second.tally.verified == 70)
        #expect(second.tally.pause?.p50 == 1)
        let course = try #require(second.course)
        #expect(course.lives == 2 && course.decided == 1_500_000_000 && course.began == 1_000_000_000)
        withExtendedLifetime(folder) {}
    }

    @Test func aPlanThatNobodyHasSeenBeginIsCountedFromHere() throws {
        let (folder, journal) = try journal()
        let keeper = CourseKeeper(journal)
        keeper.take(plan, nil, cohorts: 4, wall: 9_000_000_000, now: .zero)
        let course = try #require(keeper.course)
        #expect(course.began == 1_000_000_000 && course.decided == nil && course.lives == 1)
        withExtendedLifetime(folder) {}
    }

    /// Two at the same instant: the one that was not decided leaves the other's figures as they were.
    @Test func whatIsNotDecidedLeavesTheFormerOne() throws {
        let (folder, journal) = try journal()
        let keeper = CourseKeeper(journal)
        keeper.begin(plan, cohorts: 4, notes: [], tally: tally(), now: .zero)
        keeper.take(plan, nil, cohorts: 4, wall: 1_500_000_000, now: .zero)
        let other = PlanDecree(id: 8, kind: .evacuate, region: 1, percents: [100], watch: .zero, began: 2_000_000_000)
        keeper.begin(other, cohorts: 4, notes: [], tally: MoveTally(), now: .zero)
        #expect(CourseKeeper(journal).course?.plan?.id == 8)
        keeper.forget(now: .zero)
        #expect(keeper.course?.plan?.id == 7 && CourseKeeper(journal).course?.plan?.id == 7)
        keeper.tally.take(vitals(60), of: cell)
        #expect(keeper.tally.copied == 10)
        withExtendedLifetime(folder) {}
    }

    @Test func whatIsNoCourseIsNone() throws {
        let (folder, journal) = try journal()
        try journal.setMeta("evacuation/course", #"{"course":7}"#)
        #expect(CourseKeeper(journal).course == nil)
        withExtendedLifetime(folder) {}
    }
}

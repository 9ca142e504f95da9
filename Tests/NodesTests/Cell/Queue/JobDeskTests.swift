import MeshBase
import Replication
import Testing
import Topology

@testable import Nodes

/// Which jobs are tried when.
@Suite struct JobDeskTests {
    private func desk(_ capacity: Int, _ overflow: Pool.Overflow = .rejectNew) -> JobDesk {
        var settings = QueueSettings()
        settings.capacity = capacity
        settings.overflow = overflow
        return JobDesk(services: 2, settings)
    }

    private func job(_ key: String, service: Int = 0, priority: UInt8 = 2, since: Int64 = 0) -> JobDesk.Job {
        JobDesk.Job(
            position: RecordPosition(customer: [1], key: Array(key.utf8)), service: service,
            value: ClaimValue(
                claimer: .init(cell: CellIndex(0), call: 1), fingerprint: 0, expires: 0,
                state: .queued(.init(since: since, method: 1, priority: priority))))
    }

    private func add(_ desk: inout JobDesk, _ job: JobDesk.Job) {
        _ = desk.ask(job.service, priority: 2) { _ in false }
        desk.add(job, isAsked: true, now: .at(-500))
    }

    /// What a gate did not let through was not tried: it waits for the gate's time, and its own stays what it was.
    @Test func whatIsBlockedWaitsForItsGate() {
        var desk = desk(10)
        add(&desk, job("a"))
        for at in [0, 2_000, 4_000] as [Int64] {
            #expect(desk.next(now: .at(at))?.position == job("a").position)
            desk.tried(job("a").position, isDone: false, blockedFor: .seconds(2), now: .at(at))
            #expect(desk.nextTry() == .at(at + 2_000))
        }
        #expect(desk.next(now: .at(6_000)) != nil)
        desk.tried(job("a").position, isDone: false, now: .at(6_000))
        #expect(desk.nextTry() == .at(6_500))
    }

    @Test func afterAFailureItsServiceWaitsTwiceAsLongEachTime() {
        var desk = desk(10)
        for key in ["a", "b"] { add(&desk, job(key)) }
        add(&desk, job("c", service: 1))
        #expect(desk.next(now: .at(0))?.position == job("a").position)
        #expect(desk.next(now: .at(0))?.position == job("c").position, "one at a time, of each service")
        #expect(desk.next(now: .at(0)) == nil && desk.isRunning)
        desk.tried(job("a").position, isDone: false, now: .at(100))
        #expect(desk.nextTry() == .at(600) && desk.next(now: .at(599)) == nil)
        #expect(desk.next(now: .at(600))?.position == job("a").position, "in its order")
        desk.tried(job("a").position, isDone: false, now: .at(600))
        #expect(desk.nextTry() == .at(1_600))
        _ = desk.next(now: .at(1_600))
        desk.tried(job("a").position, isDone: true, now: .at(1_700))
        #expect(desk.nextTry() == .at(1_700) && desk.depth == 2)
        #expect(desk.counters.done == 1 && desk.counters.failed == 2)
    }

    /// Each time the shard is asked what became of it: less and less often where that does not help.
    @Test func aTurnThatChangedNothingComesAgainLater() {
        var desk = desk(10)
        let turns = (1...40).filter { _ in desk.isTurn(job("a").position, rank: 0) }
        #expect(turns == [1, 2, 4, 8, 12, 24, 36])
        let later = (1...16).filter { _ in desk.isTurn(job("b").position, rank: 2) }
        #expect(later == [7, 8, 10, 14])
        desk.add(job("a"), isAsked: false, now: .at(0))
        desk.remove(job("a").position)
        let anew = desk.isTurn(job("a").position, rank: 0)
        #expect(anew, "it begins anew")
    }

    @Test func moreAtOnceWhileAllGoesWell() {
        var desk = desk(100)
        for number in 0..<50 { add(&desk, job("\(number)")) }
        var most = 0
        var at: Int64 = 0
        while desk.depth > 0 {
            var begun: [RecordPosition] = []
            while let job = desk.next(now: .at(at)) { begun.append(job.position) }
            most = max(most, begun.count)
            for position in begun { desk.tried(position, isDone: true, now: .at(at)) }
            at += 1
        }
        #expect(most == JobDesk.mostRunning && desk.counters.done == 50)
    }

    @Test func whoGivesWay() {
        for (overflow, expected) in [
            (Pool.Overflow.rejectNew, nil), (.dropOldest, "a"), (.dropNewest, "c"), (.priority, "b"), (.ageLimit, "a"),
        ] as [(Pool.Overflow, String?)] {
            var desk = desk(3, overflow)
            add(&desk, job("a", priority: 1, since: 1))
            add(&desk, job("b", priority: 3, since: 2))
            add(&desk, job("c", priority: 1, since: 3))
            switch desk.ask(0, priority: 1, isOld: { $0 < 2 }) {
            case .taken: Issue.record("there was no place")
            case .refused: #expect(expected == nil)
            case .inPlaceOf(let position): #expect(position.key == expected.map { Array($0.utf8) }, "\(overflow)")
            }
        }
        var desk = desk(1)
        #expect(desk.isOn)
        _ = desk.ask(0, priority: 2) { _ in false }
        desk.withdraw()
        if case .taken = desk.ask(0, priority: 2, isOld: { _ in false }) {} else { Issue.record("a place came back") }
        // What was acknowledged is taken in whatever there is.
        desk.add(job("x"), isAsked: false, now: .at(0))
        desk.add(job("x"), isAsked: true, now: .at(0))
        #expect(desk.depth == 1 && desk.nextTry() == .at(0) && JobDesk(services: 1, nil).isOn == false)
    }
}

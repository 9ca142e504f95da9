import MeshBase
import Reports
import Scenarios
import Store
import Testing
import UVDriver

@testable import ControlPlane

@Suite("The monkey: let loose, kept, taken in", .timeLimit(.minutes(1)))
struct MonkeyDeskTests {
    private final class Rig {
        let scratch: Scratch
        let directory: DataDirectory
        let loop: EventLoop
        var journal: Journal
        var healed: [String] = []
        var kills: [String] = []
        var days: [[MonkeyRow]] = []
        /// Reports that are being written.
        var writing: [() -> Void] = []
        var isSlow = false
        var obstacle: String?

        init() throws {
            scratch = try Scratch()
            directory = try scratch.mesh()
            loop = try EventLoop()
            journal = try scratch.journal(directory)
        }

        func desk(keeps: Bool = true) -> MonkeyDesk {
            let desk = MonkeyDesk(loop: loop, journal: journal, keeps: keeps, seed: 42)
            desk.acts = MonkeyDesk.Acts(
                sight: { [unowned self] _, excepted in
                    var sight = MonkeySight(
                        cells: (1...5).map { number in
                            MonkeySight.Cell(
                                "eu-\(number)", in: "eu", started: Int64(number),
                                isExcepted: excepted.contains("eu-\(number)"))
                        })
                    sight.isHeld = true
                    sight.obstacle = obstacle
                    return sight
                },
                kill: { [unowned self] cell, _, done in
                    kills.append(cell)
                    done(.success("f\(kills.count)"))
                }, heal: { [unowned self] in healed.append($0) },
                keep: { [unowned self] _, rows, done in
                    days.append(rows)
                    if isSlow { writing.append(done) } else { done() }
                },
                cells: { (targets) throws(APIFailure) in
                    guard !targets.contains("cell/eu-9") else { throw APIFailure(404, "There is no cell eu-9.") }
                    return Set(targets)
                })
            return desk
        }

        func run(until condition: () -> Bool) { while !condition() { loop.runOnce() } }
    }

    private static func quick(_ change: (inout MonkeyRequest) -> Void = { _ in }) -> MonkeyRequest {
        var request = MonkeyRequest()
        request.everyMilliseconds = 1_000
        request.windowMilliseconds = 1_000
        request.settleMilliseconds = 1_000
        request.probability = 1
        change(&request)
        return request
    }

    @Test("What is wrong with its rules is said, and nothing is loose then")
    func refuses() throws {
        let rig = try Rig()
        let desk = rig.desk()
        let unknown = #expect(throws: APIFailure.self) {
            try desk.letLoose(Self.quick { $0.except = ["cell/eu-9"] })
        }
        #expect(unknown?.status == 404)
        let bad = #expect(throws: APIFailure.self) { try desk.letLoose(Self.quick { $0.probability = 2 }) }
        #expect(bad?.status == 400 && desk.report.state == "off" && desk.feed == nil)
        #expect(!desk.takeIn("x"))
    }

    @Test("It kills, is seen, and what it killed starts again when it is taken in")
    func kills() throws {
        let rig = try Rig()
        let desk = rig.desk()
        let begun = try desk.letLoose(Self.quick { $0.except = ["eu-1", "eu-2", "eu-3"] })
        #expect(begun.state == "waiting" && begun.rules?.least == 3 && begun.rules?.seed == 42)
        rig.run { !rig.kills.isEmpty }
        // All others are excepted, but for the newest.
        #expect(rig.kills == ["eu-4"] && desk.fault == "f1" && desk.report.cell == "eu-4")
        #expect(desk.feed?.text.contains("eu-4") == true)
        #expect(desk.takeIn("it was taken in"))
        #expect(rig.healed == ["f1"] && desk.report.state == "off" && desk.feed == nil)
        let row = try #require(desk.report.rows.first)
        #expect(row.outcome == "interrupted" && row.reason == "it was taken in" && row.fault == "f1")
        #expect(rig.days.last?.first == row)
        let events = try rig.journal.events(since: 0, limit: 100).filter { $0.type == "monkey" }
        // What it spared before the mesh had been looked at stands there too.
        let actions = events.map(\.action).filter { $0 != "spared" }
        #expect(actions == ["started", "killed", "judged", "stopped"], "\(events)")
        rig.loop.close()
    }

    @Test("A report of a day is written after the other, with all that came meanwhile")
    func keepsOneAtATime() throws {
        let rig = try Rig()
        (rig.isSlow, rig.obstacle) = (true, "the fault f9 is in force")
        let desk = rig.desk()
        _ = try desk.letLoose(Self.quick())
        rig.run { desk.report.rows.count >= 3 }
        #expect(rig.days.map(\.count) == [1] && rig.writing.count == 1)
        rig.writing[0]()
        #expect(rig.days.map(\.count) == [1, desk.report.rows.count] && rig.writing.count == 2)
        rig.writing[1]()
        #expect(rig.days.count == 2)
        desk.close()
        rig.loop.close()
    }

    @Test("Draws that are spared drive no kill out of the report of its day")
    func keepsKills() {
        var kill = MonkeyRow(time: "", draw: 1, region: "eu", cell: "eu-1", outcome: "deviated", reason: nil)
        kill.fault = "f1"
        var (rows, day) = ([kill], MonkeyDayCounts(date: "2026-02-28", begun: 0))
        day.count(kill)
        for draw in 2...400 {
            let spared = MonkeyRow(
                time: "", draw: UInt64(draw), region: "eu", outcome: MonkeyRow.spared, reason: "by the draw")
            rows = MonkeyDesk.trimmed([spared] + rows)
            day.count(spared)
        }
        #expect(rows.count == MonkeyDesk.mostRows + 1 && rows.last == kill)
        #expect(day.killed == 1 && day.spared == 399)
    }

    @Test("The next control plane goes on, and that of a new launch does not")
    func survives() throws {
        let rig = try Rig()
        rig.obstacle = "the fault f9 is in force"
        let first = rig.desk()
        _ = try first.letLoose(Self.quick())
        rig.run { first.report.rows.count >= 2 }
        first.close()
        let before = first.report

        let next = rig.desk()
        next.start()
        #expect(next.report.rules == before.rules && next.report.since == before.since)
        #expect(next.report.counts == before.counts && next.report.rows == before.rows)
        let draws = next.report.counts.draws
        rig.run { next.report.counts.draws > draws }
        #expect(next.report.rows.first?.draw ?? 0 > before.rows.first?.draw ?? 0)
        #expect(next.report.rows.first?.reason == rig.obstacle)
        next.close()

        let fresh = rig.desk(keeps: false)
        fresh.start()
        #expect(fresh.report.state == "off" && fresh.report.rows.count == next.report.rows.count)
        rig.loop.close()
    }
}

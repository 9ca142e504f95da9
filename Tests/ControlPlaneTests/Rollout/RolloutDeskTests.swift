import MeshBase
import Reports
import Scenarios
import Store
import Testing
import UVDriver

@testable import ControlPlane

@Suite("A rollout: carried out, kept, gone on with, taken back", .timeLimit(.minutes(1)))
struct RolloutDeskTests {
    private final class Rig {
        let scratch: Scratch
        let loop: EventLoop
        let journal: Journal
        /// What was asked for, in words.
        var log: [String] = []
        /// Changes that were not answered.
        var open: [(String?) -> Void] = []
        var answers = true
        var failures: [String: String] = [:]

        init() throws {
            scratch = try Scratch()
            loop = try EventLoop()
            journal = try scratch.journal(scratch.mesh())
        }

        func desk() -> RolloutDesk {
            let desk = RolloutDesk(loop: loop, journal: journal, period: .milliseconds(2))
            desk.acts = RolloutDesk.Acts(
                look: { _, done in
                    var cell = CellFiguresPage.Cell()
                    cell.services = AttemptFigures(ok: 5_000, times: [[1_000, 5_000]])
                    var sight = Rollout.Sight()
                    sight.requests = 20_000
                    for name in ["eu-1", "eu-2", "us-1", "us-2"] { sight.cells[name] = cell }
                    done(sight)
                },
                change: { [unowned self] unit, version, done in answer("\(unit) > \(version)", unit, done) },
                revert: { [unowned self] unit, version, done in answer("\(unit) < \(version)", nil, done) })
            return desk
        }

        private func answer(_ what: String, _ unit: String?, _ done: @escaping (String?) -> Void) {
            log.append(what)
            if answers { done(unit.flatMap { failures[$0] }) } else { open.append(done) }
        }

        func run(until condition: () -> Bool) { while !condition() { loop.runOnce() } }

        func events(_ action: String) throws -> Int {
            try journal.events(since: 0, limit: 200).count { $0.type == "rollout" && $0.action == action }
        }
    }

    private static func plan(stages: [Int] = [25, 100], watch: TimeAmount = .milliseconds(10)) -> RolloutPlan {
        RolloutPlan(
            blueprint: "echo", version: 3, source: "new.yaml",
            cells: [
                .init("eu-1", region: "eu", version: 2), .init("eu-2", region: "eu", version: 2),
                .init("us-1", region: "us", version: 1), .init("us-2", region: "us", version: 1),
            ], stages: stages, watch: watch, wait: .zero)
    }

    @Test("Each cell in turn, and what happened is in the journal")
    func completes() throws {
        let rig = try Rig()
        let desk = rig.desk()
        #expect(desk.report == .nothing && !desk.isUnderWay)
        let begun = try desk.begin(Self.plan())
        #expect(begun.state == .before && begun.began != nil && desk.isUnderWay)
        rig.run { !desk.isUnderWay }
        #expect(desk.report.state == .done && desk.report.ended != nil, "\(desk.report.reason ?? "")")
        #expect(rig.log == ["eu-1 > 3", "us-1 > 3", "eu-2 > 3", "us-2 > 3"])
        #expect(try rig.events("started") == 1 && rig.events("done") == 1 && rig.events("changed") == 4)
        #expect(try rig.events("stage") >= 4)
        #expect(throws: APIFailure(409, "No rollout is under way.")) { try desk.abort("too late") }
        // The last one is told by the next control plane too.
        #expect(rig.desk().report.state == .done)
    }

    @Test("A cell that does not take it is given back with those before it, each what it had")
    func rollsBack() throws {
        let rig = try Rig()
        rig.failures["us-1"] = "it ended before it served"
        let desk = rig.desk()
        _ = try desk.begin(Self.plan(stages: [50, 100]))
        rig.run { !desk.isUnderWay }
        #expect(desk.report.state == .rolledBack)
        #expect(rig.log == ["eu-1 > 3", "us-1 > 3", "us-1 < 1", "eu-1 < 2"])
        #expect(try rig.events("not-changed") == 1 && rig.events("changed-back") == 2)
    }

    @Test("The next control plane orders again what was not answered, and goes on")
    func goesOn() throws {
        let rig = try Rig()
        rig.answers = false
        let first = rig.desk()
        _ = try first.begin(Self.plan())
        rig.run { !rig.open.isEmpty }
        #expect(first.pending == "eu-1" && first.formerVersion(of: "eu-1") == 2)
        first.close()

        rig.answers = true
        let second = rig.desk()
        #expect(second.isUnderWay && second.pending == "eu-1")
        second.start()
        rig.run { !second.isUnderWay }
        #expect(second.report.state == .done)
        #expect(rig.log == ["eu-1 > 3", "eu-1 > 3", "us-1 > 3", "eu-2 > 3", "us-2 > 3"])
        #expect(try rig.events("resumed") == 1)
    }

    @Test("An abort waits for the cell that is being changed, and takes it back")
    func aborts() throws {
        let rig = try Rig()
        rig.answers = false
        let desk = rig.desk()
        _ = try desk.begin(Self.plan())
        rig.run { !rig.open.isEmpty }
        #expect(try desk.abort("it was aborted").state == .changing)
        rig.answers = true
        rig.open.removeFirst()(nil)
        #expect(desk.report.state == .rolledBack && desk.report.reason == "it was aborted")
        #expect(rig.log == ["eu-1 > 3", "eu-1 < 2"])
    }
}

import ControlPlane
import Drills
import MeshBase
import Reports
import Scenarios
import Telemetry
import UVDriver

/// Carries out a game day on the mesh that is up: what `GameDayRun` orders, drill by drill, as `drill run` does them, under one
/// lock, with one report.
struct GameDayRunner {
    let mesh: DataDirectory
    let console: Console
    let command: String

    /// Without a control plane for so long there is no mesh to run drills on.
    private static let patience = TimeAmount.minutes(1)

    /// - Parameter text: of the game day, as a file.
    func run(_ day: GameDay, text: String) throws {
        let runner = DrillRunner(mesh: mesh, console: console)
        let lock = try runner.begin()
        defer { lock.release() }
        let notice = DrillNotice(mesh, day.name, step: "announce")
        defer { notice.end() }
        let begun = WallClock.now()
        // Where it cannot be taken back the first drill is refused for it.
        try? runner.takeBack()
        let leftovers = GameDayLeftovers(mesh)
        leftovers.keep(console)
        defer { leftovers.forget() }
        var run = GameDayRun(
            day, id: ReportStore(mesh).freeID(RunReport.Kind.gameday.rawValue, wall: begun), mesh: mesh.name,
            wall: Timestamp.string(begun), now: Pause.now())
        if day.announce > .zero { console.message("in \(Syntax.written(day.announce)): \(day.title)") }
        let progress = ProgressLine(console)
        while let order = run.next(now: Pause.now()) {
            leftovers.note(.init(report: run.killed(now: Pause.now()), begun: begun, text: text, command: command))
            if Interruption.hasCome {
                run.interrupt("interrupted before its next drill")
                continue
            }
            switch order {
            case .announce(let until): wait(until, "announced", progress, &run)
            case .rest(let place, let until):
                notice.tell("cool-down", of: name(day, place))
                wait(until, "cool-down", progress, &run)
            case .run(let place):
                progress.end()
                perform(place, runner, notice, &run)
            }
        }
        progress.end()
        let report = run.finish(isWhole: isWhole(), now: Pause.now())
        let isKept = leftovers.keep(
            .init(report: report, begun: begun, text: text, command: command), ended: WallClock.now(), console)
        console.show(GameDayView.report(report))
        try end(report, isKept: isKept)
    }

    private func name(_ day: GameDay, _ place: Int) -> String {
        "\(day.name) \(place + 1)/\(day.drills.count): \(day.drills[place].scenario.name)"
    }

    private func perform(_ place: Int, _ runner: DrillRunner, _ notice: DrillNotice, _ run: inout GameDayRun) {
        let part = run.day.drills[place]
        notice.tell("begins", of: name(run.day, place))
        if console.format != .json { console.message("\(name(run.day, place)) ...") }
        do {
            let report = try runner.perform(
                part.scenario, text: part.text, command: "cellmesh drill run \(part.word)", notice)
            run.ended(report, now: Pause.now())
        } catch {
            let why = (error as? CommandFailure)?.message ?? "\(error)"
            if Interruption.hasCome { return run.interrupt("interrupted in the drill '\(part.scenario.name)'") }
            run.refused(why, now: Pause.now())
        }
        guard console.format != .json, let last = run.report.drills.last(where: { $0.verdict != .skipped }) else {
            return
        }
        console.message("  \(last.outcome)\(last.reason.map { ": \($0)" } ?? "")")
    }

    /// A moment of a time in which nothing is done.
    private func wait(_ until: Instant, _ what: String, _ progress: ProgressLine, _ run: inout GameDayRun) {
        let begun = Pause.now()
        while Pause.now() < until, !Interruption.hasCome {
            if console.format != .json {
                progress.show("\(what): \(Wording.time(milliseconds: (until - Pause.now()).milliseconds)) left")
            }
            // Nobody supervises the mesh, or there is none any more: nothing is to be waited for.
            if mesh.controlHolder == nil, Pause.now() - begun > Self.patience {
                return run.interrupt("no control plane runs")
            }
            Pause.sleep(min(.milliseconds(200), until - Pause.now()))
        }
    }

    /// Whether the mesh serves as a whole, within half a minute; nil where nobody says.
    private func isWhole() -> Bool? {
        guard mesh.controlHolder != nil, let mesh = try? DrillMesh(mesh) else { return nil }
        let took = try? DrillWait.until(.seconds(30), heedsInterruption: false) {
            (try? MeshStatus(mesh.api).state) == "serving"
        }
        return took != nil
    }

    private func end(_ report: GameDayReport, isKept: Bool) throws {
        let next = isKept ? "cellmesh report show \(report.id)" : "cellmesh gameday history"
        let what = "the game day '\(report.name)'"
        let reason = report.reason.map { ": \($0)" } ?? ""
        switch report.outcome {
        case "passed": console.next("cellmesh gameday history")
        case "failed":
            let failed = report.drills.filter { $0.verdict == .failed }.map(\.name)
            throw CommandFailure(
                .violated,
                failed.isEmpty
                    ? "\(what) has left the mesh not whole"
                    : "\(what): \(failed.joined(separator: ", ")) failed\(reason)",
                next: failed.isEmpty ? "cellmesh status" : next)
        case "interrupted": throw CommandFailure(.interrupted, "\(what) was ended\(reason)", next: next)
        default: throw CommandFailure(.unhealthy, "\(what) is inconclusive\(reason)", next: next)
        }
    }
}

extension ReportStore {
    /// Reports of game days, newest first.
    var gameDayIDs: [String] { ids.filter { file("gameday.json", of: $0) != nil } }

    /// What a game day has found; nil where there is none.
    func gameDay(_ id: String) -> GameDayReport? {
        file("gameday.json", of: id).flatMap { ReportJSON.decode(GameDayReport.self, $0) }
    }
}

import ControlPlane
import Drills
import MeshBase
import Reports
import Telemetry
import UVDriver

/// What a game day whose command is killed leaves: its report as it stands before each step lies in `gameday.run.json` of the
/// mesh's directory, and whoever takes its drill back, or runs the next one, keeps it.
struct GameDayLeftovers {
    let mesh: DataDirectory
    private var path: String { mesh.path + "/gameday.run.json" }

    /// Game days that are held apart from other reports, so that weeks can be compared: a year of them.
    private static let mostKept = 53

    /// All that its report is made of.
    struct Trace: Codable {
        var report: GameDayReport
        /// Nanoseconds since 1970.
        var begun: Int64
        /// Of the game day, as a file.
        var text: String
        var command: String
    }

    init(_ mesh: DataDirectory) { self.mesh = mesh }

    /// Whether there is something to keep.
    var isThere: Bool { SystemFile.exists(path) }

    func note(_ trace: Trace) { _ = try? SystemFile.replace(path, with: ReportJSON.encode(trace)) }

    func forget() { _ = try? SystemFile.remove(path) }

    /// Keeps the report of a game day that was killed, where there is one. The lock of drills is the caller's.
    func keep(_ console: Console) {
        guard
            var trace = ((try? SystemFile.readOwn(path, most: 1 << 22)) ?? nil).flatMap({
                ReportJSON.decode(Trace.self, $0)
            })
        else { return forget() }
        complete(&trace.report)
        // Of its end nobody knows more than that it was not before the last that is known of it.
        let known = trace.begun + Int64(trace.report.durationMilliseconds * 1_000_000)
        if keep(trace, ended: known, console) {
            console.message(
                "the game day '\(trace.report.name)' of \(trace.report.began) was killed; its report: cellmesh report "
                    + "show \(trace.report.id)")
        }
        forget()
    }

    /// The drill under way has a report of its own, which tells what was taken back.
    private func complete(_ day: inout GameDayReport) {
        guard let place = day.drills.lastIndex(where: { $0.verdict != .skipped }), day.drills[place].report == nil,
            let drill = DrillShelf(mesh).newest(day.drills[place].name), drill.began >= day.began
        else { return }
        day.drills[place].report = drill.id
        day.drills[place].reason = drill.reason ?? day.drills[place].reason
        day.durationMilliseconds = max(
            day.durationMilliseconds, day.drills[place].startMilliseconds + drill.durationMilliseconds)
        day.drills[place].durationMilliseconds = drill.durationMilliseconds
    }

    /// - Returns: whether it could be kept.
    func keep(_ trace: Trace, ended: Int64, _ console: Console) -> Bool {
        let (day, store) = (trace.report, ReportStore(mesh))
        do {
            let reporter = MeshReporter(mesh, store: store)
            var draft = try reporter.draft(
                .init(
                    kind: .gameday, title: day.title, command: trace.command, begun: trace.begun, ended: ended,
                    series: nil))
            draft.report.id = day.id
            draft.report.take(day)
            try reporter.keep(
                draft, series: nil,
                further: [("gameday.json", ReportJSON.encode(day)), ("gameday.yaml", Array(trace.text.utf8))])
            try store.keep(day.id, true)
            for old in store.gameDayIDs.dropFirst(Self.mostKept) { try store.keep(old, false) }
            return true
        } catch {
            console.message("warning: the report could not be kept: \(error)")
            return false
        }
    }
}

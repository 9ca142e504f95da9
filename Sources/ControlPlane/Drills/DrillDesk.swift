import Drills
import Glibc
import MeshBase
import Reports
import Telemetry
import UVDriver

/// Runs drills for who asks the API, by this very program's `drill run`, so that both do the same: one at a time, in a process of its own
/// that outlives this one. It also says what became of the last drill, whoever has run it.
final class DrillDesk {
    private let loop: EventLoop
    private let directory: DataDirectory
    private let executable: String
    private var child: ChildProcess?
    private var timer: LoopTimer?
    /// The one that ran at the last look, and the one that has ended.
    private var last: RunningDrill?
    private var ended: (drill: FeedDrill, at: Instant)?
    /// The drill that was begun from here, while its process runs.
    private var begun: String?

    /// For so long it is said how a drill has ended.
    private static let remembered = TimeAmount.minutes(10)
    /// Bytes that its log has at most: it begins anew then.
    private static let mostLog: Int64 = 1 << 20
    private static let period = TimeAmount.seconds(1)
    /// Of the log, for its last line.
    private static let tail = 4_096

    init(loop: EventLoop, directory: DataDirectory, executable: String) {
        self.loop = loop
        self.directory = directory
        self.executable = executable
    }

    /// A drill runs, or is about to.
    var isRunning: Bool { child != nil || directory.runningDrill != nil }

    /// - Parameter drill: by its name; the command says whether it can be run.
    /// - Throws: 409 while one runs; 500 where its process cannot be started.
    func begin(_ drill: String) throws(APIFailure) -> DrillChangeReport {
        if let running = directory.runningDrill?.name ?? begun {
            throw APIFailure(409, "Nothing was done: the drill \(running) runs. End it first.")
        }
        let output = open(directory.drillLogPath, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw APIFailure(500, "Nothing was done: the drill's log cannot be opened.") }
        defer { Glibc.close(output) }
        var launch = ProcessLaunch(
            executable: executable, arguments: ["drill", "run", drill, "--mesh", directory.name],
            standardOutput: .file(output), standardError: .file(output))
        launch.isDetached = true
        let since = loop.wallClock() / 1_000_000
        do throws(UVError) {
            let child = try ChildProcess.spawn(loop: loop, launch) { [weak self] exit in
                self?.exited(drill, since, exit)
            }
            self.child = child
            begun = drill
            ended = nil
            timer = try LoopTimer(loop: loop) { [weak self] in self?.trim() }
            timer?.start(after: Self.period, every: Self.period)
            return DrillChangeReport(drill: drill, pid: child.identity.pid)
        } catch { throw APIFailure(500, "The drill cannot be started: \(error).") }
    }

    /// Tells the one that runs to take back what it has in force, and to end.
    ///
    /// - Throws: 409 where none runs.
    func end(by sender: String = "the API") throws(APIFailure) -> DrillChangeReport {
        if let drill = directory.endDrill(by: sender) {
            return DrillChangeReport(drill: drill.name, pid: drill.process.pid)
        }
        // It has not come so far that it says so.
        guard let child, let begun, (try? child.kill(SIGTERM)) != nil else {
            throw APIFailure(409, "No drill runs.")
        }
        return DrillChangeReport(drill: begun, pid: child.identity.pid)
    }

    /// Nobody is told any more; what runs goes on.
    func close() {
        timer?.close()
        timer = nil
        child?.close()
        child = nil
    }

    /// The drill that runs, or has ended a while ago.
    func look() -> FeedDrill? {
        if let running = directory.runningDrill {
            last = running
            ended = nil
            return running.feed
        }
        if let before = last {
            last = nil
            ended = (conclusion(before), loop.now())
        }
        if let ended, loop.now() - ended.at > Self.remembered { self.ended = nil }
        return ended?.drill
    }

    private func conclusion(_ drill: RunningDrill) -> FeedDrill {
        let store = ReportStore(directory)
        // Ids sort as time does: the newest of its name is its own, or it has none.
        let found = store.ids.first { ReportShelf.drill(of: $0) == drill.name }.flatMap { store.drillReport($0) }
        let report = found.flatMap { report in
            (Timestamp.parse(report.began) ?? 0) / 1_000_000 >= drill.since - Self.slack ? report : nil
        }
        if let report { return FeedDrill(report, since: drill.since) }
        return FeedDrill(
            name: drill.name, step: "ended", since: drill.since, outcome: "ended", detail: "it has left no report")
    }

    /// A drill's report begins with the drill, and its note a moment before.
    private static let slack: Int64 = 1_000

    private func exited(_ drill: String, _ since: Int64, _ exit: ChildProcess.Exit) {
        child = nil
        begun = nil
        timer?.close()
        timer = nil
        // One that has come so far that it said so is concluded at the next look.
        guard last == nil, ended == nil, !exit.isSuccess else { return }
        ended = (
            FeedDrill(
                name: drill, step: "ended", since: since,
                outcome: exit == .exited(2) || exit == .exited(64) ? "refused" : "ended",
                detail: (lastWords ?? "the command ended with \(exit)").shortened(to: 2 * FeedDrill.longestText)),
            loop.now()
        )
    }

    /// Why the command has failed, as it says itself.
    private var lastWords: String? {
        guard let content = (try? SystemFile.readOwn(directory.drillLogPath, most: Int(Self.mostLog))) ?? nil else {
            return nil
        }
        let lines = String(decoding: content.suffix(Self.tail), as: UTF8.self).split(separator: "\n")
        return (lines.last { $0.hasPrefix("error:") } ?? lines.last).map(String.init)
    }

    private func trim() {
        var facts = stat()
        guard stat(directory.drillLogPath, &facts) == 0, Int64(facts.st_size) > Self.mostLog else { return }
        _ = truncate(directory.drillLogPath, 0)
    }
}

extension DataDirectory {
    /// What the last drill said that was begun from the API.
    package var drillLogPath: String { path + "/drill.log" }
}

import ControlPlane
import MeshBase
import Reports

/// Follows a rollout, says stage by stage what decided, and ends with its code.
struct RolloutRun {
    private let mesh: DataDirectory
    private let console: Console
    private let limit: TimeAmount
    /// Where the report is written as well.
    private let file: String?

    init(_ mesh: DataDirectory, _ console: Console, limit: TimeAmount, file: String?) {
        self.mesh = mesh
        self.console = console
        self.limit = limit
        self.file = file
    }

    func follow(_ begun: RolloutReport) throws {
        let progress = ProgressLine(console)
        var log = RolloutLog()
        let deadline = Pause.now() + limit
        var isSilent = false
        var isInterrupted = false
        while true {
            if Interruption.hasCome, !isInterrupted {
                progress.end()
                isInterrupted = true
                console.message(
                    "interrupted: what was changed is changed back; a second Ctrl-C leaves that to the mesh")
                _ = try? APIClient(mesh).post("/v1/rollout/abort", EmptyBody(), as: RolloutReport.self)
            }
            do {
                let report: RolloutReport = try APIClient(mesh).get("/v1/rollout", timeout: .seconds(3))
                if isSilent { console.message("the control plane is back") }
                isSilent = false
                for line in log.lines(report) where console.format != .json {
                    progress.end()
                    console.message(line)
                }
                if report.state.isFinal || report.version != begun.version {
                    progress.end()
                    return try finish(report.version == begun.version ? report : nil, isInterrupted)
                }
                if console.isLive { progress.show(RolloutView.line(report)) }
            } catch let failure as CommandFailure where failure.status == .unhealthy {
                // It is in the journal: whoever comes next goes on with it.
                if !isSilent {
                    progress.end()
                    console.message("\(failure.message); the rollout waits for a control plane")
                }
                isSilent = true
            }
            guard Pause.now() < deadline else {
                progress.end()
                throw CommandFailure(
                    .unhealthy, "the rollout has not ended within \(Wording.time(milliseconds: limit.milliseconds))",
                    next: isSilent ? "cellmesh up --mesh \(mesh.name) --detach" : "cellmesh rollout status --watch")
            }
            Pause.sleep(.milliseconds(200))
        }
    }

    /// - Parameter report: nil where another one has begun since.
    private func finish(_ report: RolloutReport?, _ isInterrupted: Bool) throws {
        guard let report else {
            throw CommandFailure("the rollout has ended, and another one has begun", next: "cellmesh rollout status")
        }
        let view = RolloutView.report(report)
        console.show(view)
        if let file {
            do { try SystemFile.replace(file, with: Array((view.json() + "\n").utf8)) } catch {
                throw CommandFailure("the report could not be written to \(file): \(error)")
            }
        }
        guard report.state == .done else {
            throw CommandFailure(
                isInterrupted ? .interrupted : .violated,
                "version \(report.version) of '\(report.blueprint)' was rolled back: \(report.reason ?? "")",
                next: "cellmesh events --type rollout")
        }
        console.next("cellmesh status")
    }
}

/// What a rollout is worth a line for: each stage that begins, is watched, and was decided.
struct RolloutLog {
    private var told: [RolloutReport.Stage.State] = []
    private var state: RolloutReport.State?

    mutating func lines(_ report: RolloutReport) -> [String] {
        var lines: [String] = []
        if state == nil, report.state == .before {
            lines.append("watching \(Wording.plural(report.cells.count, "cell")) as they are")
        }
        for (number, stage) in report.stages.enumerated()
        where !told.indices.contains(number) || told[number] != stage.state {
            lines += RolloutView.lines(stage, number: number + 1, of: report.of)
        }
        told = report.stages.map(\.state)
        if state != report.state, report.state == .rollingBack {
            lines.append("rolling back: \(report.reason ?? "")")
        }
        state = report.state
        return lines
    }
}

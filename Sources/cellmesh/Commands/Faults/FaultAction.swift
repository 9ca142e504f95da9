import Chaos
import ControlPlane
import Glibc
import MeshBase
import Reports
import Sharding
import Topology
import UVDriver

/// What `kill`, `pause`, `resume` and `restart` have in common: they name processes and ask the control plane.
struct FaultAction {
    enum Kind: String {
        case kill, pause, resume, restart

        var past: String {
            switch self {
            case .kill: "killed"
            case .pause: "paused"
            case .resume: "resumed"
            case .restart: "restarted"
            }
        }
        /// Whether customers feel it.
        var harms: Bool { self == .kill || self == .pause }
    }

    private let kind: Kind
    private let console: Console
    private let api: APIClient
    private let model: StoredMesh
    private let mesh: DataDirectory
    private let targets: [ProcessName]

    init(
        _ kind: Kind, _ names: [String], _ choice: ChoiceOptions, _ mesh: MeshOptions, _ console: Console
    ) throws {
        self.kind = kind
        self.console = console
        let directory = try mesh.running()
        self.mesh = directory
        api = try APIClient(directory)
        model = try StoredMesh(directory)
        let names = try ChosenTargets.words(names, directory, console, seed: choice.seed)
        do throws(UnknownTarget) { targets = try TargetList(names, in: model.topology).processes } catch {
            var failure = CommandFailure(error)
            failure.next = "cellmesh ps"
            throw failure
        }
        if targets.contains(.control), kind != .kill {
            throw CommandFailure(
                .usage, "the control plane can be killed, not \(kind.past)",
                hint: kind == .pause ? "its pause is simulated alone: sim run --fault 'pause control @1s for 5s'" : nil)
        }
    }

    func run(lease: Int64? = nil, isDryRun: Bool = false, isConfirmed: Bool = false) throws {
        if let lease, let refusal = FaultRequest.refusal(lease: lease, of: kind.rawValue) {
            let words = targets.map(\.description).joined(separator: " ")
            let again = "cellmesh \(kind.rawValue) \(words) --for 30s"
            throw CommandFailure(.usage, refusal.message, next: again)
        }
        var prediction: BlastRadiusView?
        if kind.harms {
            let view = try predict()
            prediction = view
            if isDryRun {
                console.show(view.full)
                return
            }
            if hasCells || view.report.lost > 0 {
                console.message(view.sentence("prediction"))
                try confirm(view.report, isConfirmed)
            }
        }
        let names = targets.map(\.description)
        // Who it is is known only while it lives.
        let control = mesh.controlHolder.flatMap { ProcessIdentity(pid: $0) }
        var answer = try api.post(
            "/v1/\(kind.rawValue)", ActionRequest(targets: names, leaseMilliseconds: lease), as: ActionReport.self,
            timeout: .seconds(30))
        var hasEnded = true
        if kind == .kill, targets.contains(.control), let control {
            hasEnded = Self.waitForEnd(.seconds(5)) { !control.isRunning }
            answer = Self.witnessed(answer, hasEnded: hasEnded)
        }
        show(answer, prediction)
        try refuseFailures(answer.targets)
        guard hasEnded else {
            throw CommandFailure(
                .unhealthy, "control was killed, and still runs 5 s later", next: "cellmesh doctor --mesh \(mesh.name)")
        }
        hint(names, lease)
    }

    /// The control plane answers before it ends: its end can be seen from here alone.
    /// - Returns: whether it was seen in time.
    private static func waitForEnd(_ limit: TimeAmount, _ hasEnded: () -> Bool) -> Bool {
        let deadline = Pause.now() + limit
        while !hasEnded() {
            guard Pause.now() < deadline else { return false }
            Pause.sleep(.milliseconds(5))
        }
        return true
    }

    /// An answer with what became of the control plane, which could not tell that itself.
    static func witnessed(_ answer: ActionReport, hasEnded: Bool) -> ActionReport {
        var answer = answer
        for position in answer.targets.indices where answer.targets[position].name == "control" {
            answer.targets[position].state = hasEnded ? .down : .serving
        }
        return answer
    }

    /// Routers and the control plane hold no customers.
    private var hasCells: Bool {
        targets.contains { $0.role == .cell }
    }

    /// What the mesh is with the targets dead, as the control plane foresees it for everybody.
    private func predict() throws -> BlastRadiusView {
        let request = PredictionRequest(action: kind.rawValue, targets: targets.map(\.description))
        let foreseen = try api.post("/v1/predict", request, as: PredictionReport.self, timeout: .seconds(30))
        let dead = (foreseen.out ?? []).compactMap { model.topology.cellIndex(named: $0) }
        var report = BlastRadius(model.topology, placement: model.placement).report(dead: CellSet(dead))
        // Which cells are out may differ from router to router; customers are told by their own.
        let customers = foreseen.customers
        (report.lost, report.degraded, report.untouched) = (customers.lost, customers.degraded, customers.untouched)
        report.noQuorum = customers.noQuorum ?? report.noQuorum
        return BlastRadiusView(report: report)
    }

    /// A person who would lose customers is asked; a script has said what it wants.
    private func confirm(_ report: BlastRadiusReport, _ isConfirmed: Bool) throws {
        guard report.lost > 0, !isConfirmed, console.isLive, isatty(STDIN_FILENO) == 1 else { return }
        console.prompt("\(kind.rawValue) anyway? [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        guard answer == "y" || answer == "yes" else { throw CommandFailure(.declined, "nothing was \(kind.past)") }
    }

    private func show(_ answer: ActionReport, _ prediction: BlastRadiusView?) {
        var document = answer
        document.prediction = prediction?.report
        console.show(
            Report(document, names: targets.map(\.description)) { style in
                var table = style.table([.init("TARGET"), .init("ACTION"), .init("STATE"), .init("PID", .right)])
                for outcome in answer.targets {
                    let state = outcome.state.rawValue
                    table.add([
                        .init(outcome.name), .init(outcome.action), .init(state, Wording.style(ofState: state)),
                        .init(StatusView.number(outcome.pid)),
                    ])
                }
                return table.render()
            })
    }

    /// What could not be done is no success, whatever was done beside it.
    private func refuseFailures(_ outcomes: [ActionOutcome]) throws {
        let failed = outcomes.filter(\.failed)
        guard let first = failed.first else { return }
        let name = first.name
        let reason = first.detail.map { ": \($0)" } ?? ""
        throw CommandFailure(
            "\(name) was not \(kind.past)\(reason)" + (failed.count > 1 ? " (and \(failed.count - 1) more)" : ""),
            next: "cellmesh logs \(name)")
    }

    private func hint(_ names: [String], _ lease: Int64?) {
        let list = names.joined(separator: " ")
        switch kind {
        case .kill where targets.contains(.control): console.next("cellmesh up --mesh \(mesh.name) --detach")
        case .kill: console.next(lease == nil ? "cellmesh restart \(list)" : "cellmesh blast-radius --actual")
        case .pause: console.next("cellmesh resume \(list)")
        case .resume, .restart: console.next("cellmesh status --wait 10s")
        }
    }
}

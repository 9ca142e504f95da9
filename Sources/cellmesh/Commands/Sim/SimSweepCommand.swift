import ArgumentParser
import MeshBase
import SimDriver
import Topology

struct SimSweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Strike each node at every time of a run, and judge each of the runs.",
        discussion: """
            The run of one seed, with one fault more: on the first node at the first time, then a step later, and so \
            on, for each node. What a swarm may miss by luck, a sweep meets by counting. All oracles must hold; each \
            failure is printed with the command that runs it again. Exit codes as those of 'sim swarm'.

              cellmesh sim sweep --step 100ms
              cellmesh sim sweep topology/nine-cells.yaml --action pause --length 2s --node us-east-1 --node r1
              cellmesh sim sweep --fault 'partition region/us-east <> mesh @3s for 4s'
            """)

    @OptionGroup var swarm: SwarmOptions

    @Option(help: ArgumentHelp("Of the run, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: "What is done to a node.")
    var action = SweptAction.kill

    @Option(
        name: .customLong("node"), parsing: .singleValue,
        help: ArgumentHelp("To whom; may be given again. Every process where left out.", valueName: "node"))
    var nodes: [String] = []

    @Option(help: ArgumentHelp("The first time of the load.", valueName: "duration"))
    var from = DurationArgument(.zero)

    @Option(help: ArgumentHelp("The last; a second before the end where left out.", valueName: "duration"))
    var to: DurationArgument?

    @Option(help: ArgumentHelp("From one time to the next.", valueName: "duration"))
    var step = DurationArgument(.milliseconds(500))

    @Option(help: ArgumentHelp("How long it lasts; to the end of the load where left out.", valueName: "duration"))
    var length: DurationArgument?

    @Option(
        name: .customLong("fault"), parsing: .singleValue,
        help: ArgumentHelp("A fault that every run has; may be given again.", valueName: "fault"))
    var faults: [FaultArgument] = []

    @OptionGroup var limits: RunLimits
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let drawn = try swarm.swarm(console)
        var base = drawn.configuration(seed: seed)
        base.faults = try faults.map { try $0.fault }
        let all = drawn.topology.cells.map(\.name) + drawn.topology.routers.map(\.name) + ["control"]
        let last = to?.amount ?? max(from.amount, swarm.duration.amount - .seconds(1))
        let sweep = SimSweep(
            base: base, action: action.action, nodes: nodes.isEmpty ? all : nodes.map(SweptAction.bare),
            from: from.amount, to: last, step: step.amount, length: length?.amount)
        if let problem = sweep.problem { throw CommandFailure(.usage, problem) }
        let options = swarm
        let outcomes = SwarmOutcome.runs(sweep.count, limits, console, of: "run") {
            index, goesOn in
            let configuration = sweep.configuration(index)
            let replay = options.replay(configuration)
            CrashReporter.begin(replay)
            let report = try? SimRun.run(configuration, progress: goesOn)
            return report.map { SwarmOutcome($0, title: "\(sweep.fault(index))", replay: replay) }
        }
        guard let outcomes else { throw CommandFailure(.usage, "a run of the sweep was refused") }
        console.show(SwarmView.make(outcomes.runs, wall: outcomes.wall, of: "run"))
        let code = SimExit.gravest(outcomes.runs.map(\.exitCode))
        if code != 0 { throw ExitCode(code) }
    }
}

enum SweptAction: String, ExpressibleByArgument, CaseIterable {
    case kill, pause, leave

    var action: SimFault.Action {
        switch self {
        case .kill: .kill
        case .pause: .pause
        case .leave: .leave
        }
    }

    /// TYPE/NAME or a bare name.
    static func bare(_ text: String) -> String { text.split(separator: "/").last.map(String.init) ?? text }
}

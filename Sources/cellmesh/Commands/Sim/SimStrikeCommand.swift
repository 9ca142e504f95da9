import ArgumentParser
import MeshBase
import Sharding
import SimDriver

struct SimStrikeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "strike",
        abstract: "Kill somebody at each step of a move of customers, and judge each of the runs.",
        discussion: """
            A coordinator changes one decree after another. For each change there are three runs: the control plane is \
            killed before the effect, between effect and record, and after the record. The same is done to a router, to \
            a cell that is left, to one that takes over and to one that decides. Every run has to come to the one end \
            that the plan says, with all oracles holding. Exit codes as those of 'sim swarm'.

              cellmesh sim strike
              cellmesh sim strike --workflow evacuate --victim control --cohorts 64
            """)

    @Argument(help: "A topology; what 'up' would start where none is named.", completion: .file())
    var file: String?

    @Option(
        parsing: .singleValue,
        help: "What is interrupted; may be given again. Everything where left out.")
    var workflow: [SimStrikes.Workflow] = []

    @Option(parsing: .singleValue, help: "Who is killed; may be given again. Everybody where left out.")
    var victim: [SimStrikes.Victim] = []

    @Option(help: ArgumentHelp("Only this step, from 0.", valueName: "number"))
    var step: Int?

    @Option(help: ArgumentHelp("Cohorts of the mesh, 1 to 1024: each has steps of its own.", valueName: "count"))
    var cohorts = 8

    @Option(help: ArgumentHelp("Of every run, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Requests per virtual second, 0 to 10000000.", valueName: "number"))
    var rate: Double = 50

    @OptionGroup var limits: RunLimits
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...1024).contains(cohorts) else { throw ValidationError("--cohorts is 1 to 1024") }
        if let step, step < 0 { throw ValidationError("--step is 0 or more") }
    }

    func run() throws {
        let console = output.console
        var base = SimConfiguration(topology: try TopologyFile.topology(file, console: console), seed: seed)
        base.placement = PlacementTable(cohortCount: cohorts)
        base.load.rate = rate
        base.watch = .milliseconds(50)
        if let problem = base.problem { throw CommandFailure(.usage, problem) }
        var runs: [(strikes: SimStrikes, victim: SimStrikes.Victim, step: Int)] = []
        for workflow in workflow.isEmpty ? SimStrikes.Workflow.allCases : workflow {
            let strikes: SimStrikes
            do throws(SimRefusal) {
                strikes = try SimStrikes(workflow, base)
            } catch {
                throw CommandFailure(.usage, "\(workflow.rawValue): \(error)")
            }
            for victim in victim.isEmpty ? SimStrikes.Victim.allCases : victim {
                let steps = step.map { $0..<min($0 + 1, strikes.steps.count) } ?? 0..<strikes.steps.count
                guard !steps.isEmpty else {
                    throw CommandFailure(.usage, "'\(workflow.rawValue)' has steps 0 to \(strikes.steps.count - 1)")
                }
                runs += steps.map { (strikes, victim, $0) }
            }
        }
        let words = words
        let outcomes = SwarmOutcome.runs(runs.count, limits, console, of: "run") { [runs] index, goesOn in
            let (strikes, victim, step) = runs[index]
            let replay =
                "cellmesh sim strike \(words)--workflow \(strikes.workflow.rawValue) --victim \(victim.rawValue) "
                + "--step \(step)"
            CrashReporter.begin(replay)
            let report = try? strikes.run(step, victim, progress: goesOn)
            let what = strikes.all[strikes.steps.lowerBound + step].step
            return report.map {
                SwarmOutcome($0, title: "\(strikes.workflow.rawValue): \(victim.rawValue) at \(what)", replay: replay)
            }
        }
        guard let outcomes else { throw CommandFailure(.usage, "a run was refused") }
        console.show(SwarmView.make(outcomes.runs, wall: outcomes.wall, of: "run"))
        let code = SimExit.gravest(outcomes.runs.map(\.exitCode))
        if code != 0 { throw ExitCode(code) }
    }

    /// The options that make a run what it is.
    private var words: String {
        var words = file.map { "'\($0)' " } ?? ""
        if cohorts != 8 { words += "--cohorts \(cohorts) " }
        if seed != 1 { words += "--seed \(seed) " }
        if rate != 50 { words += "--rate \(rate) " }
        return words
    }
}

extension SimStrikes.Workflow: ExpressibleByArgument {}
extension SimStrikes.Victim: ExpressibleByArgument {}

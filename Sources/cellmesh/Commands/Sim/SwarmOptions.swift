import ArgumentParser
import Chaos
import MeshBase
import SimDriver
import Topology

/// What the seeds of a swarm are drawn for; the same options and the same seed give the same run.
struct SwarmOptions: ParsableArguments {
    @Argument(help: "A topology; what 'up' would start where none is named.", completion: .file())
    var file: String?

    @Option(
        name: .customLong("for"), help: ArgumentHelp("How long the load lasts, in virtual time.", valueName: "duration")
    )
    var duration = DurationArgument(.seconds(10))

    @Option(
        help: ArgumentHelp(
            "Requests per virtual second, 0 to 10000000, times a factor drawn from the seed.", valueName: "number"))
    var rate: Double = 100

    @Flag(help: "Lose disks too, never two of one shard at a time.")
    var loseDisks = false

    @Flag(help: "Move customers too: evacuations, restores, single customers, and a control plane that is killed.")
    var moves = false

    @Flag(help: "Strike services too, and call them by class, under keys and beyond what there is room for.")
    var services = false

    @OptionGroup var defect: DefectOptions

    func swarm(_ console: Console) throws -> SimSwarm {
        var swarm = SimSwarm(
            topology: try TopologyFile.topology(file, console: console), duration: duration.amount, rate: rate)
        swarm.losesDisks = loseDisks
        swarm.movesCustomers = moves
        swarm.strikesServices = services
        swarm.defect = defect.defect?.defect
        if let problem = swarm.configuration(seed: 1).problem { throw CommandFailure(.usage, problem) }
        return swarm
    }

    /// The command that runs one seed again.
    func replay(_ seed: UInt64) -> String { "cellmesh sim replay \(words())--seed \(seed)" }

    /// The command that runs a plan.
    func replay(_ configuration: SimConfiguration) -> String {
        let plan = configuration.faults.map { " --fault '\($0)'" }.joined()
        return "cellmesh sim replay \(words(configuration.duration))--seed \(configuration.seed)"
            + (plan.isEmpty ? " --no-faults" : plan)
    }

    private func words(_ other: TimeAmount? = nil) -> String {
        var words = file.map { "\(ShellWord.quoted($0)) " } ?? ""
        let amount = DurationArgument(other ?? duration.amount)
        if amount != DurationArgument(.seconds(10)) { words += "--for \(amount.defaultValueDescription) " }
        if rate != 100 { words += "--rate \(rate) " }
        if loseDisks { words += "--lose-disks " }
        if moves { words += "--moves " }
        if services { words += "--services " }
        words += defect.words
        return words
    }
}

/// `--fault 'kill us-east-1 @5s for 2s'`.
struct FaultArgument: ExpressibleByArgument, Sendable {
    /// Nil where it is not written as one; why is told when it is asked for.
    private let parsed: Result<SimFault, FaultRequest.Refusal>

    init?(argument: String) {
        do throws(FaultRequest.Refusal) { parsed = .success(try SimFault(text: argument)) } catch {
            parsed = .failure(
                FaultRequest.Refusal("--fault '\(argument.prefix(200))': \(error.message)"))
        }
    }

    /// - Throws: a usage error that says what is wrong with it.
    var fault: SimFault {
        get throws {
            do { return try parsed.get() } catch {
                throw CommandFailure(.usage, "\(error)", hint: "forms: docs/simulator.md")
            }
        }
    }
}

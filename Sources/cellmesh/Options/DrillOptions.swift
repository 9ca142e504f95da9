import ArgumentParser
import Blueprints
import ControlPlane
import Drills
import MeshBase
import Scenarios

/// What all drills have in common.
struct DrillOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Requests per second, above 0 and up to 100000; as the drill says where left out.", valueName: "number"))
    var rate: Double?

    @Option(
        help: ArgumentHelp(
            "Customers c1 to cN, 1 or more; as the drill says, or those of the topology, where left out.",
            valueName: "count"))
    var customers: Int?

    @Option(
        help: ArgumentHelp(
            "How long the mesh is looked at before anything is injected, from 1s to 10m; as the drill says where left out.",
            valueName: "duration"))
    var baseline: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "The seed of the load and of what is chosen at random, 0 to 18446744073709551615; the drill's or the mesh's where "
                + "left out.", valueName: "number"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Simulate so many seeds of it first, up to 10000, and tell what they came to beside the real run.",
            valueName: "count"))
    var rehearse: Int?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard rehearse.map({ (1...10_000).contains($0) }) ?? true else {
            throw ValidationError("--rehearse is 1 to 10000")
        }
        guard rate.map({ $0 > 0 && $0 <= 100_000 }) ?? true else {
            throw ValidationError("--rate is above 0 and up to 100000")
        }
        guard customers.map({ $0 > 0 }) ?? true else { throw ValidationError("--customers is 1 or more") }
        guard baseline.map({ $0.amount >= .seconds(1) && $0.amount <= .minutes(10) }) ?? true else {
            throw ValidationError("--baseline is from 1s to 10m")
        }
    }

    /// A share of nothing is no promise, and more than everything is none that can be kept.
    static func check(success: RatioArgument?) throws {
        guard success.map({ $0.value > 0 && $0.value <= 1 }) ?? true else {
            throw ValidationError("--success is a share above 0% and of at most 100%")
        }
    }

    private func apply(to scenario: inout Scenario) {
        if let rate { scenario.load.rate = rate }
        if let customers { scenario.load.customers = customers }
        if let baseline { scenario.baseline.length = baseline.amount }
        if let seed { scenario.seed = seed }
    }

    /// The same, as words of a command.
    private var words: String {
        var words = ""
        if let rate { words += " --rate \(Wording.fixed(rate, rate == rate.rounded() ? 0 : 3))" }
        if let customers { words += " --customers \(customers)" }
        if let baseline { words += " --baseline \(baseline.defaultValueDescription)" }
        if let seed { words += " --seed \(seed)" }
        return words
    }

    /// Runs it on the mesh that is up, after its rehearsal where one was asked for.
    ///
    /// - Parameters:
    ///   - text: of the scenario, as a file.
    ///   - name: by which it was asked for.
    ///   - others: what was said beside these options, as words of the command that repeats it.
    func run(_ scenario: Scenario, text: String, as name: String, with others: String = "") throws {
        let console = output.console
        var scenario = scenario
        apply(to: &scenario)
        let directory = try mesh.running()
        var rehearsal: DrillReport.Rehearsal?
        if let rehearse {
            let topology = try StoredMesh(directory).topology
            let runs = ScenarioRuns(
                scenario: scenario, topology: topology, words: name, defect: nil, wallLimit: .minutes(10))
            rehearsal = try runs.rehearse(rehearse, console)
            if let rehearsal, console.format != .json { console.message(rehearsal.sentence) }
        }
        try DrillRunner(mesh: directory, console: console).run(
            scenario, text: text, command: "cellmesh drill run \(name)\(others)\(words)", rehearsal: rehearsal)
    }
}

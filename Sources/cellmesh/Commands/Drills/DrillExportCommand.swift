import ArgumentParser
import Reports
import Scenarios

struct DrillExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print a drill as an experiment of Chaos Toolkit.",
        discussion: """
            Its activities are commands of this program, so that 'chaos run' carries them out on the mesh that is up. What an \
            experiment cannot say is told and left out; 'drill run' takes such a file too.

              cellmesh drill export kill-cell > kill-cell.json
              chaos run kill-cell.json
            """)

    @Argument(
        help: ArgumentHelp("A drill (drill ls), or a scenario file.", valueName: "name|file"), completion: .file())
    var name: String

    @Option(help: ArgumentHelp("The program as it is called there.", valueName: "path"))
    var program = "cellmesh"

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let (scenario, _) = try ScenarioFile.sound(name, console)
        let experiment = ChaosToolkitExperiment(scenario, program: program)
        for words in experiment.left { console.message("left out: \(words)") }
        guard experiment.method.contains(where: { $0.type == "action" }) else {
            throw CommandFailure(
                .usage, "'\(name.prefix(100))' does nothing that a command of this program does by itself",
                next: "cellmesh drill run \(name)")
        }
        console.document(String(decoding: ReportJSON.encode(experiment), as: UTF8.self) + "\n")
        console.next("chaos run FILE")
    }
}

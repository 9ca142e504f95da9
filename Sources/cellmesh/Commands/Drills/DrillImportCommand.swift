import ArgumentParser
import Blueprints
import Telemetry

struct DrillImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Print an experiment of Chaos Toolkit as a scenario file.",
        discussion: """
            Commands of this program become what they do, requests to this machine and programs stay as they are. What is not \
            run here (Python, controls, vaults) is told on standard error with its line, and left out.

              cellmesh drill import experiment.json > scenarios/experiment.yaml
              cellmesh drill run scenarios/experiment.yaml --allow-process
            """)

    @Argument(help: "The experiment, in JSON or YAML; '-' for standard input.", completion: .file())
    var file: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let text: String
        switch TextFile.read(file) {
        case .success(let found): text = found
        case .failure(let failure): throw CommandFailure(.usage, "'\(file)': \(failure.message)")
        }
        let scenario = ScenarioImport(text, named: file)
        for words in scenario.left { console.message("left out: \(words)") }
        guard let written = scenario.text else {
            if let problems = scenario.problems {
                console.message(PaintedText.adopted(problems.rendered(color: console.paintsMessages).trimmedEnd))
            }
            throw CommandFailure(.usage, "'\(file)' has nothing that could be run here")
        }
        console.document(written)
        console.next("cellmesh drill run FILE")
    }
}

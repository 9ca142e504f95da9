import ArgumentParser
import MeshBase
import SimDriver

struct SimValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Hold the simulator against answers that theory gives.",
        discussion: """
            Waiting lines against Erlang's formulas, the first suspicion of SWIM against its expectation, and runs \
            against their repetition. A figure is wrong that is more than four standard errors off. Exits with 11 where \
            one is, and with 13 where a repetition differs.

              cellmesh sim validate
              cellmesh sim validate --seed 7 -o json
            """)

    @Argument(help: "The topology of the runs; what 'up' would start where none is named.", completion: .file())
    var file: String?

    @Option(help: ArgumentHelp("Of every random stream, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Times as many draws, 0.01 to 1000.", valueName: "factor"))
    var effort: Double = 1

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        guard (0.01...1_000).contains(effort) else {
            throw CommandFailure(.usage, "--effort is a factor between 0.01 and 1000")
        }
        let topology = try TopologyFile.topology(file, console: console)
        CrashReporter.install()
        CrashReporter.begin(CommandLine.arguments.joined(separator: " "))
        let line = ProgressLine(console)
        let begun = Pause.now()
        let answers: [KnownAnswer]?
        do {
            answers = try SimValidation.run(topology, seed: seed, effort: effort) { part in
                line.show(part)
                return true
            }
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        line.end()
        console.show(ValidationView.make(answers ?? [], wall: (Pause.now() - begun).milliseconds))
        let wrong = (answers ?? []).filter { !$0.isRight }
        guard !wrong.isEmpty else { return }
        throw ExitCode(wrong.contains { $0.standardError == 0 } ? SimExit.nondeterminism : SimExit.safety)
    }
}

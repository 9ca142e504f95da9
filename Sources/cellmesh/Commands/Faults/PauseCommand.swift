import ArgumentParser
import MeshBase

struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stop cells or routers without ending them (SIGSTOP).",
        discussion: """
            A gray failure: connections to a paused process are accepted and nothing answers. It goes on by itself \
            after --for. First says what it will do to the customers, as 'kill' does.

              cellmesh pause us-east-1 --for 20s
            """)

    @OptionGroup var targets: TargetArguments

    @Option(name: .customLong("for"), help: ArgumentHelp("Resume after so long.", valueName: "duration"))
    var lease = DurationArgument(.minutes(5))

    @Flag(help: "Only say what it would do.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do not ask, also where customers are lost.")
    var yes = false

    @OptionGroup var choice: ChoiceOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let action = try FaultAction(.pause, targets.names, choice, mesh, output.console)
        try action.run(lease: lease.milliseconds, isDryRun: dryRun, isConfirmed: yes)
    }
}

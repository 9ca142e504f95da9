import ArgumentParser

struct KillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill", abstract: "Kill cells or routers (SIGKILL).",
        discussion: """
            First says what it will do to the customers, counting the cells that are down already; --dry-run stops \
            there. A killed cell stays dead until it is restarted, or for as long as --for says.

              cellmesh kill us-east-1 us-west-2
              cellmesh kill region/eu-west --for 30s
              cellmesh kill us-east-1 --dry-run -o json
            """)

    @OptionGroup var targets: TargetArguments

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Start it again after so long; never where left out.", valueName: "duration"))
    var lease: DurationArgument?

    @Flag(help: "Only say what it would do.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do not ask, also where customers are lost.")
    var yes = false

    @OptionGroup var choice: ChoiceOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let action = try FaultAction(.kill, targets.names, choice, mesh, output.console)
        try action.run(lease: lease?.milliseconds, isDryRun: dryRun, isConfirmed: yes)
    }
}

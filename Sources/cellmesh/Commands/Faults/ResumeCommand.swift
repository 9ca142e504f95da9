import ArgumentParser

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let paused cells or routers go on (SIGCONT).",
        discussion: "  cellmesh resume us-east-1")

    @OptionGroup var targets: TargetArguments
    @OptionGroup var choice: ChoiceOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try FaultAction(.resume, targets.names, choice, mesh, output.console).run()
    }
}

import ArgumentParser

struct RestartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Start dead cells or routers, and running ones anew.",
        discussion: """
            A cell comes back with its store. To wait until it serves again: cellmesh status --wait 10s
            What serves goes on until its successor is able to start; a router gives it its sockets, and not one \
            request is lost. A router is waited for, 3 s at most: it reaches its cells when this returns.

              cellmesh restart us-east-1
              cellmesh restart router/r1
            """)

    @OptionGroup var targets: TargetArguments
    @OptionGroup var choice: ChoiceOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try FaultAction(.restart, targets.names, choice, mesh, output.console).run()
    }
}

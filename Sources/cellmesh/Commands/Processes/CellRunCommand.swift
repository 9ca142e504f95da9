import ArgumentParser
import UVDriver

struct CellRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run one cell of a mesh.",
        discussion: """
            What 'up' starts for every cell; by itself for other hosts. It joins through any member that runs, and \
            ends in order on SIGTERM.

              cellmesh cell --name us-east-1 --topology mesh.yaml --data /var/lib/cell --secret-file secret \\
                --listen 10.0.0.5:7000 --gossip 10.0.0.5:7001 --join 10.0.0.4:7001
            """,
        shouldDisplay: false)

    @OptionGroup var host: HostOptions

    func run() throws {
        ProcessSetup.keepFilesPrivate()
        let settings = try host.settings()
        throw ExitCode(CellHost.run(settings))
    }
}

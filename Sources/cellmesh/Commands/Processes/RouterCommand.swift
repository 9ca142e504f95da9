import ArgumentParser
import MeshBase
import UVDriver

struct RouterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "router", abstract: "Run one router of a mesh.",
        discussion: """
            What 'up' starts for every router; by itself for other hosts. Customers reach it at --listen, probes and \
            metrics at --admin.

              cellmesh router --name r1 --topology mesh.yaml --data /var/lib/router --secret-file secret \\
                --listen 0.0.0.0:8080 --admin 127.0.0.1:8081 --join 10.0.0.4:7001
            """,
        shouldDisplay: false)

    @OptionGroup var host: HostOptions

    @Option(help: ArgumentHelp("Where probes and metrics are, HOST:PORT or [IPV6]:PORT.", valueName: "address"))
    var admin = EndpointArgument(.loopback(0))

    @Option(help: ArgumentHelp("The placement table, placement.json of a data directory.", valueName: "file"))
    var placement: String?

    func run() throws {
        ProcessSetup.keepFilesPrivate()
        let settings = try host.settings(admin: admin.endpoint, placement: placement)
        throw ExitCode(RouterHost.run(settings))
    }
}

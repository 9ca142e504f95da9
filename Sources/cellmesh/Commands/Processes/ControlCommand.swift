import ArgumentParser
import ControlPlane
import MeshBase

struct ControlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control", abstract: "Run the control plane of a mesh.",
        discussion: """
            What 'up --detach' starts; the data directory must hold the model of the mesh. Cells and routers that run \
            already are taken over.

              cellmesh control --data ~/.cellmesh/three-regions
            """,
        shouldDisplay: false)

    @Option(help: ArgumentHelp("The data directory of the mesh.", valueName: "dir"))
    var data: String

    @Option(help: ArgumentHelp("Where the API listens, HOST:PORT.", valueName: "address"))
    var api = EndpointArgument(.loopback(0))

    @Option(help: ArgumentHelp("Where to gossip, HOST:PORT.", valueName: "address"))
    var gossip = EndpointArgument(.loopback(0))

    @Option(help: ArgumentHelp("Where the first router takes customers, HOST:PORT.", valueName: "address"))
    var listen: EndpointArgument?

    @Option(help: ArgumentHelp("How long processes go on without a control plane.", valueName: "duration"))
    var grace = DurationArgument(.minutes(10))

    @Option(help: ArgumentHelp("How long the start may take.", valueName: "duration"))
    var waitTimeout = DurationArgument(.seconds(30))

    @Option(help: ArgumentHelp("A descriptor for lines that say how far the start is.", valueName: "fd"))
    var readyFd: Int32?

    @Argument(parsing: .postTerminator, help: "Further arguments for cells and routers.")
    var extra: [String] = []

    func run() throws {
        let directory = DataDirectory(path: data)
        do {
            try directory.checkVersion()
            var settings = ControlSettings(directory: directory, topology: try directory.model())
            settings.api = api.endpoint
            settings.gossip = gossip.endpoint
            settings.router = listen?.endpoint
            settings.grace = grace.amount
            settings.startTimeout = waitTimeout.amount
            settings.readyDescriptor = readyFd
            settings.extra = extra
            try ControlPlane.run(settings)
        } catch let error as DataDirectoryError {
            throw CommandFailure(error)
        } catch let error as ControlFailure {
            throw CommandFailure(error, mesh: directory.name)
        }
    }
}

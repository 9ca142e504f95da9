import ArgumentParser
import ControlPlane
import MeshBase
import UVDriver

struct ControlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control", abstract: "Run the control plane of a mesh.",
        discussion: """
            What 'up --detach' starts; the data directory must hold the model of the mesh. Cells and routers that run \
            already are taken over.

              cellmesh control --data ~/.cellmesh/three-regions

            With --observe it starts nothing: it joins a mesh whose cells and routers other hosts run, watches, and \
            serves the reads of the API. The topology is then given as a file.

              cellmesh control --observe --topology mesh.yaml --data ~/.cellmesh/three-regions \\
                --secret-file secret --gossip 0.0.0.0:7946 --join us-east:7946
            """,
        shouldDisplay: false)

    @Option(help: ArgumentHelp("The data directory of the mesh.", valueName: "dir"))
    var data: String

    @Flag(help: "Watch a mesh that other hosts run, and start nothing.")
    var observe = false

    @Option(help: ArgumentHelp("With --observe: the topology.", valueName: "file"))
    var topology: String?

    @OptionGroup(title: "With --observe") var place: HostPlace

    @Option(
        help: ArgumentHelp(
            "Where cells and routers are bound, and what follows where it is left out, at any port.", valueName: "host")
    )
    var listenAddress = "127.0.0.1"

    @Option(help: ArgumentHelp("Where the API listens, HOST:PORT or [IPV6]:PORT.", valueName: "address"))
    var api: EndpointArgument?

    @Option(
        help: ArgumentHelp(
            "Where to gossip, HOST:PORT or [IPV6]:PORT; [::] serves IPv4 as well.", valueName: "address"))
    var gossip: EndpointArgument?

    @Option(
        help: ArgumentHelp(
            "Where customers come in, HOST:PORT or [IPV6]:PORT; several routers share it.", valueName: "address"))
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
        ProcessSetup.keepFilesPrivate()
        let directory = DataDirectory(path: data)
        do {
            if observe { return try watch(directory) }
            guard topology == nil, place.join.isEmpty, place.secretFile == nil, place.advertise == nil else {
                throw CommandFailure(.usage, "--topology, --secret-file, --join and --advertise go with --observe")
            }
            try directory.checkVersion()
            var settings = ControlSettings(directory: directory, topology: try directory.model())
            settings.address = try AdvertisedAddress.bound(listenAddress, option: "--listen-address")
            if let api { settings.api = api.endpoint }
            if let gossip { settings.gossip = gossip.endpoint }
            settings.router = listen?.endpoint
            settings.grace = grace.amount
            settings.startTimeout = waitTimeout.amount
            settings.readyDescriptor = readyFd
            settings.extra = extra
            try ControlPlane.run(settings)
        } catch let error as HostFailure {
            throw CommandFailure(.usage, "\(error)")
        } catch let error as DataDirectoryError {
            throw CommandFailure(error)
        } catch let error as ControlFailure {
            throw CommandFailure(error, mesh: directory.name)
        }
    }

    private func watch(_ directory: DataDirectory) throws {
        let console = Console(format: .table, color: .auto)
        guard let topology else { throw CommandFailure(.usage, "give --topology FILE") }
        var settings = ObserverSettings(
            directory: directory, topology: try TopologyFile.topology(topology, console: console),
            secret: try SecretFile.read(place.secretFile))
        settings.join = place.join
        do {
            let address = try AdvertisedAddress.bound(listenAddress, option: "--listen-address")
            settings.api = api?.endpoint ?? Endpoint(address: address, port: 0)
            settings.gossip = gossip?.endpoint ?? Endpoint(address: address, port: 0)
            settings.advertise = try AdvertisedAddress.choose(place.advertise, listening: [settings.gossip])
        } catch { throw CommandFailure("\(error)") }
        try MeshObserver.run(settings) { console.message("watching \(settings.topology.name); api http://\($0)") }
    }
}

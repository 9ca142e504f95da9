import ArgumentParser
import Blueprints
import ControlPlane
import MeshBase
import Topology
import UVDriver

struct RegionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "region", abstract: "Run all cells of one region of a mesh.",
        discussion: """
            One process per cell, as children of this one: what a container or a host of its own runs. Cells join \
            through any member of another region and end in order on SIGTERM. One that dies is started again where the \
            topology says so; where it does not, the others go on, and the exit code says so at the end.

              cellmesh region us-east --topology mesh.yaml --data /var/lib/cellmesh --secret-file secret \\
                --listen-address 0.0.0.0 --gossip-port 7946 --join us-west:7946 --join eu-west:7946
              cellmesh region us-east --topology mesh.yaml --data /var/lib/cellmesh --secret-file secret \\
                --listen-address 10.0.0.1 --agent 10.0.0.1:7900
            """,
        shouldDisplay: false)

    @Argument(help: "The region.")
    var region: String

    @Option(help: ArgumentHelp("The topology of the whole mesh.", valueName: "file"))
    var topology: String

    @Option(help: ArgumentHelp("The directory of this region alone.", valueName: "dir"))
    var data: String

    @OptionGroup var place: HostPlace

    @Option(
        help: ArgumentHelp("The name or address that cells serve and gossip at; of :: IPv4 as well.", valueName: "host")
    )
    var listenAddress = "127.0.0.1"

    @Option(
        help: ArgumentHelp(
            "Where the first cell gossips, for others to join through, 0 to 65535; 0: any.", valueName: "port"))
    var gossipPort: UInt16 = 0

    @Option(
        help: ArgumentHelp(
            "Where this process answers /livez, /readyz, /startupz and /health; port 0: any.", valueName: "address"))
    var admin = EndpointArgument(.loopback(0))

    @Option(
        help: ArgumentHelp(
            "Start nothing, but do here what a control plane orders ('up --hosts'), which is taken at this address.",
            valueName: "address"))
    var agent: EndpointArgument?

    @Option(help: ArgumentHelp("How long cells go on when this process is gone.", valueName: "duration"))
    var grace = DurationArgument(.seconds(10))

    @Option(help: ArgumentHelp("How long a cell may take to serve.", valueName: "duration"))
    var waitTimeout = DurationArgument(.seconds(30))

    func run() throws {
        ProcessSetup.keepFilesPrivate()
        let console = Console(format: .table, color: .auto)
        let directory = DataDirectory(path: data)
        let topology = try TopologyFile.topology(topology, console: console)
        let names = topology.regions.map(\.name)
        guard let index = names.firstIndex(of: region) else {
            throw CommandFailure(
                .usage, "the topology \(topology.name) has no region '\(region)'",
                hint: NearestWord.hint(for: region, among: names, listing: "regions are"))
        }
        var settings = RegionSettings(
            directory: directory, topology: topology, region: index, secret: try SecretFile.read(place.secretFile))
        settings.join = place.join
        settings.gossipPort = gossipPort
        settings.admin = admin.endpoint
        settings.grace = grace.amount
        settings.startTimeout = waitTimeout.amount
        do {
            settings.listen = try AdvertisedAddress.bound(listenAddress, option: "--listen-address")
            settings.advertise = try AdvertisedAddress.choose(
                place.advertise, listening: [Endpoint(address: settings.listen, port: gossipPort)])
            if let agent {
                guard place.join.isEmpty, gossipPort == 0 else {
                    throw CommandFailure(
                        .usage, "--join and --gossip-port go without --agent: the control plane says whom to join")
                }
                try AgentRunner.run(settings, agent: agent.endpoint) { console.message($0) }
            } else {
                try RegionRunner.run(settings) { console.message($0) }
            }
        } catch let failure as ControlFailure {
            throw CommandFailure(failure, mesh: directory.name)
        } catch let failure as HostFailure {
            throw CommandFailure("\(failure)")
        }
    }
}

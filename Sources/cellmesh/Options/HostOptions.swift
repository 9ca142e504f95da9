import ArgumentParser
import Blueprints
import ControlPlane
import MeshBase
import Nodes
import Replication
import Reports
import Sharding
import Topology
import UVDriver

/// What every process of a mesh is started with.
struct HostOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Its name in the topology.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("The resolved model, mesh.json of a data directory.", valueName: "file"))
    var model: String?

    @Option(help: ArgumentHelp("A topology file instead of a model.", valueName: "file"))
    var topology: String?

    @Option(help: ArgumentHelp("The directory of this process alone.", valueName: "dir"))
    var data: String

    @Option(help: ArgumentHelp("32 bytes in hexadecimal that all processes of the mesh have.", valueName: "file"))
    var secretFile: String

    @Option(
        help: ArgumentHelp(
            "The gossip keys of the mesh, read again when it changes; the secret is the key where there is no such file.",
            valueName: "file"))
    var keysFile: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "A member that runs already, HOST:PORT or [IPV6]:PORT; may be given again.", valueName: "address"))
    var join: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where to serve, HOST:PORT or [IPV6]:PORT; port 0 takes any, and [::] serves IPv4 as well.",
            valueName: "address"))
    var listen = EndpointArgument(.loopback(0))

    @Option(
        help: ArgumentHelp(
            "Where a router takes customers besides, HOST:PORT: other routers of this user may share it, and each connection "
                + "comes to one of them.", valueName: "address"))
    var share: EndpointArgument?

    @Option(
        help: ArgumentHelp("Where to gossip, HOST:PORT or [IPV6]:PORT; [::] serves IPv4 as well.", valueName: "address")
    )
    var gossip = EndpointArgument(.loopback(0))

    @Option(
        help: ArgumentHelp(
            "The name or address to tell the others; where all addresses are bound, this machine's own.",
            valueName: "host"))
    var advertise: String?

    @Option(help: ArgumentHelp("The list of faults on the wire, faults.json of a data directory.", valueName: "file"))
    var faults: String?

    @Option(
        help: ArgumentHelp(
            "The cells that were added since the founding, cells.json of a data directory, read again when it changes.",
            valueName: "file"))
    var cellsFile: String?

    @Option(
        help: ArgumentHelp(
            "The blueprints that were rolled out since the founding, blueprints.json of a data directory, read at the start.",
            valueName: "file"))
    var blueprintsFile: String?

    @Option(
        help: ArgumentHelp(
            "The flags, levels and forced breakers in force, settings.json of a data directory, read at the start.",
            valueName: "file"))
    var settingsFile: String?

    @Option(help: ArgumentHelp("The lock that the local control plane holds.", valueName: "file"))
    var lock: String?

    @Option(help: ArgumentHelp("How long to go on when nobody holds the lock.", valueName: "duration"))
    var grace = DurationArgument(.minutes(10))

    @Option(help: ArgumentHelp("A descriptor for the line that says that it serves.", valueName: "fd"))
    var readyFd: Int32?

    @Option(
        help: ArgumentHelp(
            "The process of this name that runs, and whose place this one takes once it is able to.",
            valueName: "pid@start"))
    var replace: ProcessIdentity?

    @Option(
        help: ArgumentHelp(
            "The identity of the store that this cell had, in hexadecimal; another one is a lost disk.",
            valueName: "id"))
    var storeId: String?

    @Flag(help: "The mesh is new, and this cell has never had a store; it gets one with --store-id.")
    var founding = false

    @OptionGroup var https: HTTPSOptions

    @Option(help: ArgumentHelp("Build a known fault of a cell in; routers have none.", visibility: .hidden))
    var defect: CellDefect?

    @Option(
        help: ArgumentHelp("One of so many requests is followed unasked; 0 for none.", visibility: .hidden))
    var traceSample: UInt64 = 100

    func settings(admin: Endpoint = .loopback(0), placement: String? = nil) throws -> HostSettings {
        do {
            try SystemFile.makeDirectory(data)
            var settings = HostSettings(
                name: name, topology: try revised(try grown(try mesh())), placement: try table(placement),
                dataDirectory: data,
                secret: try SecretFile.read(secretFile), boot: SecretText.randomInteger(),
                storeID: SecretText.randomInteger())
            settings.store = try birth(settings.store)
            settings.join = join
            settings.keysPath = keysFile
            settings.listen = listen.endpoint
            settings.share = share?.endpoint
            settings.admin = admin
            settings.gossip = gossip.endpoint
            settings.advertise = try AdvertisedAddress.choose(
                advertise, listening: [gossip.endpoint, listen.endpoint, admin])
            settings.lockPath = lock
            settings.faultsPath = faults
            settings.cellsPath = cellsFile
            settings.settingsPath = settingsFile
            settings.grace = grace.amount
            settings.https = try https.choice
            settings.defect = defect
            settings.traceSample = traceSample
            settings.readyDescriptor = readyFd
            settings.replaces = replace
            return settings
        } catch let failure as CommandFailure {
            tellParent(failure.message)
            throw failure
        } catch {
            tellParent("\(error)")
            throw CommandFailure("\(error)")
        }
    }

    /// A parent that waits for a line gets one.
    private func tellParent(_ message: String) {
        guard let readyFd else { return }
        struct Line: Encodable {
            let ready = false
            var name: String
            var error: String
        }
        HostRuntime.tellParent(DocumentText.json(Line(name: name, error: message), .compact) + "\n", readyFd)
    }

    private func birth(_ drawn: StoreBirth) throws -> StoreBirth {
        guard let storeId else {
            guard !founding else { throw CommandFailure(.usage, "--founding goes with --store-id") }
            return drawn
        }
        guard let id = UInt64(storeId, radix: 16) else {
            throw CommandFailure(.usage, "'\(storeId)' is no identity of a store: up to 16 hexadecimal digits")
        }
        // What is made anew in place of a lost store is another one.
        return StoreBirth(storeID: founding ? id : drawn.storeID, known: id, isFounding: founding)
    }

    private func mesh() throws -> MeshTopology {
        if let model {
            guard topology == nil else { throw CommandFailure(.usage, "give --model or --topology, not both") }
            guard let content = try SystemFile.read(model) else { throw CommandFailure("there is no \(model)") }
            do { return try ReportJSON.read(ModelFile.self, content).topology } catch {
                throw CommandFailure("\(model) is no model of a mesh: \(JSONFailure.describe(error))")
            }
        }
        guard let topology else { throw CommandFailure(.usage, "give --model FILE or --topology FILE") }
        return try TopologyFile.topology(topology, console: Console(format: .table, color: .auto))
    }

    private func grown(_ topology: MeshTopology) throws -> MeshTopology {
        guard let cellsFile else { return topology }
        return try AddedCellsFile.grown(topology, by: cellsFile)
    }

    private func revised(_ topology: MeshTopology) throws -> MeshTopology {
        guard let blueprintsFile else { return topology }
        return try BlueprintRevisionsFile.revised(topology, by: blueprintsFile)
    }

    private func table(_ path: String?) throws -> PlacementTable {
        guard let path, let content = try SystemFile.read(path) else { return PlacementTable() }
        do { return try ReportJSON.read(PlacementTable.self, content) } catch {
            throw CommandFailure("\(path) is no placement table: \(JSONFailure.describe(error))")
        }
    }
}

/// By name.
extension CellDefect: ExpressibleByArgument {}

/// `A.B.C.D:PORT`, `[IPV6]:PORT`, a port alone, of 127.0.0.1, or `NAME:PORT`, of whose addresses the first is meant that this
/// host has, or else the first of all.
struct EndpointArgument: ExpressibleByArgument, Sendable {
    var endpoint: Endpoint

    init(_ endpoint: Endpoint) { self.endpoint = endpoint }

    init?(argument: String) {
        if let endpoint = Endpoint(argument) {
            self.endpoint = endpoint
        } else if let port = UInt16(argument) {
            endpoint = .loopback(port)
        } else if let place = HostPort(argument), let all = try? Resolver.addresses(of: place.host, port: place.port),
            let first = AddressChoice.own(all)
        {
            endpoint = first
        } else {
            return nil
        }
    }

    var defaultValueDescription: String { endpoint.description }
}

/// `PID@START`, as it describes itself.
extension ProcessIdentity: ExpressibleByArgument {
    public init?(argument: String) {
        let parts = argument.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let pid = Int32(parts[0]), pid > 0, let start = UInt64(parts[1]) else { return nil }
        self.init(pid: pid, startTime: start)
    }
}

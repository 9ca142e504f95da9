import ArgumentParser
import Blueprints
import ControlPlane
import Glibc
import MeshBase
import Nodes
import Reports
import Sharding
import Telemetry
import Topology
import UVDriver

struct UpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Start a mesh.",
        discussion: """
            Starts one process per cell and router, waits until everything serves and prints a command that works. \
            Without --detach the mesh lives until Ctrl-C, which stops everything in order, and what happens is told \
            meanwhile, a line an event; with it, until 'cellmesh down'. Where cells of the mesh still run without their control plane, they are taken over.

            Without a file the mesh that exists starts from its own model; where there are several, name one. Where there \
            is none, or --mesh names a new one, it starts from topology/three-regions.yaml of this directory, or else from \
            the same topology in this program.

              cellmesh up
              cellmesh up topology/flagship.yaml --detach
              cellmesh up --detach --mesh demo --port 8080 -o json
              cellmesh up --listen-address ::1
              cellmesh up mesh.yaml --hosts hosts.yaml --secret-file mesh.secret --listen-address 10.0.0.9 --detach
            """)

    @Argument(help: "A topology.", completion: .file())
    var file: String?

    @OptionGroup var mesh: MeshOptions

    @Option(
        help: ArgumentHelp(
            "The port that customers come in at, 0 to 65535; any free one where it is 0 or left out. Several routers share it, "
                + "beside one of each.", valueName: "port"))
    var port: UInt16?

    @Option(
        help: ArgumentHelp(
            "Where all of it is bound, an address of the loopback: 127.0.0.1, or ::1 for a mesh of IPv6; with --hosts the one "
                + "that the other hosts reach.",
            valueName: "host"))
    var listenAddress: String?

    @Flag(name: .shortAndLong, help: "Return when the mesh serves, and leave it running.")
    var detach = false

    @Option(
        help: ArgumentHelp(
            "Regions that run on other hosts, and their agents there ('cellmesh region --agent'); needs --listen-address and "
                + "--secret-file.", valueName: "file"), completion: .file())
    var hosts: String?

    @Option(
        name: .customLong("host"), parsing: .singleValue,
        help: ArgumentHelp(
            "In place of a file, one region and its agent; may be given again.", valueName: "region=address"))
    var host: [String] = []

    @Option(
        help: ArgumentHelp(
            "With --hosts or --host: 32 bytes in hexadecimal that the agents have, too.", valueName: "file"),
        completion: .file())
    var secretFile: String?

    @Option(help: ArgumentHelp("Instead of the topology's seed, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "In place of the topology's policies: off, a profile (local, seed), or a file with the key 'policies'.",
            valueName: "off|local|seed|file"))
    var policies: String?

    @Option(help: ArgumentHelp("How long the start may take.", valueName: "duration"))
    var waitTimeout = DurationArgument(.seconds(30))

    @Option(
        help: ArgumentHelp(
            "How long cells and routers go on when the control plane has died, then stop by themselves.",
            valueName: "duration"))
    var grace = DurationArgument(.minutes(10))

    @Option(
        help: ArgumentHelp(
            "Build a known fault into all cells, to see what notices: "
                + CellDefect.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "name",
            visibility: .hidden))
    var defect: CellDefect?

    @Option(
        help: ArgumentHelp(
            "One of so many requests is followed unasked; 0 for none, to see what that costs.", valueName: "number",
            visibility: .hidden))
    var traceSample: UInt64?

    @OptionGroup var https: HTTPSOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
        ProcessSetup.keepFilesPrivate()
        let console = output.console
        let begun = Pause.now()
        let settings = try settings(console)
        NextStep.choose(settings.directory.name)
        let progress = ProgressLine(console)
        let show: ControlPlane.Progress = { serving, of in
            progress.show("processes \(serving)/\(of) ready", isLast: serving == of)
        }
        var partial: CommandFailure?
        start: do {
            if detach {
                let started = try DetachedControl.start(settings, progress: show)
                progress.end()
                announce(started.control, settings, begun, console)
                partial = Self.partly(started.control, settings)
                guard partial == nil else { break start }
                console.next("cellmesh status")
            } else {
                // What happens is a message: standard output has the report alone. Beside JSON nothing is told.
                var narrator: UpNarrator?
                try ControlPlane.run(settings, progress: show) { report in
                    progress.end()
                    announce(report.control, settings, begun, console)
                    if let failure = Self.partly(report.control, settings) {
                        console.message("warning: " + failure.message)
                    }
                    console.message("Ctrl-C stops the mesh; until then, what happens:")
                    narrator = UpNarrator(begun: WallClock.now(), console.messageStyle)
                } events: { events in
                    guard console.format == .table || console.format == .wide else { return }
                    if let text = narrator?.lines(events), !text.isEmpty { console.prompt(text) }
                }
                console.message("stopped")
            }
        } catch {
            progress.end()
            throw CommandFailure(error, mesh: settings.directory.name)
        }
        if let partial { throw partial }
    }

    private func settings(_ console: Console) throws -> ControlSettings {
        var topology: MeshTopology
        let directory: DataDirectory
        do {
            let name = try mesh.name ?? (file == nil ? Self.existing(MeshHome.current()) : nil)
            if file == nil, let name, let known = try own(MeshHome.current().directory(name)) {
                topology = known
            } else {
                let read = try TopologyFile.sound(file, console: console)
                topology = read.0
                if let name { topology.name = name }
                if file == nil, let known = try own(MeshHome.current().directory(topology.name)) {
                    topology = known
                } else {
                    TopologyFile.warn(read.1, of: file, console: console)
                }
            }
            directory = try MeshHome.current().directory(topology.name)
        } catch let error as DataDirectoryError {
            throw CommandFailure(error)
        }
        if let seed { topology.seed = seed }
        if let policies { topology.policies = try PolicyChoice.policies(policies, over: topology.policies, console) }
        var settings = ControlSettings(directory: directory, topology: topology)
        settings.router = port.map { .loopback($0) }
        settings.address = try address(directory)
        try setHosts(of: &settings, console)
        settings.startTimeout = waitTimeout.amount
        settings.grace = grace.amount
        settings.extra += try https.arguments
        if let defect { settings.extra += ["--defect", defect.rawValue] }
        if let traceSample { settings.extra += ["--trace-sample", "\(traceSample)"] }
        return settings
    }

    /// Whether regions of other hosts are named.
    private var namesHosts: Bool { hosts != nil || !host.isEmpty }

    /// The regions of other hosts, as they are named here or as the mesh has them already.
    private func setHosts(of settings: inout ControlSettings, _ console: Console) throws {
        guard namesHosts else {
            guard secretFile == nil else { throw CommandFailure(.usage, "--secret-file goes with --hosts or --host") }
            if ((try? settings.directory.hosts()) ?? nil) != nil { keepAPI(of: &settings) }
            return
        }
        guard let secretFile else {
            throw CommandFailure(
                .usage, "regions of other hosts need --secret-file: agents obey who shows the mesh's secret",
                hint: "make one with 'openssl rand -hex 32 > mesh.secret', and give it to each 'cellmesh region'")
        }
        let file = HostsFile(
            address: settings.address.description,
            hosts: try listed(settings.topology.regions.map(\.name), console))
        settings.hosts = (file, try SecretFile.read(secretFile))
        keepAPI(of: &settings)
    }

    /// Only commands of this host ask the API.
    private func keepAPI(of settings: inout ControlSettings) {
        settings.api = settings.address.isIPv4 ? .loopback(0) : Endpoint(address: .loopback6, port: 0)
    }

    private func listed(_ regions: [String], _ console: Console) throws -> [RegionHost] {
        if let hosts {
            guard host.isEmpty else { throw CommandFailure(.usage, "give --hosts or --host, not both") }
            let read = MeshFiles.load(hosts: hosts, regions: regions)
            guard let listed = read.hosts else { throw CommandFailure.unreadable(hosts, read.result, console) }
            return listed
        }
        var listed: [RegionHost] = []
        for text in host {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let one = RegionHost(region: parts[0], agent: parts[1]) else {
                throw CommandFailure(.usage, "--host \(text) is no REGION=HOST:PORT")
            }
            guard regions.contains(one.region) else {
                throw CommandFailure(
                    .usage, "--host \(text): no region is named '\(one.region)'",
                    hint: NearestWord.hint(for: one.region, among: regions, listing: "regions are"))
            }
            guard !listed.contains(where: { $0.region == one.region || $0.agent == one.agent }) else {
                throw CommandFailure(.usage, "--host \(text): that region or that agent was named before")
            }
            listed.append(one)
        }
        return listed
    }

    /// What is asked for; or where a mesh is that goes on without its control plane.
    private func address(_ directory: DataDirectory) throws -> IPAddress {
        if !namesHosts, listenAddress == nil, let known = (try? directory.hosts()) ?? nil {
            if let address = IPAddress(known.address) { return address }
        }
        guard let listenAddress else {
            if namesHosts {
                throw CommandFailure(
                    .usage,
                    "regions of other hosts need --listen-address: the address of this machine that the other hosts reach"
                )
            }
            let former = (try? directory.control())??.apiEndpoint?.address
            return former.flatMap { $0.isLoopback ? $0 : nil } ?? .loopback
        }
        do throws(HostFailure) {
            let address = try AdvertisedAddress.bound(listenAddress, option: "--listen-address")
            let isWide = namesHosts || ((try? directory.hosts()) ?? nil) != nil
            if address.isLoopback || isWide && !address.isUnspecified { return address }
        } catch { throw CommandFailure(.usage, "\(error)") }
        throw CommandFailure(
            .usage, "--listen-address \(listenAddress) is no address of the loopback, such as ::1",
            hint: "a mesh over several hosts needs --hosts, or is made of 'cellmesh region' and 'cellmesh router'")
    }

    /// The mesh that is meant where neither a file nor a name is given: the only one there is; nil where there is none.
    static func existing(_ home: MeshHome) throws -> String? {
        if let name = Console.variable("CELLMESH_MESH"), !name.isEmpty { return name }
        let names = home.meshes().map(\.name)
        guard names.count > 1 else { return names.first }
        throw CommandFailure(
            .usage, "there are several meshes: \(names.joined(separator: ", ")); nothing was started",
            hint: "name one with --mesh NAME or CELLMESH_MESH, or give the topology of a new one",
            next: "cellmesh up --mesh \(names[0]) --detach")
    }

    /// The model that a mesh was started with: without a file it starts from that again. Nil where there is no mesh.
    private func own(_ directory: DataDirectory) throws(DataDirectoryError) -> MeshTopology? {
        guard directory.exists || directory.holdsStores else { return nil }
        try directory.checkVersion()
        return directory.holdsStores ? try directory.model() : try directory.knownModel()
    }

    /// The mesh serves without some of its processes.
    private static func partly(_ control: ControlFile, _ settings: ControlSettings) -> CommandFailure? {
        guard let failed = control.failed, !failed.isEmpty else { return nil }
        let reasons = failed.prefix(8).map { "\n  \($0.name): \($0.reason)" }.joined()
        return CommandFailure(
            .unhealthy,
            "the mesh serves without \(failed.count == 1 ? "one process" : "\(failed.count) processes") that did not start:"
                + reasons + (failed.count > 8 ? "\n  ..." : ""),
            hint: "mend what it says, then start it:",
            next: "cellmesh restart \(failed[0].name) --mesh \(settings.directory.name)")
    }

    private func announce(_ control: ControlFile, _ settings: ControlSettings, _ begun: Instant, _ console: Console) {
        let ready = (Pause.now() - begun).nanoseconds / 1_000_000
        // With what was added to it since it was founded.
        let mesh = try? StoredMesh(settings.directory)
        let topology = mesh?.topology ?? settings.topology
        let count = CellCount(CellUse(mesh?.table ?? PlacementTable(), topology), topology)
        console.show(UpView.make(control, topology, count, dataDirectory: settings.directory.path, ready))
    }
}

extension CommandFailure {
    init(_ failure: ControlFailure, mesh: String) {
        switch failure {
        case .data(let error): self.init(error)
        case .alreadyRunning: self.init("\(failure)", next: "cellmesh status --mesh \(mesh)")
        case .otherTopology: self.init("\(failure)", next: "cellmesh down --mesh \(mesh)")
        case .timeout: self.init(.unhealthy, "\(failure)", next: "cellmesh logs --mesh \(mesh)")
        case .interrupted: self.init(.interrupted, "\(failure)")
        case .process: self.init("\(failure)", next: "cellmesh logs --mesh \(mesh)")
        case .system: self.init("\(failure)")
        }
    }
}

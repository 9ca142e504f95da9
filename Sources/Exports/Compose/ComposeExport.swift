import MeshBase
import Topology

/// A mesh as a Compose file: a service for each region, for each router, and for a control plane that watches. Or, where there is one
/// control plane over all hosts, for each region's agent and for that control plane, which runs the routers.
package struct ComposeExport: Sendable {
    /// What a team may choose.
    package struct Settings: Sendable, Equatable {
        /// Of every container.
        package var image: String
        /// Of a team's own: it may hold more than this program.
        package var isOwnImage: Bool
        /// The folder of the Compose file, as seen from which each file of `ExportSource.files` has its path here.
        package var paths: [String]
        /// Regions obey one control plane.
        package var hasAgents: Bool

        /// - Parameter paths: parallel to the files of the source.
        package init(image: String, isOwnImage: Bool = false, paths: [String], hasAgents: Bool = false) {
            self.hasAgents = hasAgents
            self.image = image
            self.isOwnImage = isOwnImage
            self.paths = paths
        }
    }

    /// What a cell needs beside its blueprint's `memory`, and the process that starts a region's; in bytes.
    private static let memory = 128 << 20
    private static let user = KubernetesPod.user

    let source: ExportSource
    let settings: Settings
    private var mesh: MeshTopology { source.mesh }

    /// A mesh and what was chosen.
    package init(_ source: ExportSource, _ settings: Settings) {
        precondition(settings.paths.count == source.files.count, "each file has a path")
        self.source = source
        self.settings = settings
    }

    /// What a Compose file cannot hold.
    package var faults: [ExportFault] {
        var claims = NameClaims()
        claims.reserve("control", "service", "the control plane")
        for (position, region) in mesh.regions.enumerated() {
            claims.claim(region.name, "service", for: .region(position), "the region '\(region.name)'")
        }
        for (position, router) in mesh.routers.enumerated() where !settings.hasAgents {
            claims.claim(router.name, "service", for: .router(position), "the router '\(router.name)'")
        }
        var faults = claims.faults + source.programs(in: settings.image, isOwn: settings.isOwnImage)
        for (position, region) in mesh.regions.enumerated() where !mesh.cells.contains(where: { $0.region == position })
        {
            faults.append(ExportFault(.region(position), "the region '\(region.name)' has no cell to run"))
        }
        return faults
    }

    /// The whole file; of no use where there are faults.
    package var text: String {
        let services: [(key: String, value: JSONTree)] =
            settings.hasAgents
            ? mesh.regions.indices.map { (mesh.regions[$0].name, agent($0)) } + [("control", commander)]
            : mesh.regions.indices.map { (mesh.regions[$0].name, region($0)) }
                + mesh.routers.indices.map { (mesh.routers[$0].name, router($0)) } + [("control", control)]
        let document: JSONTree = [
            "services": .object(services), "volumes": .object(services.map { ($0.key, [:]) }),
            "secrets": ["mesh": ["file": "${CELLMESH_SECRET_FILE:-./mesh.secret}"]],
        ]
        return YAMLEmitter.text([document], header: header)
    }

    private var header: [String] {
        let first = mesh.regions[0].name
        let what =
            settings.hasAgents
            ? [
                "The mesh \(mesh.name) over \(mesh.regions.count + 1) hosts: a container per region, whose agent does what the "
                    + "control plane", "orders, and one for that control plane and the routers. Made by",
            ]
            : [
                "The mesh \(mesh.name) over \(mesh.regions.count + mesh.routers.count + 1) hosts: a container per region, one "
                    + "per router, one that watches. They find each other",
                "by gossip, in whatever order they start. Made by",
            ]
        return what + [
            "",
            "  cellmesh export compose \(settings.paths[0])\(settings.hasAgents ? " --agents" : "") --output FILE", "",
            "The secret that all of them share is a file with 32 bytes in hexadecimal, which Compose mounts: its group, and",
            "nobody else, has to be able to read it, and CELLMESH_GID is that group's number (0 where it is left out).",
            "",
            "  (umask 027 && openssl rand -hex 32 > mesh.secret) && export CELLMESH_GID=$(id -g)",
            "  docker-compose up --detach",
            "  curl -i http://127.0.0.1:7000/v1/customers/c1/services/\(service)",
            "  docker-compose exec control cellmesh members",
        ] + (settings.hasAgents ? ["  docker-compose exec control cellmesh evacuate \(first) --confirm \(first)"] : [])
            + [
                "  docker-compose kill \(first)" + String(repeating: " ", count: max(1, 24 - first.count))
                    + "a region is gone; customers are served by the others",
                "  docker-compose down --volumes", "", "docs/exports.md and docs/several-hosts.md explain it.",
            ]
    }

    /// One that customers may call.
    private var service: String {
        mesh.blueprints.indices.first { position in mesh.cells.contains { $0.blueprint == position } }
            .flatMap { mesh.blueprints[$0].services.first?.name } ?? "ping"
    }

    /// Compose puts variables in where it sees `$`.
    private static func escaped(_ text: String) -> String {
        text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
    }

    // MARK: Services

    private func region(_ position: Int) -> JSONTree {
        let region = mesh.regions[position]
        return regionHost(
            position,
            ["region", region.name] + shared(region.name) + [
                "--listen-address=0.0.0.0", "--gossip-port=7946", "--admin=127.0.0.1:7001",
            ] + joins(besides: region.name))
    }

    /// Customers come here. The admin page is for the other containers alone.
    private func router(_ position: Int) -> JSONTree {
        let router = mesh.routers[position]
        return host(
            router.name,
            ["router", "--name=\(router.name)"] + shared(router.name) + [
                "--listen=0.0.0.0:7000", "--admin=0.0.0.0:7001", "--gossip=0.0.0.0:7946",
            ] + joins(), probe: 7_001, memory: 2 * Self.memory,
            further: [("ports", [.text("127.0.0.1:\(7_000 + position):7000")])])
    }

    /// Its API is bound to the container's own loopback, for `docker-compose exec control cellmesh status`.
    private var control: JSONTree {
        host(
            "control",
            ["control", "--observe"] + shared(mesh.name) + ["--api=127.0.0.1:7002", "--gossip=0.0.0.0:7946"] + joins(),
            probe: 7_002, memory: 2 * Self.memory,
            further: [("environment", ["CELLMESH_HOME": .text(ExportSource.data)])])
    }

    /// Its cells are started by the control plane. All is bound to the container's own address, which its name leads to.
    private func agent(_ position: Int) -> JSONTree {
        let region = mesh.regions[position]
        return regionHost(
            position,
            ["region", region.name] + shared(region.name) + [
                "--listen-address=\(region.name)", "--agent=\(region.name):\(Self.agentPort)", "--admin=127.0.0.1:7001",
            ])
    }

    private static let agentPort = 7_900

    /// With room for all cells of the region.
    private func regionHost(_ position: Int, _ command: [String]) -> JSONTree {
        let cells = mesh.cells.indices.filter { mesh.cells[$0].region == position }
        let memory = cells.reduce(Self.memory) { $0 + Self.memory + source.work(of: $1) }
        return host(
            mesh.regions[position].name, command, probe: 7_001, memory: memory, processes: cells.count)
    }

    /// The first router is published; a mesh that has several has the others for itself.
    private var commander: JSONTree {
        host(
            "control",
            [
                "up", Self.escaped(source.topologyPath), "--secret-file=/run/secrets/mesh", "--listen-address=control",
                "--port=7000",
            ] + mesh.regions.map { "--host=\($0.name)=\($0.name):\(Self.agentPort)" },
            check: ["cellmesh", "ps"], memory: (2 + 2 * mesh.routers.count) * Self.memory,
            processes: 2 + mesh.routers.count,
            further: [
                ("ports", ["127.0.0.1:7000:7000"]), ("depends_on", .list(mesh.regions.map(\.name))),
                ("environment", ["CELLMESH_HOME": .text(ExportSource.data)]),
            ])
    }

    private func shared(_ data: String) -> [String] {
        [
            "--topology=\(Self.escaped(source.topologyPath))", "--data=\(ExportSource.data)/\(data)",
            "--secret-file=/run/secrets/mesh",
        ]
    }

    /// Eight regions are ways in enough.
    private func joins(besides region: String? = nil) -> [String] {
        mesh.regions.map(\.name).filter { $0 != region }.prefix(8).map { "--join=\($0):7946" }
    }

    private func host(
        _ name: String, _ command: [String], probe: Int, memory: Int, processes: Int = 1,
        further: [(key: String, value: JSONTree)] = []
    ) -> JSONTree {
        host(
            name, command, check: ["cellmesh", "probe", "127.0.0.1:\(probe)", "readyz"], memory: memory,
            processes: processes, further: further)
    }

    /// - Parameter check: a command that succeeds where the container is well.
    private func host(
        _ name: String, _ command: [String], check: [String], memory: Int, processes: Int,
        further: [(key: String, value: JSONTree)]
    ) -> JSONTree {
        let files = zip(settings.paths, source.files).map { path, file -> JSONTree in
            [
                "type": "bind",
                "source": .text(Self.escaped(path.hasPrefix("/") || path.hasPrefix("../") ? path : "./\(path)")),
                "target": .text(Self.escaped("\(ExportSource.folder)/\(file.path)")), "read_only": true,
            ]
        }
        let own: JSONTree = ["type": "volume", "source": .text(name), "target": .text(ExportSource.data)]
        return .object(
            [
                ("image", .text(Self.escaped(settings.image))), ("hostname", .text(name)), ("command", .list(command)),
            ] + further + [
                ("volumes", .array([own] + files)), ("secrets", ["mesh"]),
                ("user", .text("\(Self.user):${CELLMESH_GID:-0}")), ("read_only", true), ("tmpfs", ["/tmp"]),
                ("cap_drop", ["ALL"]), ("security_opt", ["no-new-privileges:true"]),
                ("mem_limit", .text("\(memory >> 20)m")), ("cpus", 1),
                ("pids_limit", .integer(max(256, 32 * processes))),
                ("stop_signal", "SIGTERM"), ("stop_grace_period", "10s"),
                (
                    "healthcheck",
                    [
                        "test": .list(["CMD"] + check), "interval": "10s",
                        "timeout": "2s", "retries": 3, "start_period": "30s",
                    ]
                ),
            ])
    }
}

import MeshBase
import Topology

/// What is exported: a mesh, and the files that its processes read it from.
package struct ExportSource: Sendable {
    /// Where the files lie in a container.
    package static let folder = "/etc/cellmesh"
    /// Where a process keeps what it has.
    package static let data = "/var/lib/cellmesh"
    /// The most that a configuration of an engine may hold, in bytes (Kubernetes' limit of a ConfigMap).
    static let mostBytes = 1 << 20

    /// As it was founded.
    package let mesh: MeshTopology
    /// The topology first, then its blueprints; paths below `folder`.
    package let files: [ExportedFile]
    /// Where the cells of the mesh are joined from elsewhere: the first cell of each of the first two zones of each region,
    /// of 16 cells at most; by position.
    let seeds: [Int]
    /// Names of the files within a ConfigMap, in their order: a key has letters, digits, `-`, `_` and `.` alone.
    let keys: [String]

    /// - Parameter files: at least the topology, which comes first.
    package init(mesh: MeshTopology, files: [ExportedFile]) {
        precondition(!files.isEmpty, "a topology is a file at least")
        self.mesh = mesh
        self.files = files
        seeds = Self.seeds(of: mesh)
        keys = Self.keys(of: files)
    }

    /// The topology in a container.
    package var topologyPath: String { "\(Self.folder)/\(files[0].path)" }

    private static func seeds(of mesh: MeshTopology) -> [Int] {
        var seeds: [Int] = []
        for round in 0..<2 {
            for region in mesh.regions.indices {
                let cells = mesh.cells.indices.filter { mesh.cells[$0].region == region }
                let zones = mesh.regions[region].zones.indices.compactMap { zone in
                    cells.first { mesh.cells[$0].zone == zone }
                }
                if round < zones.count { seeds.append(zones[round]) }
            }
        }
        return Array(seeds.prefix(16))
    }

    /// The most that a cell's own work may hold, beside what the process itself needs; in bytes.
    func work(of cell: Int) -> Int { mesh.blueprints[mesh.cells[cell].blueprint].memory ?? 0 }

    /// What no target holds: services that are programs of the user's own, in an image that has none.
    ///
    /// - Parameter isOwn: the image is of a team's own, and may hold more than this program.
    func programs(in image: String, isOwn: Bool) -> [ExportFault] {
        guard !isOwn else { return [] }
        return mesh.blueprints.enumerated().compactMap { position, blueprint in
            let used = mesh.cells.contains { $0.blueprint == position }
            guard used, let service = blueprint.services.first(where: { $0.program != nil }),
                let program = service.program?.run.first
            else { return nil }
            return ExportFault(
                .blueprint(position),
                "the service '\(service.name)' runs '\(program)', which is not in the image \(image)",
                hint: "build an image that has it beside cellmesh, and name it with --image")
        }
    }

    /// What pods cannot hold: connections that all cells of a machine share. Each cell has a machine of its own there.
    var sharedFaults: [ExportFault] {
        guard let shared = mesh.shared?.first else { return [] }
        return [
            ExportFault(
                .shared, "all cells of a machine share the connections '\(shared.name)', and pods share nothing",
                hint: "leave 'shared' out: each cell then has the connections of its blueprint")
        ]
    }

    /// What an engine's configuration cannot hold.
    var tooLarge: [ExportFault] {
        let bytes = files.reduce(0) { $0 + $1.text.utf8.count }
        guard bytes > Self.mostBytes else { return [] }
        return [
            ExportFault(
                .mesh, "the topology and its blueprints are \(bytes) bytes, and a ConfigMap holds \(Self.mostBytes)")
        ]
    }
}

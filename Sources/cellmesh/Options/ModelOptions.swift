import ArgumentParser
import ControlPlane

/// Where a calculation takes its mesh from: the data of a mesh, or a topology file.
struct ModelOptions: ParsableArguments {
    @OptionGroup var mesh: MeshOptions

    @Option(help: ArgumentHelp("Calculate for this topology instead; no mesh needs to run.", valueName: "file"))
    var topology: String?

    struct Source {
        var model: StoredMesh
        /// Nil for a topology file.
        var mesh: DataDirectory?
    }

    func load(_ console: Console) throws -> Source {
        if let topology {
            if mesh.name != nil { throw CommandFailure(.usage, "name a mesh or a topology, not both") }
            return Source(model: try StoredMesh(topology: TopologyFile.topology(topology, console: console)), mesh: nil)
        }
        let directory = try mesh.known()
        return Source(model: try StoredMesh(directory), mesh: directory)
    }
}

import ArgumentParser

/// Which mesh a command is about.
struct MeshOptions: ParsableArguments {
    @Option(
        name: .customLong("mesh"),
        help: ArgumentHelp("The mesh; CELLMESH_MESH, or the only one that runs, where left out.", valueName: "name"))
    var name: String?
}

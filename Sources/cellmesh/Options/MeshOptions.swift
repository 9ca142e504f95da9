import ArgumentParser

/// Which mesh a command is about.
struct MeshOptions: ParsableArguments {
    @Option(
        name: .customLong("mesh"),
        help: ArgumentHelp("The mesh; may be left out where only one runs.", valueName: "name"))
    var name: String?
}

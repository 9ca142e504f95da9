import ArgumentParser
import ControlPlane
import MeshBase

struct FlagsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flags", abstract: "Switch features on and off while the mesh runs.",
        subcommands: [FlagsListCommand.self, FlagsSetCommand.self, FlagsRemoveCommand.self])
}

struct FlagsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the flags of a mesh, and what was set.",
        discussion: """
            A feature that nobody has set is on. Of two settings the narrower decides: service, cell, region, mesh. Works \
            without the control plane too.

              cellmesh flags ls
              cellmesh flags ls -o json
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        let stored = try StoredMesh(directory)
        output.console.show(FlagsView.list(try StoredSettings.read(directory), stored.topology))
        SettingsRun.warn(of: .flags, stored.topology, output.console)
        if let name = stored.topology.settingsNames.flags.first {
            output.console.next("cellmesh flags set \(name)=off")
        }
    }
}

struct FlagsSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set flags, everywhere or in one place.",
        discussion: """
            Every process of the mesh has them when this returns; those that had not within 1 s are listed, and get them \
            as soon as they answer. They stay until 'flags rm', also when processes start again, or for the time of --for.

              cellmesh flags set shipping=off
              cellmesh flags set shipping off --in cell/us-east-1 --for 30s
            """)

    @Argument(help: ArgumentHelp("Flags, as NAME=on or NAME=off, or one name and its value.", valueName: "name=value"))
    var flags: [String]

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let wishes = try Self.pairs(flags).map {
            SettingsWish(.flag, $0.name, scope: scope.place, value: $0.value, lease: scope.lease)
        }
        try SettingsRun.run(wishes, mesh, output.console, next: "cellmesh flags ls")
    }

    /// `a=on b=off`, or `a on`.
    static func pairs(_ words: [String]) throws -> [(name: String, value: String)] {
        if words.count == 2, !words[0].contains("="), !words[1].contains("=") { return [(words[0], words[1])] }
        return try words.map { word in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw CommandFailure(
                    .usage, "'\(word)' sets nothing", hint: "write NAME=on or NAME=off", next: "cellmesh flags ls")
            }
            return (parts[0], parts[1])
        }
    }
}

struct FlagsRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Take back what was set of flags.",
        discussion: """
            They are again as a wider place says, else on.

              cellmesh flags rm shipping --in cell/us-east-1
            """)

    @Argument(help: ArgumentHelp("Names of flags.", valueName: "name"))
    var names: [String]

    @Option(
        name: .customLong("in"),
        help: ArgumentHelp("mesh, region/NAME, cell/NAME or service/NAME.", valueName: "scope"))
    var place = "mesh"

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try SettingsRun.run(
            names.map { SettingsWish(.flag, $0, scope: place) }, mesh, output.console, next: "cellmesh flags ls")
    }
}

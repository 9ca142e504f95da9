import ArgumentParser
import MeshBase

struct PartitionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partition", abstract: "Cut one part of a mesh off from others.",
        discussion: """
            Nothing passes between the first target and each of the others: datagrams vanish, connections hang. A \
            region holds its cells, its routers and, where it lives there, the control plane. Probes, metrics and the \
            control plane's questions go another way and still work. It heals by itself after --for.

              cellmesh partition region/us-east region/us-west region/eu-west
              cellmesh partition us-east-1 us-east-2 --one-way --for 30s
            """)

    @Argument(
        help: ArgumentHelp(
            "Cells and routers by name; cell/NAME, router/NAME, zone/REGION/ZONE, region/NAME; 'control'.",
            valueName: "target"))
    var targets: [String]

    @Flag(help: "Stop only what the first target sends.")
    var oneWay = false

    @Option(name: .customLong("for"), help: ArgumentHelp("Heal after so long.", valueName: "duration"))
    var lease = DurationArgument(.minutes(5))

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try FaultWish(kind: "partition", targets: targets, isOneWay: oneWay, lease: lease.amount)
            .inject(mesh, output.console)
    }
}

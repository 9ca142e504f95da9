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

    @OptionGroup var wire: WireFaultOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try FaultWish(kind: "partition", wire).inject(mesh, output.console)
    }
}

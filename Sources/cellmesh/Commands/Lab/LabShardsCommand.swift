import ArgumentParser
import Sharding
import Topology

struct LabShardsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shards", abstract: "Work out what n cells and shards of k give.",
        discussion: """
            The combinatorics beside a real placement of that shape: how many shards there are, how they overlap, how \
            many customers are lost when cells die, how even the load is, and who moves when a cell is added.

              cellmesh lab shards --cells 8 --size 2
              cellmesh lab shards --cells 24 --size 3 --regions 3 --customers 10000
            """)

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("n, the cells, 1 to 1024.", valueName: "n"))
    var cells = 24

    @Option(
        name: [.customShort("k"), .long], help: ArgumentHelp("k, the cells of one customer, 1 to 16.", valueName: "k"))
    var size = 3

    @Option(
        help: ArgumentHelp(
            "Regions over which the cells are dealt out, 1 to as many as there are cells.", valueName: "count"))
    var regions = 1

    @Option(help: ArgumentHelp("Customers to place, 1 to 10000000.", valueName: "count"))
    var customers = 10_000

    @Option(help: ArgumentHelp("The mesh's seed, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = MeshTopology.standardSeed

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let report: LabShardsReport
        do {
            report = try LabShards.report(
                cells: cells, size: size, regions: regions, customers: customers, seed: seed)
        } catch {
            throw CommandFailure(.usage, Self.wording(error))
        }
        console.show(Report(report, order: .byName, names: ["lab/shards"]) { LabShardsView.render(report, $0) })
    }

    private static func wording(_ refusal: LabShards.Refusal) -> String {
        switch refusal {
        case .cells(let count): "\(count) cells: give 1 to 1024"
        case .size(let size): "shards of \(size): give 1 to 16, and at most as many as there are cells"
        case .regions(let count): "\(count) regions: give at least 1, and at most as many as there are cells"
        case .customers(let count): "\(count) customers: give 1 to 10 000 000"
        }
    }
}

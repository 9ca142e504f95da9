import ArgumentParser
import ControlPlane
import Evacuation

struct CellCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cell", abstract: "Add cells to a mesh that runs, or drain some of it.",
        subcommands: [CellAddCommand.self, CellDrainCommand.self, CellRunCommand.self],
        // `cellmesh cell --name ...` is the process that 'up' starts for a cell.
        defaultSubcommand: CellRunCommand.self)
}

struct CellAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Start further cells in a region, and move their share of the customers to them.",
        discussion: """
            Of n cells of a region each new one takes one customer in n + 1: these change exactly one cell, and nobody \
            else moves. It goes in stages, each watched, as an evacuation does; where moved customers come to harm, all of \
            it is taken back and the new cells stay, idle, for the next 'cell add'. Cells that were drained come back \
            before new ones are made. The topology's file is not changed: the mesh keeps its cells in its own directory.

            Exit codes: 0 completed, 1 aborted, 2 refused and nothing changed, 3 not ended in --wait-timeout, 5 rolled \
            back by the gate.

              cellmesh cell add us-east --dry-run
              cellmesh cell add us-east --count 1
              cellmesh cell add us-east --zone b --stages 10,100 --watch 5s -o json
            """)

    @Argument(help: ArgumentHelp("The region.", valueName: "region"))
    var region: String

    @Option(help: ArgumentHelp("How many cells, 1 to 100.", valueName: "number"))
    var count = 1

    @Option(help: ArgumentHelp("The zone of new cells; the one with the fewest where left out.", valueName: "zone"))
    var zone: String?

    @OptionGroup var options: EvacuationOptions

    func run() throws {
        guard (1...100).contains(count) else {
            throw CommandFailure(
                .usage, "--count takes 1 to 100, not \(count)", next: "cellmesh cell add \(region) --count 1")
        }
        try EvacuationRun(.add, region, count: count, zone: zone, options).run()
    }
}

struct CellDrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Move every customer off some cells, then stop them.",
        discussion: """
            Their places go to the other cells of the same domains: each customer of a drained cell changes that one cell, \
            and nobody else moves. Under load, without losing a write, in stages that are watched and taken back where \
            moved customers come to harm. At the end the cells hold nothing and their processes are stopped; 'cell add' \
            brings them into use again.

            Exit codes: 0 completed, 1 aborted, 2 refused and nothing changed, 3 not ended in --wait-timeout, 5 rolled \
            back by the gate.

              cellmesh cell drain us-east-3 --dry-run
              cellmesh cell drain us-east-3
              cellmesh cell drain us-east-3 us-east-4 --watch 5s -o json
            """)

    @Argument(help: ArgumentHelp("Cells of one region.", valueName: "cell"))
    var cells: [String]

    @OptionGroup var options: EvacuationOptions

    func run() throws {
        // As elsewhere, several may stand in one argument.
        var names: [String] = []
        for name in cells.flatMap({ $0.split(separator: ",").map(String.init) }) where !names.contains(name) {
            names.append(name)
        }
        try EvacuationRun(.drain, cells: names, options).run()
    }
}

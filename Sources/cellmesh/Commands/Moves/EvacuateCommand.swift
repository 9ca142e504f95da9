import ArgumentParser
import Evacuation

struct EvacuateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evacuate", abstract: "Move every customer off a region, under load, without losing a write.",
        discussion: """
            First says what it will do: the phases, the stages and the predicted load of each cell; --dry-run stops \
            there. Then each stage moves its share of the customers and is watched; where moved customers come to harm, \
            all of it is taken back. Ctrl-C leaves it running: 'evacuation status' tells how far it is. The region's name \
            is given twice.

            Exit codes: 0 completed, 1 aborted, 2 refused and nothing changed, 3 not ended in --wait-timeout, 5 rolled \
            back by the gate, or an acknowledged write was lost.

            A customer of whose cells no majority lives stays where it is and is named, unless --accept-loss gives up what \
            only dead cells have of it: --dry-run says of whom.

              cellmesh evacuate us-east --dry-run
              cellmesh evacuate us-east --confirm us-east
              cellmesh evacuate us-east --confirm us-east --stages 10,100 --watch 5s -o json
            """)

    @Argument(help: ArgumentHelp("The region.", valueName: "region"))
    var region: String

    @Option(help: ArgumentHelp("The region once more.", valueName: "region"))
    var confirm: String?

    @Flag(help: "Also move customers of whose cells no majority lives: what only dead cells have of them is given up.")
    var acceptLoss = false

    @OptionGroup var options: EvacuationOptions

    func run() throws {
        var run = try EvacuationRun(.evacuate, region, confirm: confirm, options)
        run.acceptsLoss = acceptLoss
        try run.run()
    }
}

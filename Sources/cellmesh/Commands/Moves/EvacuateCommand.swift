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

              cellmesh evacuate us-east --dry-run
              cellmesh evacuate us-east --confirm us-east
              cellmesh evacuate us-east --confirm us-east --stages 10,100 --watch 5s -o json
            """)

    @Argument(help: ArgumentHelp("The region.", valueName: "region"))
    var region: String

    @Option(help: ArgumentHelp("The region once more.", valueName: "region"))
    var confirm: String?

    @OptionGroup var options: EvacuationOptions

    func run() throws { try EvacuationRun(.evacuate, region, confirm: confirm, options).run() }
}

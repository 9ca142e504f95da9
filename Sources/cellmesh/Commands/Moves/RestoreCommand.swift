import ArgumentParser
import Evacuation

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring the customers of an evacuated region back.",
        discussion: """
            The same as 'evacuate', the other way: every customer returns to the shard that it had before, stage after \
            stage. The exit codes are those of 'evacuate'.

              cellmesh restore us-east --dry-run
              cellmesh restore us-east
            """)

    @Argument(help: ArgumentHelp("The region.", valueName: "region"))
    var region: String

    @OptionGroup var options: EvacuationOptions

    func run() throws { try EvacuationRun(.restore, region, confirm: nil, options).run() }
}

import ArgumentParser
import MeshBase

/// What `evacuate` and `restore` have in common.
struct EvacuationOptions: ParsableArguments {
    @Flag(help: "Only say what it would do, and whether it would be refused.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Percent of the customers that have moved after each stage; the topology's where left out.",
            valueName: "percent,...,100"))
    var stages: StageList?

    @Option(
        help: ArgumentHelp(
            "How long each stage is watched before the next begins, up to 1h; the topology's where left out.",
            valueName: "duration"))
    var watch: DurationArgument?

    @Flag(help: "Go on in spite of what can be forced: headroom, too few regions, too few cells, a drill that runs.")
    var force = false

    @Flag(help: "Do not follow it: return as soon as it has begun.")
    var detach = false

    @Option(help: ArgumentHelp("How long to follow it; it goes on afterwards.", valueName: "duration"))
    var waitTimeout = DurationArgument(.minutes(30))

    @OptionGroup var choice: ChoiceOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions
}

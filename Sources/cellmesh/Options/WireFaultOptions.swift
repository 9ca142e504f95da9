import ArgumentParser
import MeshBase

/// Where and how long a fault strikes.
struct WireFaultOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Cells and routers by name; cell/NAME, router/NAME, zone/REGION/ZONE, region/NAME; 'control'; service/NAME, cell/CELL/service/NAME.",
            valueName: "target"))
    var targets: [String]

    @Flag(help: "Strike only what the first target sends.")
    var oneWay = false

    @Option(name: .customLong("for"), help: ArgumentHelp("Heal after so long.", valueName: "duration"))
    var lease = DurationArgument(.minutes(5))

    @OptionGroup var choice: ChoiceOptions
}

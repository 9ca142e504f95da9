import ArgumentParser
import MeshBase

/// For how long a setting is in force.
struct LeaseOptions: ParsableArguments {
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long it is in force; until it is taken back where left out.", valueName: "duration"))
    var time: DurationArgument?

    var lease: Int64? { time?.milliseconds }
}

/// Where a setting is in force, and for how long.
struct ScopeOptions: ParsableArguments {
    @Option(
        name: .customLong("in"),
        help: ArgumentHelp("mesh, region/NAME, cell/NAME or service/NAME.", valueName: "scope"))
    var place = "mesh"

    @OptionGroup var period: LeaseOptions

    var lease: Int64? { period.lease }
}

/// Where a level is in force, and for how long: a service has none of its own.
struct LevelScopeOptions: ParsableArguments {
    @Option(
        name: .customLong("in"),
        help: ArgumentHelp("mesh, region/NAME or cell/NAME.", valueName: "scope"))
    var place = "mesh"

    @OptionGroup var period: LeaseOptions

    var lease: Int64? { period.lease }
}

import ArgumentParser

/// The processes that a command acts on.
struct TargetArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Cells and routers by name; cell/NAME, router/NAME, region/NAME, zone/REGION/ZONE; 'control'.",
            valueName: "target"))
    var names: [String]
}

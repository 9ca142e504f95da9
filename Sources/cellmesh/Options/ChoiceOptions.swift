import ArgumentParser

/// What decides where a target leaves a choice, such as `cell/{draw:2}`.
struct ChoiceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of what is drawn for {draw:N} and {random}, from 0; the mesh's seed, and chance, where left out.",
            valueName: "number"))
    var seed: UInt64?
}

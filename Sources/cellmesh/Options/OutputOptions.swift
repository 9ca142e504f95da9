import ArgumentParser

/// The options of every command that reports.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("How to report: table, wide, json, yaml or name.", valueName: "format"))
    var format: OutputFormat = .table

    @Option(help: ArgumentHelp("Colours: auto, always or never. NO_COLOR is heeded too.", valueName: "when"))
    var color: ColorChoice = .auto

    var console: Console { Console(format: format, color: color) }
}

import ArgumentParser
import MeshBase

/// A command whose report can be printed again and again.
protocol WatchingCommand: ParsableCommand {
    var watch: WatchOptions { get }
}

/// Whether a report is printed once, or again when something has changed.
struct WatchOptions: ParsableArguments {
    @Flag(
        name: .customLong("watch"), help: "Go on and print again when something changes; --watch=5s looks every 5 s.")
    var isOn = false

    @Option(
        name: .customLong("every"),
        help: ArgumentHelp("With --watch: from one look to the next, 200ms or more.", valueName: "duration"))
    var every = DurationArgument(.seconds(1))

    func validate() throws {
        guard every.amount >= .milliseconds(200) else {
            throw ValidationError("--watch=D and --every D are 200ms or more")
        }
    }

    /// Prints what is made: once, or until `isLast` holds of it or the program is interrupted.
    func show(
        _ console: Console, until isLast: (Report) -> Bool = { _ in false }, _ make: () throws -> Report
    ) throws {
        guard isOn else { return console.show(try make()) }
        try Watch.run(console, every: every.amount, until: isLast, make)
    }

    /// `--watch=5s` is `--watch --every 5s`: a flag takes no value by itself, and an option would take the word behind it.
    static func spelledOut(_ arguments: [String]) -> [String] {
        guard arguments.contains(where: { $0.hasPrefix("--watch=") }),
            UnknownCommand.command(arguments) is any WatchingCommand.Type
        else { return arguments }
        // What is no duration is told of as it was written; see `ArgumentProblem`.
        let isWrong = arguments.contains {
            $0.hasPrefix("--watch=") && DurationArgument(argument: String($0.dropFirst(8))) == nil
        }
        guard !isWrong else { return arguments }
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].flatMap { word in
            word.hasPrefix("--watch=") ? ["--watch", "--every", String(word.dropFirst(8))] : [word]
        } + arguments[end...]
    }
}

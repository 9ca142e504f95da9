import ArgumentParser
import SimDriver

/// `--defect NAME`.
struct DefectOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Build a known fault in, to see what turns red: \(SimDefect.known.map(\.name).joined(separator: ", ")).",
            valueName: "name"))
    var defect: DefectArgument?

    /// As it stands in the command that runs the same again; empty without one.
    var words: String { defect.map { "--defect \($0.name) " } ?? "" }
}

/// The name of a defect.
struct DefectArgument: ExpressibleByArgument, Sendable {
    var name: String
    var defect: SimDefect

    init?(argument: String) {
        guard let defect = SimDefect(named: argument) else { return nil }
        name = argument
        self.defect = defect
    }

    static var allValueStrings: [String] { SimDefect.known.map(\.name) }
}

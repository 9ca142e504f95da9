import ArgumentParser
import MeshBase

/// What all drills have in common.
struct DrillOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Requests for records per second, above 0 and up to 100000, a third of them writes.", valueName: "number"))
    var rate: Double = 200

    @Option(
        help: ArgumentHelp("Customers c1 to cN, 1 or more; those of the topology where left out.", valueName: "count"))
    var customers: Int?

    @Option(
        help: ArgumentHelp(
            "How long the mesh is looked at before anything is injected, up to 10m.", valueName: "duration"))
    var baseline = DurationArgument(.seconds(3))

    @Option(
        help: ArgumentHelp(
            "The seed of the load, 0 to 18446744073709551615; the mesh's where left out.", valueName: "number"))
    var seed: UInt64?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard rate > 0, rate <= 100_000 else { throw ValidationError("--rate is above 0 and up to 100000") }
        guard customers.map({ $0 > 0 }) ?? true else { throw ValidationError("--customers is 1 or more") }
        guard baseline.amount >= .milliseconds(100), baseline.amount <= .minutes(10) else {
            throw ValidationError("--baseline is from 100ms to 10m")
        }
    }

    /// A share of nothing is no promise, and more than everything is none that can be kept.
    static func check(success: RatioArgument) throws {
        guard success.value > 0, success.value <= 1 else {
            throw ValidationError("--success is a share above 0% and of at most 100%")
        }
    }

    /// The same, as words of a command.
    var words: String {
        var words = " --rate \(Wording.fixed(rate, rate == rate.rounded() ? 0 : 3))"
        if let customers { words += " --customers \(customers)" }
        if let seed { words += " --seed \(seed)" }
        return words
    }
}

import ArgumentParser
import Laboratories
import MeshBase

struct LabAvailabilityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "availability", abstract: "Work out how available parts are together.",
        discussion: """
            In series, in parallel, or where some of them are enough; as minutes of a year, and beside the formula in \
            virtual time.

              cellmesh lab availability --parts 99.5%
              cellmesh lab availability --parts 99%,99%,99% --needed 2
              cellmesh lab availability --mtbf 720h --mttr 1h
            """)

    @Option(help: ArgumentHelp("Availability of each part.", valueName: "percent,..."))
    var parts = RatioList([0.99, 0.99, 0.99])

    @Option(
        help: ArgumentHelp("So many of them have to be up, 1 to all of them; all where left out.", valueName: "count"))
    var needed: Int?

    @Option(help: ArgumentHelp("Time between failures of one part, in place of --parts.", valueName: "duration"))
    var mtbf: DurationArgument?

    @Option(help: ArgumentHelp("Time of repair.", valueName: "duration"))
    var mttr = DurationArgument(.hours(1))

    @Option(help: ArgumentHelp("Years in virtual time, 0 to 1000.", valueName: "count"))
    var years = 200

    @Option(help: ArgumentHelp("The seed of the run, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @OptionGroup var lab: LabOptions

    func run() throws {
        var settings = AvailabilityLab.Settings()
        settings.parts = parts.ratios
        settings.needed = needed
        settings.mtbf = mtbf?.amount
        settings.mttr = mttr.amount
        settings.years = years
        settings.seed = seed
        try lab.show("availability", \AvailabilityReport.sheet) { try AvailabilityLab.run(settings) }
    }
}

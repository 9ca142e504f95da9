import ArgumentParser
import Laboratories

struct LabDowntimeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "downtime", abstract: "Work out what downtime costs, and what less of it is worth.",
        discussion: """
            A minute costs its revenue x loss, the repair, and the customers who leave. Fewer and shorter incidents are \
            set against an investment.

              cellmesh lab downtime --revenue 50000000 --incidents 8 --minutes 47 --investment 15000
              cellmesh lab downtime --per-minute 95 --fewer 70% --faster 80%
            """)

    @Option(help: ArgumentHelp("Of a year, 0 or more.", valueName: "number")) var revenue = 50_000_000.0

    @Option(help: ArgumentHelp("Cost of a minute, in place of what follows, 0 or more.", valueName: "number"))
    var perMinute: Double?

    @Option(help: ArgumentHelp("Share of the revenue that is lost.", valueName: "percent")) var loss = RatioArgument(1)

    @Option(help: ArgumentHelp("Cost of a minute of repair, 0 or more.", valueName: "number")) var recovery = 0.0

    @Option(help: ArgumentHelp("Cost of a customer who leaves, 0 or more.", valueName: "number")) var reputation = 0.0

    @Option(help: ArgumentHelp("All customers, 0 or more.", valueName: "number")) var customers = 0.0

    @Option(help: ArgumentHelp("Share of them that a minute drives away.", valueName: "percent"))
    var churn = RatioArgument(0)

    @Option(help: ArgumentHelp("Incidents of a year, 0 or more.", valueName: "number")) var incidents = 8.0

    @Option(help: ArgumentHelp("Minutes of one, 0 to 525600.", valueName: "number")) var minutes = 47.0

    @Option(help: ArgumentHelp("Incidents that no longer happen.", valueName: "percent"))
    var fewer = RatioArgument(0.7)

    @Option(help: ArgumentHelp("By how much the others are shorter.", valueName: "percent"))
    var faster = RatioArgument(0.8)

    @Option(help: ArgumentHelp("What that costs, once, 0.01 or more.", valueName: "number")) var investment = 15_000.0

    @OptionGroup var lab: LabOptions

    func run() throws {
        var settings = DowntimeLab()
        settings.revenue = revenue
        settings.perMinute = perMinute
        settings.lossShare = loss.value
        settings.recovery = recovery
        settings.reputation = reputation
        settings.customers = customers
        settings.churn = churn.value
        settings.incidents = incidents
        settings.minutes = minutes
        settings.fewer = fewer.value
        settings.faster = faster.value
        settings.investment = investment
        try lab.show("downtime", \DowntimeLab.Report.sheet) { try settings.run() }
    }
}

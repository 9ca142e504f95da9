/// What downtime costs, and what less of it is worth (G2).
package struct DowntimeLab: Sendable, Equatable {
    /// Of a year; 0 where `perMinute` is given.
    package var revenue = 50_000_000.0
    /// Cost of a minute of downtime; nil: by the figures below.
    package var perMinute: Double?
    /// Of the revenue of that time, the share that is lost, 0...1.
    package var lossShare = 1.0
    /// Of a minute of repair.
    package var recovery = 0.0
    /// Reputation: for each customer who leaves, and per minute of downtime how many of them leave, 0...1.
    package var reputation = 0.0
    /// All customers.
    package var customers = 0.0
    /// Share of the customers that a minute of downtime drives away.
    package var churn = 0.0
    /// Of a year.
    package var incidents = 8.0
    /// Minutes of one.
    package var minutes = 47.0
    /// Incidents that no longer happen, and time by which the others are shorter, 0...1.
    package var fewer = 0.7
    /// By so much shorter, 0...1.
    package var faster = 0.8
    /// What that costs, once; above 0.
    package var investment = 15_000.0

    /// Eight incidents of 47 minutes at 50 million a year.
    package init() {}

    /// What came of it.
    package struct Report: Sendable, Equatable, Encodable {
        /// Minutes of a year and what they cost, before and after.
        package struct Part: Sendable, Equatable, Encodable {
            /// Of a year.
            package let minutes: Double
            /// In the unit of the revenue.
            package let cost: Double
        }
        /// What was asked.
        package let settings: DowntimeLab
        /// Cost of a minute.
        package let perMinute: Double
        /// As it is.
        package let before: Part
        /// With fewer and shorter incidents.
        package let after: Part
        /// Of a year.
        package var savings: Double { before.cost - after.cost }
        /// Savings of a year over the investment.
        package var roi: Double { savings / settings.investment }
        /// Months until the investment is back; nil where it never is.
        package var payback: Double? { savings > 0 ? settings.investment / savings * 12 : nil }
    }

    /// Calculates.
    package func run() throws(LabRefusal) -> Report {
        try LabRefusal.check("revenue", revenue, 0...1e15)
        try LabRefusal.check("cost of a minute", perMinute ?? 0, 0...1e12)
        for (name, share) in [("loss", lossShare), ("churn", churn), ("fewer", fewer), ("faster", faster)] {
            try LabRefusal.check(name, share, 0...1)
        }
        for (name, amount) in [("recovery", recovery), ("reputation", reputation), ("customers", customers)] {
            try LabRefusal.check(name, amount, 0...1e12)
        }
        try LabRefusal.check("incidents", incidents, 0...1e6)
        try LabRefusal.check("minutes", minutes, 0...525_600)
        try LabRefusal.check("investment", investment, 0.01...1e15)
        let cost =
            perMinute ?? revenue / (AvailabilityLab.year * 60) * lossShare + recovery + reputation * customers * churn
        let before = incidents * minutes
        let after = incidents * (1 - fewer) * minutes * (1 - faster)
        return Report(
            settings: self, perMinute: cost, before: .init(minutes: before, cost: before * cost),
            after: .init(minutes: after, cost: after * cost))
    }

    var command: String {
        var line = LabCommandLine("downtime")
        if let perMinute { line.add("per-minute", number: perMinute) } else { line.add("revenue", number: revenue) }
        line.add("loss", share: lossShare)
        if recovery > 0 { line.add("recovery", number: recovery) }
        if reputation > 0 { line.add("reputation", number: reputation) }
        if customers > 0 { line.add("customers", number: customers) }
        if churn > 0 { line.add("churn", share: churn) }
        line.add("incidents", number: incidents)
        line.add("minutes", number: minutes)
        line.add("fewer", share: fewer)
        line.add("faster", share: faster)
        line.add("investment", number: investment)
        return line.text
    }
}

extension DowntimeLab.Report {
    private enum CodingKeys: String, CodingKey {
        case schema, minutes, cost, after, savings, roi
        case perMinute = "cost_per_minute"
        case payback = "payback_months"
    }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(perMinute, forKey: .perMinute)
        try document.encode(before.minutes, forKey: .minutes)
        try document.encode(before.cost, forKey: .cost)
        try document.encode(after, forKey: .after)
        try document.encode(savings, forKey: .savings)
        try document.encode(roi, forKey: .roi)
        try document.encode(payback, forKey: .payback)
    }

    /// For people.
    package var sheet: LabSheet {
        var sheet = LabSheet(
            title: "What downtime costs",
            lead: [
                "\(LabCommandLine.written(settings.incidents)) incidents a year of "
                    + "\(LabCommandLine.written(settings.minutes)) minutes at "
                    + "\(LabCommandLine.written((perMinute * 100).rounded() / 100)) a minute; with "
                    + "\(LabCommandLine.written(settings.fewer * 100)) % fewer of them, each "
                    + "\(LabCommandLine.written(settings.faster * 100)) % shorter."
            ], replay: settings.command)
        sheet.tables = [
            LabTable(
                columns: ["", "MINUTES A YEAR", "COST"],
                rows: [
                    [.text("before"), .number(before.minutes, 2), .number(before.cost, 0)],
                    [.text("after"), .number(after.minutes, 2), .number(after.cost, 0)],
                    [.text("saved"), .number(before.minutes - after.minutes, 2), .number(savings, 0)],
                ]),
            LabTable(
                columns: ["INVESTMENT", "RETURN", "BACK AFTER MONTHS"],
                rows: [[.number(settings.investment, 0), .share(roi), payback.map { .number($0, 1) } ?? .none]]),
            LabTable(
                "Published returns, by pattern", columns: ["PATTERN", "RETURN"],
                rows: [
                    [.text("breakers"), .share(4.7)], [.text("retries"), .share(3.2)],
                    [.text("bulkheads"), .share(8.9)],
                    [.text("timeouts and health checks"), .share(2.8)],
                ]),
        ]
        sheet.notes = [
            "Cost of a minute: revenue of a minute x loss + recovery + reputation x customers x churn. Published: 23 "
                + "cascades a day of 47 minutes at 1 000 000 an hour, 8 395 a year, cost 6 576 083 333."
        ]
        return sheet
    }
}

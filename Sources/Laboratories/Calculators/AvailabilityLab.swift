import MeshBase

/// What parts that are up for some of the time make together (G1): by formula, and beside it by parts that fail and are
/// repaired in virtual time.
package enum AvailabilityLab {
    /// Hours of a year.
    package static let year = 8_760.0

    /// What is asked.
    package struct Settings: Sendable, Equatable {
        /// Of each part, the share of the time for which it is up, 0...1; 1 to 100 of them.
        package var parts = [0.99, 0.99, 0.99]
        /// So many of them have to be up; nil: all.
        package var needed: Int?
        /// Time between failures and time of repair of one part, which then stand in place of `parts`.
        package var mtbf: TimeAmount?
        /// How long a repair takes on average. It is also what a run in virtual time repairs with.
        package var mttr = TimeAmount.hours(1)
        /// Years in virtual time, 0...1000.
        package var years = 200
        /// Of the run.
        package var seed: UInt64 = 1

        /// Three parts of 99 %, all of which are needed.
        package init() {}

        func check() throws(LabRefusal) {
            try LabRefusal.check("parts", parts.count, 1...100)
            for part in parts { try LabRefusal.check("availability", part, 0...1) }
            try LabRefusal.check("needed", needed ?? 1, 1...(mtbf == nil ? parts.count : 1))
            try LabRefusal.check("hours of repair", mttr.seconds / 3_600, 0.0001...10_000)
            if let mtbf { try LabRefusal.check("hours between failures", mtbf.seconds / 3_600, 0.001...10_000_000) }
            try LabRefusal.check("years", years, 0...1_000)
        }
    }

    /// Calculates, and measures where years are asked for.
    package static func run(_ settings: Settings) throws(LabRefusal) -> AvailabilityReport {
        try settings.check()
        let parts = settings.mtbf.map { [$0.seconds / ($0.seconds + settings.mttr.seconds)] } ?? settings.parts
        let needed = settings.needed ?? parts.count
        return AvailabilityReport(
            settings: settings, parts: parts, needed: needed, all: atLeast(parts.count, of: parts),
            any: atLeast(1, of: parts), reliability: atLeast(needed, of: parts),
            measured: settings.years > 0 ? measure(settings, parts, needed) : nil)
    }

    /// P(so many parts and more are up), the parts independent of each other: the Poisson binomial distribution.
    static func atLeast(_ needed: Int, of parts: [Double]) -> Double {
        // Share of the time for which so many are up.
        var up = [1.0] + [Double](repeating: 0, count: parts.count)
        for (index, part) in parts.enumerated() {
            for count in stride(from: index + 1, through: 1, by: -1) {
                up[count] = up[count] * (1 - part) + up[count - 1] * part
            }
            up[0] *= 1 - part
        }
        return up[needed...].reduce(0, +)
    }

    /// Parts that are up and down for exponential times. In milliseconds: nanoseconds of centuries would not fit.
    private static func measure(_ settings: Settings, _ parts: [Double], _ needed: Int) -> Double {
        var agenda = Agenda<Int>()
        var random = Generator(seed: settings.seed, concern: "lab/availability")
        var isUp = parts.map { $0 > 0 }
        let repair = settings.mttr / 1_000_000
        func time(_ part: Int) -> TimeAmount {
            guard isUp[part] else { return random.exponentialTime(mean: repair) }
            return random.exponentialTime(mean: repair * (parts[part] / (1 - parts[part])))
        }
        for part in parts.indices where parts[part] > 0 && parts[part] < 1 { agenda.add(part, at: .zero + time(part)) }
        let end = Instant.zero + TimeAmount(seconds: Double(settings.years) * year * 3_600 / 1e6)
        var (up, since) = (TimeAmount.zero, Instant.zero)
        var count = isUp.count { $0 }
        while let part = agenda.next(before: end) {
            if count >= needed { up = up + (agenda.now - since) }
            since = agenda.now
            isUp[part].toggle()
            count += isUp[part] ? 1 : -1
            agenda.add(part, at: agenda.now + time(part))
        }
        if count >= needed { up = up + (end - since) }
        return up.seconds / (end - .zero).seconds
    }
}

/// The availability of parts together.
package struct AvailabilityReport: Sendable, Equatable, Encodable {
    /// What was asked.
    package let settings: AvailabilityLab.Settings
    /// Of each part, 0...1.
    package let parts: [Double]
    /// So many have to be up.
    package let needed: Int
    /// Where all are needed, and where one is enough.
    package let all: Double
    /// The share of the time for which at least one part is up.
    package let any: Double
    /// Of what was asked.
    package let reliability: Double
    /// The same in virtual time; nil where it was not run.
    package let measured: Double?

    /// Minutes of a year.
    package var downtime: Double { (1 - reliability) * AvailabilityLab.year * 60 }

    /// Between failures of the whole, where its repair takes as long as that of a part; nil where it never fails.
    package var mtbf: TimeAmount? {
        settings.mtbf
            ?? (reliability < 1 ? TimeAmount(seconds: settings.mttr.seconds * reliability / (1 - reliability)) : nil)
    }

    private enum CodingKeys: String, CodingKey {
        case schema, seed, reliability, all, any, measured
        case downtime = "downtime_minutes_year"
        case mttr = "mttr_ms"
        case mtbf = "mtbf_ms"
    }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(settings.seed, forKey: .seed)
        try document.encode(reliability, forKey: .reliability)
        try document.encode(all, forKey: .all)
        try document.encode(any, forKey: .any)
        try document.encode(measured, forKey: .measured)
        try document.encode(downtime, forKey: .downtime)
        try document.encode(settings.mttr.milliseconds, forKey: .mttr)
        try document.encode(mtbf?.milliseconds, forKey: .mtbf)
    }

    /// For people.
    package var sheet: LabSheet {
        var sheet = LabSheet(
            title: "Availability",
            lead: ["\(parts.count) independent part\(parts.count == 1 ? "" : "s"), of which \(needed) must be up."],
            replay: settings.command)
        func row(_ name: String, _ value: Double, _ measured: Double? = nil) -> [LabFigure] {
            [
                .text(name), .text(AvailabilityReport.percent(value)),
                .number((1 - value) * AvailabilityLab.year * 60, 2),
                measured.map { .text(AvailabilityReport.percent($0)) } ?? .none,
            ]
        }
        var table = LabTable(columns: ["", "AVAILABLE", "MINUTES DOWN A YEAR", "MEASURED"])
        table.rows = [
            row("\(needed) of \(parts.count)", reliability, measured), row("all in series", all),
            row("any in parallel", any),
        ]
        sheet.tables = [table]
        sheet.notes = [
            "A year has 8 760 hours. Measured: parts that fail and are repaired, each in "
                + "\(LabCommandLine.written(settings.mttr.seconds / 3_600)) h on average, for \(settings.years) years. What "
                + "fails together is worse than this: independence is what cells are for."
        ]
        return sheet
    }

    /// With as many nines as there are.
    private static func percent(_ share: Double) -> String {
        LabCommandLine.written(share * 100) + " %"
    }
}

extension AvailabilityLab.Settings {
    var command: String {
        var line = LabCommandLine("availability")
        if let mtbf {
            line.add("mtbf", mtbf)
        } else {
            line.add("parts", parts.map { LabCommandLine.written($0 * 100) + "%" }.joined(separator: ","))
            if let needed { line.add("needed", needed) }
        }
        line.add("mttr", mttr)
        line.add("years", years)
        line.add("seed", seed)
        return line.text
    }
}

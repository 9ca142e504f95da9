import MeshBase

/// How mature the resilience of a file is, and what comes next.
package struct MaturityReport: Sendable, Encodable {
    /// A service that has not what its tier has to have.
    package struct Missing: Sendable, Equatable, Encodable {
        /// The kind of cell.
        package let cell: String
        /// Its name.
        package let service: String
        /// 1 to 3.
        package let tier: Int
        /// At least one.
        package let missing: [MaturityPattern]

        /// Nil where nothing is missing.
        init?(_ facts: MaturityFacts.ServiceFacts) {
            cell = facts.cell
            service = facts.name
            tier = facts.tier
            missing = MaturityPattern.required(tier: facts.tier).filter { !facts.has.contains($0) }
            if missing.isEmpty { return nil }
        }
    }

    /// What a programme of 30 days is measured by, as published.
    package struct Indicator: Sendable, Equatable, Encodable {
        /// A word.
        package let name: String
        /// Where such programmes began; nil: it is a change.
        package let before: String?
        /// What is aimed at.
        package let after: String
        /// What this file has of it; nil: a file does not say.
        package let now: Double?

        init(_ name: String, _ before: String?, _ after: String, now: Double? = nil) {
            self.name = name
            self.before = before
            self.after = after
            self.now = now
        }
    }

    /// What was assessed.
    package let settings: MaturityLab.Settings
    /// The four areas.
    package let areas: [MaturityArea]
    /// How far it has come.
    package let level: MaturityLevel
    /// What the next level lacks.
    package let lacking: [String]
    /// Services that have not what their tier has to have.
    package let missing: [Missing]
    /// The more urgent first.
    package let recommendations: [MaturityAdvice]
    /// Of the calls that are not core, those with something in place of an answer.
    let degrading: Double

    /// The weighted mean of the areas, 0...1.
    package var score: Double { areas.reduce(0) { $0 + $1.area.weight * $1.score } }

    /// Over 30 days.
    package var indicators: [Indicator] {
        [
            Indicator("uptime", "99.9 %", "99.95 %"), Indicator("mttr", "2.3 h", "< 45 min"),
            Indicator("mttr-relative", "100 %", "< 50 %"), Indicator("mtbf-relative", "100 %", "> 200 %"),
            Indicator("p99-change", nil, "within 10 %"), Indicator("throughput-change", nil, "within 5 %"),
            Indicator("errors", nil, "-60 %"), Indicator("cascades-prevented", nil, "100 %"),
            Indicator("features-that-degrade", nil, "> 80 %", now: degrading),
            Indicator("failures-that-breakers-detect", nil, "> 95 %"),
            Indicator("alerts-a-week", "47", "< 20"), Indicator("false-alerts", "35 %", "< 10 %"),
            Indicator("weekend-escalations-a-month", "12", "< 4"), Indicator("escalations", nil, "-50 %"),
            Indicator("manual-work", nil, "-80 %"),
        ]
    }

    private enum CodingKeys: String, CodingKey {
        case schema, score, level, name, uptime, mttr, areas, recommendations, kpis, problems, chaos, policies
        case lacking = "missing_for_level"
        case missing = "missing_for_tier"
    }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode((score * 1e6).rounded() / 1e6, forKey: .score)
        try document.encode(level.rawValue, forKey: .level)
        try document.encode(level.name, forKey: .name)
        try document.encode(level.uptime, forKey: .uptime)
        try document.encode(level.repair, forKey: .mttr)
        try document.encode(settings.policies, forKey: .policies)
        try document.encode(settings.chaos, forKey: .chaos)
        try document.encode(areas, forKey: .areas)
        try document.encode(lacking, forKey: .lacking)
        try document.encode(missing, forKey: .missing)
        try document.encode(recommendations, forKey: .recommendations)
        try document.encode(indicators, forKey: .kpis)
        try document.encode(settings.problems, forKey: .problems)
    }
}

extension MaturityLab.Settings {
    var command: String {
        var line = LabCommandLine("maturity")
        if let file { line.add(argument: file) }
        if let policies { line.add("policies", word: policies) }
        if chaos != .none { line.add("chaos", chaos.rawValue) }
        return line.text
    }
}

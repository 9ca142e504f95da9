/// What to do next.
package struct MaturityAdvice: Sendable, Equatable, Encodable {
    /// How soon.
    package enum Urgency: String, Sendable, Comparable, Codable {
        case high, medium, low

        private var rank: Int {
            switch self {
            case .high: 0
            case .medium: 1
            case .low: 2
            }
        }

        /// The sooner is the lesser.
        package static func < (a: Urgency, b: Urgency) -> Bool { a.rank < b.rank }
    }

    /// How soon.
    package let priority: Urgency
    /// A word.
    package let pattern: String
    /// In a sentence.
    package let action: String
    /// How long it takes a team, as published.
    package let effort: String
    /// By how much the score rises where it is done whole, 0...1; 0: it counts for the level alone.
    package let impact: Double
    /// The level that it is a condition of.
    package let level: Int?

    /// The more urgent first, then what brings more.
    static func all(
        _ facts: MaturityFacts, _ areas: [MaturityArea], _ reached: MaturityLevel, chaos: MaturityLab.Chaos
    ) -> [MaturityAdvice] {
        var found: [MaturityAdvice] = []
        func add(
            _ condition: Bool, _ priority: Urgency, _ pattern: String, _ action: String, _ effort: String,
            impact: Double = 0, level: MaturityLevel? = nil
        ) {
            guard condition else { return }
            found.append(
                MaturityAdvice(
                    priority: priority, pattern: pattern, action: action, effort: effort,
                    impact: (impact * 1e6).rounded() / 1e6, level: level?.rawValue))
        }
        func area(_ name: MaturityArea.Name) -> MaturityArea { areas.first { $0.area == name } ?? areas[0] }
        func gain(_ name: MaturityArea.Name) -> Double { name.weight * (1 - area(name).score) }
        func gain(_ name: MaturityArea.Name, check: String) -> Double {
            let area = area(name)
            let score = area.checks.first { $0.name == check }?.score ?? 1
            return name.weight * (1 - score) / Double(area.checks.count)
        }
        add(
            facts.share(of: .timeouts) < 0.8, .high, "timeouts", "Put a limit on every call: switch 'timeout' on.",
            "2 days", level: .robust)
        add(
            facts.share(of: .retries) < 0.5, .high, "retries",
            "Try again what may pass by itself, with backoff and a budget: switch 'retry' on.", "3 days", level: .robust
        )
        add(
            facts.probedShare < 0.8, .high, "health-checks", "Probe every cell: switch 'health' on.", "3 days",
            impact: gain(.monitoring, check: "probes"), level: .resilient)
        add(
            area(.breakers).score < 0.5, .high, "breakers",
            "Put breakers with fallbacks before the dependencies that matter: 'breaker', and 'fallback' at their calls.",
            "2-3 weeks", impact: gain(.breakers), level: .resilient)
        // Below 0.3 on a scale on which nothing is written of pools; here pools of services are apart in any case.
        add(
            area(.bulkheads).score < 0.3 || facts.share(of: .bulkheads) < 0.3, .medium, "bulkheads",
            "Map what is shared and keep pools apart: 'bulkhead' at the calls, a 'pool' for each service.", "3-4 weeks",
            impact: gain(.bulkheads), level: .resilient)
        add(
            area(.degradation).score < 0.5, .medium, "degradation",
            "Say what can be left out: 'criticality' and 'fallback' of calls, 'features', a 'cache'.", "2 weeks",
            impact: gain(.degradation))
        add(
            !area(.monitoring).check("objectives"), .medium, "objectives",
            "Say what each kind of cell is to hold: 'objectives: {p99, error_rate}'.", "1 day",
            impact: gain(.monitoring, check: "objectives"))
        func next(_ level: MaturityLevel) -> Urgency { reached.rawValue == level.rawValue - 1 ? .medium : .low }
        add(
            facts.countsBreakers && !area(.breakers).check("adaptive-threshold"), .low, "adaptive-thresholds",
            "Let thresholds follow what is usual: 'breaker: {adaptive: true}'.", "3 weeks",
            impact: gain(.breakers, check: "adaptive-threshold"))
        add(
            !area(.bulkheads).check("dynamic"), next(.adaptive), "dynamic-bulkheads",
            "Let sizes follow the load: 'bulkhead: {limit: errors}' or 'pool: {dynamic: {}}'.", "2 weeks",
            impact: gain(.bulkheads, check: "dynamic"), level: .adaptive)
        add(
            !area(.monitoring).check("prediction"), next(.adaptive), "prediction",
            "See failures before they are there: 'breaker: {predict: watch}', then 'open'.", "4 weeks",
            impact: gain(.monitoring, check: "prediction"), level: .adaptive)
        add(
            chaos == .none, next(.adaptive), "chaos-tests", "Bring failures about on purpose: 'cellmesh drill run'.",
            "3 weeks", level: .adaptive)
        return found.enumerated().sorted {
            ($0.element.priority, -$0.element.impact, $0.offset) < ($1.element.priority, -$1.element.impact, $1.offset)
        }.map(\.element)
    }
}

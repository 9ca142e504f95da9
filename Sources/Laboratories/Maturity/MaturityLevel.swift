/// How far resilience has come, from what fails to what gets better by failures.
package enum MaturityLevel: Int, Sendable, CaseIterable, Codable {
    case fragile, robust, resilient, adaptive, antifragile

    /// A word.
    package var name: String {
        switch self {
        case .fragile: "fragile"
        case .robust: "robust"
        case .resilient: "resilient"
        case .adaptive: "adaptive"
        case .antifragile: "antifragile"
        }
    }

    /// What is usual there, as published.
    package var uptime: String {
        switch self {
        case .fragile: "95-97 %"
        case .robust: "98-99 %"
        case .resilient: "99.5-99.9 %"
        case .adaptive: "99.95-99.99 %"
        case .antifragile: "99.99 % and more"
        }
    }

    /// Mean time to repair that is usual there, as published.
    package var repair: String {
        switch self {
        case .fragile: "2-4 h"
        case .robust: "30-60 min"
        case .resilient: "5-15 min"
        case .adaptive: "1-5 min"
        case .antifragile: "less than 1 min"
        }
    }

    /// The highest whose conditions, and all below, hold; and what the next one lacks.
    static func of(
        _ facts: MaturityFacts, heals: Bool, chaos: MaturityLab.Chaos
    ) -> (level: MaturityLevel, lacking: [String]) {
        // Half of the services, as a presence that counts for most.
        func has(_ share: Double) -> Bool { share >= 0.5 }
        let conditions: [(level: MaturityLevel, needs: [(name: String, isMet: Bool)])] = [
            (
                .robust,
                [("timeouts", has(facts.share(of: .timeouts))), ("retries", has(facts.share(of: .retries)))]
            ),
            (
                .resilient,
                [
                    ("breakers", has(facts.share(of: .breakers))), ("bulkheads", has(facts.share(of: .bulkheads))),
                    ("health-checks", has(facts.probedShare)),
                ]
            ),
            (
                .adaptive,
                [
                    ("prediction", has(facts.predictingShare)), ("dynamic-bulkheads", has(facts.movingShare)),
                    ("chaos-tests", chaos != .none),
                ]
            ),
            (.antifragile, [("self-healing", heals), ("continuous-chaos", chaos == .continuous)]),
        ]
        var level = MaturityLevel.fragile
        for condition in conditions {
            let lacking = condition.needs.filter { !$0.isMet }.map(\.name)
            guard lacking.isEmpty else { return (level, lacking) }
            level = condition.level
        }
        return (level, [])
    }
}

import MeshBase
import Reports

/// What the actions of a scenario are expected to do to customers, one by one.
package struct ScenarioForecast: Sendable {
    private var words: [String] = []
    private var worst = FeedImpact.Counts()
    /// What each action is foretold to do, by its position in the plan.
    package private(set) var harms: [Int: ScenarioHarm] = [:]

    package init() {}

    /// What an action touches, whether or not anything is predicted of it; its targets have been chosen.
    package mutating func add(_ key: Int, _ harm: ScenarioHarm) { harms[key] = harm }

    /// What is predicted of an action that was added.
    package mutating func add(_ key: Int, _ action: ScenarioAction, _ report: PredictionReport) {
        harms[key]?.formUnion(ScenarioHarm(out: Set(report.out ?? []), impaired: Set(report.impaired ?? [])))
        add(action, report.customers)
    }

    /// What is predicted of customers.
    mutating func add(_ action: ScenarioAction, _ counts: FeedImpact.Counts) {
        words.append("\(action.deed.text): \(action.foretold(counts))")
        if counts.isWorse(than: worst) { worst = counts }
    }

    /// Something more that is to be known, for people.
    package mutating func add(_ note: String) { words.append(note) }

    /// All of it, for people.
    package var sentence: String { words.isEmpty ? "nothing that is predicted" : words.joined(separator: "; ") }

    /// Why nothing should be begun: a rule that would end it at once. Nil where none would.
    package func refusal(by rules: [AbortRule]) -> String? {
        for rule in rules {
            guard case .figure(let limit) = rule.bound.bound else { continue }
            let foretold: Int? =
                switch rule.bound.measure.figure {
                case .customersLost: worst.lost
                case .customersDegraded: worst.degraded
                default: nil
                }
            if let foretold, rule.bound.comparison.holds(Double(foretold), limit) {
                return "'abort' would end it at once: \(rule.text), and \(foretold) are predicted"
            }
        }
        return nil
    }
}

extension ScenarioAction {
    /// What it is expected to do to customers, for people.
    package func foretold(_ counts: FeedImpact.Counts) -> String {
        // What answers now and then, or wrongly, serves some of its customers.
        (deed.isUncertain ? "at most " : "") + counts.sentence
    }
}

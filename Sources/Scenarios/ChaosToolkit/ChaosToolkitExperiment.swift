import Drills
import MeshBase
import Reports
import Topology

/// A scenario as an experiment of Chaos Toolkit, which carries it out by this program's commands: `chaos run FILE`.
///
/// What it has no words for (reading back, comparing with the prediction, taking back what a killed run has left) `drill run` does
/// alone; faults end by their leases in both.
package struct ChaosToolkitExperiment: Codable, Sendable, Equatable {
    /// How an activity is carried out: a process.
    package struct Provider: Codable, Sendable, Equatable {
        package var type = "process"
        /// Of the program.
        package var path: String
        package var arguments: [String]
        /// Seconds.
        package var timeout: Double?
    }

    /// Waits around an activity, in seconds.
    package struct Pauses: Codable, Sendable, Equatable {
        package var before: Double?
        package var after: Double?
    }

    /// An action or a probe.
    package struct Activity: Codable, Sendable, Equatable {
        package var type: String
        package var name: String
        /// Of a probe: the exit code that it has to have.
        package var tolerance: Int?
        package var provider: Provider
        package var pauses: Pauses?
        package var background: Bool?
    }

    /// What has to hold before and after.
    package struct Hypothesis: Codable, Sendable, Equatable {
        package var title: String
        package var probes: [Activity]
    }

    package var version = "1.0.0"
    package var title: String
    package var description: String
    package var tags = ["cellmesh"]
    package var hypothesis: Hypothesis?
    package var method: [Activity]
    package var rollbacks: [Activity]

    private enum CodingKeys: String, CodingKey {
        case version, title, description, tags
        case hypothesis = "steady-state-hypothesis"
        case method, rollbacks
    }

    /// What a scenario has that no experiment can say, in words: it is left out.
    package private(set) var left: [String] = []

    /// - Parameter program: how it is called there.
    package init(_ scenario: Scenario, program: String = "cellmesh") {
        title = scenario.title
        description = scenario.about.isEmpty ? scenario.title : scenario.about
        (method, rollbacks) = ([], [])
        hypothesis = said(scenario.hypothesis, of: scenario, program)
        method = said(scenario.method, of: scenario, program)
        rollbacks = [
            Activity(
                type: "action", name: "nothing is left in force",
                provider: Provider(path: program, arguments: ["heal"], timeout: 60))
        ]
        for action in scenario.rollbacks {
            if let activity = said(action, program) { rollbacks.append(activity) }
        }
        left += Self.rest(scenario)
    }

    /// What no activity says.
    private static func rest(_ scenario: Scenario) -> [String] {
        var left = scenario.objectives.map { "the objective '\($0.text)'" }
        left += scenario.thresholds.map { "the threshold '\($0.text)'" }
        left += scenario.abort.map { "the condition '\($0.text)' of 'abort'" }
        if let strategy = scenario.hypothesis?.strategy, strategy != .default {
            left.append("'strategy: \(strategy.rawValue)': chaos run --hypothesis-strategy \(strategy.rawValue)")
        }
        if let hypothesis = scenario.hypothesis, hypothesis.frequency != .seconds(1) || hypothesis.failFast != nil {
            left.append("'frequency' and 'fail_fast': they are options of chaos run")
        }
        let rate = Syntax.written(scenario.load.rate)
        left.append(
            "the load of \(rate) requests/s beside the method"
                + (scenario.load.isTwoSided ? ", through both sides of the cut" : "")
                + (scenario.load.verifies && scenario.load.writes > 0 ? ", and reading back what it wrote" : ""))
        left.append("the baseline, and waiting until the mesh is steady: 'baseline' and 'settle'")
        if scenario.notice > .zero { left.append("'notice'") }
        if scenario.coolDown > .zero { left.append("'cool-down'") }
        if !scenario.schedule.isEmpty { left.append("'schedule'") }
        let choices = scenario.actions.map { action in action.deed.targets.filter(TargetChoice.isMeant) }
        if scenario.actions.count > 1, choices.contains(where: { !$0.isEmpty }) {
            left.append("that all targets are chosen before the first action: each command chooses when it is run")
        }
        let drawn = choices.joined().filter { word in
            // What is numbered goes by the mesh's seed there too.
            word.contains("{random") || word.contains("{draw") && scenario.seed != nil
        }
        left += Set(drawn).sorted().map { "the seed of '\($0)': a command draws by another one" }
        return left
    }

    private mutating func said(
        _ own: ScenarioHypothesis?, of scenario: Scenario, _ program: String
    ) -> Hypothesis? {
        guard let own else { return nil }
        let probes = own.probes.compactMap { said($0, of: scenario, program) }
        left += own.calls.map { "the probe '\($0.name)'" }
        return probes.isEmpty ? nil : Hypothesis(title: own.title.isEmpty ? title : own.title, probes: probes)
    }

    private mutating func said(_ steps: [ScenarioStep], of scenario: Scenario, _ program: String) -> [Activity] {
        // What begins at a time of its own waits for it beside the others, and has to stand before them.
        var (first, rest): ([Activity], [Activity]) = ([], [])
        // Since the method began: when the next step begins, and when all that lasts is over.
        var (at, over) = (TimeAmount.zero, TimeAmount.zero)
        var last: String?
        for step in steps {
            switch step {
            case .look(let probe): left.append("the probe '\(probe.name)'")
            case .probe(let probe):
                guard let activity = said(probe, of: scenario, program) else { continue }
                rest.append(activity)
                at = at + probe.window
            case .action(let action):
                guard var activity = said(action, program) else { continue }
                let begin = action.startAfter ?? at + action.pauseBefore
                if action.startAfter != nil || action.isBackground {
                    activity.background = true
                    activity.pauses = Self.pauses(action.startAfter ?? action.pauseBefore, .zero)
                } else {
                    activity.pauses = Self.pauses(action.pauseBefore, action.pauseAfter)
                    at = begin + action.pauseAfter
                }
                let end = begin + (action.length ?? .zero)
                if end > over { (over, last) = (end, action.name) }
                if action.startAfter == nil { rest.append(activity) } else { first.append(activity) }
            }
        }
        var all = first + rest
        guard over > at, let last, let end = all.indices.last else { return all }
        // The method has to outlast what is in force, since the hypothesis is looked at right behind it.
        if all[end].type == "action", all[end].background != true {
            var pauses = all[end].pauses ?? Pauses()
            pauses.after = (pauses.after ?? 0) + (over - at).seconds
            all[end].pauses = pauses
        } else {
            left.append("waiting for the end of '\(last)' before the hypothesis is looked at again")
        }
        return all
    }

    private static func pauses(_ before: TimeAmount, _ after: TimeAmount) -> Pauses? {
        func seconds(_ amount: TimeAmount) -> Double? { amount > .zero ? amount.seconds : nil }
        let pauses = Pauses(before: seconds(before), after: seconds(after))
        return pauses == Pauses() ? nil : pauses
    }

    /// An action without its pauses; nil for what no command does, which is told.
    private mutating func said(_ action: ScenarioAction, _ program: String) -> Activity? {
        guard let words = ScenarioCommand.words(for: action) else {
            left.append("the action '\(action.name)'\(Self.why(action.deed))")
            return nil
        }
        if action.apart != nil { left.append("'apart' of the action '\(action.name)'") }
        return Activity(
            type: "action", name: action.name,
            provider: Provider(path: program, arguments: words, timeout: action.deed.lasts ? 60 : 1_800))
    }

    private static func why(_ deed: ScenarioDeed) -> String {
        switch deed {
        case .controlLoss: ": no command starts another control plane when its time is over"
        case .load, .poison, .attempt: ": no command does that"
        case .fault, .evacuate, .restore, .call: ""
        }
    }

    /// A load of its own for the length of its window, held to the bounds; nil for what no command looks at, which is told.
    private mutating func said(_ probe: ScenarioProbe, of scenario: Scenario, _ program: String) -> Activity? {
        guard let words = ProbeCommand.words(for: probe, scenario.load, seed: scenario.seed) else {
            left.append("the probe '\(probe.name)'")
            return nil
        }
        return Activity(
            type: "probe", name: probe.name, tolerance: 0,
            provider: Provider(path: program, arguments: words, timeout: probe.window.seconds + 60))
    }
}

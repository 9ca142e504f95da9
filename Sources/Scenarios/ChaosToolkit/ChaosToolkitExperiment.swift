import Chaos
import Drills
import MeshBase
import Reports

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
        let load = scenario.load
        if let own = scenario.hypothesis {
            var probes: [Activity] = []
            for probe in own.probes {
                if let activity = Self.probe(probe, load, program) {
                    probes.append(activity)
                } else {
                    left.append("the probe '\(probe.name)'")
                }
            }
            left += own.calls.map { "the probe '\($0.name)'" }
            if !probes.isEmpty { hypothesis = Hypothesis(title: own.title.isEmpty ? title : own.title, probes: probes) }
        }
        for step in scenario.method {
            switch step {
            case .action(let action):
                if let activity = Self.action(action, program) {
                    method.append(activity)
                    if action.apart != nil { left.append("'apart' of the action '\(action.name)'") }
                } else {
                    left.append("the action '\(action.name)'")
                }
            case .probe(let probe):
                if let activity = Self.probe(probe, load, program) {
                    method.append(activity)
                } else {
                    left.append("the probe '\(probe.name)'")
                }
            case .look(let probe): left.append("the probe '\(probe.name)'")
            }
        }
        left += scenario.objectives.map { "the objective '\($0.text)'" }
        left += scenario.thresholds.map { "the threshold '\($0.text)'" }
        left += scenario.abort.map { "the condition '\($0.text)' of 'abort'" }
        rollbacks = [
            Activity(
                type: "action", name: "nothing is left in force",
                provider: Provider(path: program, arguments: ["heal"], timeout: 60))
        ]
    }

    private static func seconds(_ amount: TimeAmount) -> Double? { amount > .zero ? amount.seconds : nil }

    private static func action(_ action: ScenarioAction, _ program: String) -> Activity? {
        guard let words = action.deed.commandWords(for: action.length) else { return nil }
        var activity = Activity(
            type: "action", name: action.name,
            provider: Provider(path: program, arguments: words, timeout: action.deed.lasts ? 60 : 1_800))
        // A lasting deed goes on beside what follows, there as here; the method has to outlast it.
        let after = action.pauseAfter > .zero ? action.pauseAfter : action.length ?? .zero
        activity.pauses = Pauses(before: seconds(action.pauseBefore), after: seconds(after))
        if activity.pauses == Pauses() { activity.pauses = nil }
        if action.startAfter != nil || action.isBackground { activity.background = true }
        return activity
    }

    /// A load of its own for the length of its window, held to the bounds.
    private static func probe(_ probe: ScenarioProbe, _ load: ScenarioLoad, _ program: String) -> Activity? {
        let bounds = probe.tolerance.bounds(probe.measure)
        guard probe.measure.scope == nil, !bounds.isEmpty else { return nil }
        switch probe.measure.figure {
        case .success, .errorRate, .percentile, .rate: break
        default: return nil
        }
        var words = ["load", "run", "--rate", Syntax.written(load.rate), "--duration", Syntax.written(probe.window)]
        for bound in bounds {
            guard case .figure = bound.bound else { return nil }
            words += ["--slo", bound.text]
        }
        words.append("--no-report")
        return Activity(
            type: "probe", name: probe.name, tolerance: 0,
            provider: Provider(path: program, arguments: words, timeout: probe.window.seconds + 60))
    }
}

extension ScenarioDeed {
    /// The command that does it; nil for what no command does.
    package func commandWords(for length: TimeAmount?) -> [String]? {
        let lease = length.map { ["--for", Syntax.written($0)] } ?? []
        switch self {
        case .evacuate(let region): return ["evacuate", region, "--confirm", region, "--yes"]
        case .restore(let region): return ["restore", region]
        case .controlLoss: return ["kill", "control"]
        case .load, .poison, .attempt, .call: return nil
        case .fault(let request):
            if request.kind == "kill" || request.kind == "pause" { return [request.kind] + request.targets + lease }
            var words = ["fault", "add", request.kind] + request.targets
            if let delay = request.delay { words += ["--delay", Syntax.written(delay)] }
            if let jitter = request.jitter { words += ["--jitter", Syntax.written(jitter)] }
            if let distribution = request.distribution { words += ["--distribution", distribution] }
            if let rate = request.rate { words += ["--rate", "\(Syntax.written(rate * 100))%"] }
            if let bandwidth = request.bandwidth { words += ["--bandwidth", "\(bandwidth)B/s"] }
            if let status = request.status { words += ["--status", "\(status)"] }
            if request.isOneWay { words.append("--one-way") }
            if request.kind == "skew", let ahead = request.amount { words += ["--ahead", Syntax.written(ahead)] }
            guard request.amount == nil || request.kind == "skew", request.millionths == nil else { return nil }
            return words + lease
        }
    }

    /// What the words of a command do, and for how long; nil for a command that is none of these.
    ///
    /// - Throws: where it is one, and cannot be done.
    package static func command(_ words: [String]) throws(FaultRequest.Refusal) -> (ScenarioDeed, TimeAmount?)? {
        var rest = words[...]
        var length: TimeAmount?
        func plain(_ options: [String: Int]) throws(FaultRequest.Refusal) -> (
            words: [String], options: [String: String]
        ) {
            var (plain, found): ([String], [String: String]) = ([], [:])
            while let word = rest.popFirst() {
                guard word.hasPrefix("--") else {
                    plain.append(word)
                    continue
                }
                guard let count = options[word] else { throw FaultRequest.Refusal("'\(word)' is not understood here") }
                guard count > 0 else {
                    found[word] = ""
                    continue
                }
                guard let value = rest.popFirst() else { throw FaultRequest.Refusal("'\(word)' needs a value") }
                found[word] = value
            }
            if let text = found["--for"] {
                guard let amount = Syntax.duration(text) else { throw FaultRequest.Refusal("'\(text)' is no duration") }
                length = amount
            }
            return (plain, found)
        }
        switch rest.popFirst() {
        case "kill", "pause":
            let (targets, _) = try plain(["--for": 1, "--yes": 0])
            if targets == ["control"] { return (.controlLoss, length) }
            let request = FaultRequest(kind: words[0], targets: targets)
            _ = try request.spec()
            return (.fault(request), length)
        case "evacuate", "restore":
            let (regions, _) = try plain(["--confirm": 1, "--yes": 0])
            guard regions.count == 1 else { throw FaultRequest.Refusal("'\(words[0])' takes one region") }
            return (words[0] == "evacuate" ? .evacuate(regions[0]) : .restore(regions[0]), nil)
        case "fault":
            guard rest.popFirst() == "add", let kind = rest.popFirst() else { return nil }
            let (targets, options) = try plain([
                "--delay": 1, "--jitter": 1, "--distribution": 1, "--rate": 1, "--bandwidth": 1, "--status": 1,
                "--one-way": 0, "--ahead": 1, "--for": 1,
            ])
            var request = FaultRequest(kind: kind, targets: targets)
            request.delay = options["--delay"].flatMap { Syntax.duration($0) }
            request.jitter = options["--jitter"].flatMap { Syntax.duration($0) }
            request.distribution = options["--distribution"]
            request.rate = options["--rate"].flatMap { Syntax.ratio($0) }
            request.bandwidth = options["--bandwidth"].flatMap {
                Syntax.size($0.hasSuffix("/s") ? String($0.dropLast(2)) : $0)
            }
            request.status = options["--status"].flatMap { Syntax.integer($0) }
            request.isOneWay = options["--one-way"] != nil
            request.amount = options["--ahead"].flatMap { Syntax.duration($0) }
            _ = try request.spec()
            return (.fault(request), length)
        case "partition":
            let (targets, options) = try plain(["--one-way": 0, "--for": 1])
            var request = FaultRequest(kind: "partition", targets: targets)
            request.isOneWay = options["--one-way"] != nil
            _ = try request.spec()
            return (.fault(request), length)
        default: return nil
        }
    }
}

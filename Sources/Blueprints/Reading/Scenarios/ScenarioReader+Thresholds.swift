import Drills
import MeshBase
import Scenarios

/// Thresholds in the words of k6.
extension ScenarioReader {
    func thresholds(_ map: MappingReader, _ load: ScenarioLoad) -> [ScenarioThreshold] {
        var all: [ScenarioThreshold] = []
        for entry in map.allEntries() {
            guard
                let metric = expression(
                    entry.keyValue, "a metric",
                    { text throws(MeasureBound.Invalid) in try ScenarioThreshold.Metric(text: text) }),
                isSent(metric.scope, load, at: entry.position)
            else { continue }
            for value in read.list(entry.value, "'\(YAMLValue.clipped(entry.key))'", most: Scenario.most) ?? [] {
                if let threshold = threshold(value, metric) { all.append(threshold) }
            }
        }
        if all.count > Scenario.most {
            reporter.error(
                .tooMany, at: map.position,
                "'thresholds' has \(all.count) of them; at most \(Scenario.most) are possible")
        }
        return Array(all.prefix(Scenario.most))
    }

    /// `p(95)<200`, or the same with what happens where it is not kept.
    private func threshold(_ value: YAMLValue, _ metric: ScenarioThreshold.Metric) -> ScenarioThreshold? {
        func parsed(_ value: YAMLValue) -> ScenarioThreshold? {
            expression(value, "a threshold") { text throws(MeasureBound.Invalid) in
                let threshold = try ScenarioThreshold(metric, text)
                _ = try Self.holdable(threshold.bound)
                return threshold
            }
        }
        guard value.isMapping, let map = read.mapping(value, "a threshold") else { return parsed(value) }
        defer { map.finish() }
        let aborts = map.value("abortOnFail").flatMap { read.toggle($0, "'abortOnFail'") } ?? false
        let delay = map.entry("delayAbortEval")
        let amount = delay.flatMap { read.duration($0.value, "'delayAbortEval'", Ranges.watch) }
        if let delay, !aborts {
            reporter.error(
                .contradiction, at: delay.position, "'delayAbortEval' says nothing where 'abortOnFail' is not true")
        }
        guard let text = map.required("threshold"), var threshold = parsed(text) else { return nil }
        threshold.aborts = aborts
        threshold.delay = amount ?? .zero
        return threshold
    }

    /// Whether a load sends such requests at all: of what nobody sends nothing can be said.
    private func isSent(_ scope: Measure.Scope?, _ load: ScenarioLoad, at position: Position) -> Bool {
        var hint = "load: {mix: \"reads=60%,writes=30%,services=10%\"}"
        let isSent: Bool
        switch scope {
        case .kind("reads"), .kind("writes"): isSent = scope == .kind("reads") ? load.reads > 0 : load.writes > 0
        case .kind: isSent = load.services > 0
        case .service("records"): isSent = load.reads + load.writes > 0
        case .service(let name): isSent = load.services > 0 && (load.service ?? name) == name
        case .priority(let priority):
            isSent = load.priorities.map { $0[Int(priority.rawValue)] > 0 } ?? (priority == .normal)
            hint = "load: {priorities: \"critical=10%,normal=90%\"}"
        case .cell, .notCell, .region, .notService, .layer, nil: isSent = true
        }
        if !isSent { reporter.error(.badMeasure, at: position, "the load sends no such requests", hint: hint) }
        return isSent
    }
}

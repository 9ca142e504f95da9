import MeshBase
import Topology

/// Checks the syntax of a scenario: Chaos Toolkit's words, with a load, objectives, windows and a seed beside them.
struct ScenarioReader {
    let reporter: Reporter
    private var read: ValueReading { ValueReading(reporter: reporter) }
    private static let most = 256

    enum StepType: String, CaseIterable { case action, probe }

    init(reporter: Reporter) { self.reporter = reporter }

    func check(_ root: YAMLValue) {
        guard let map = read.mapping(root, "a scenario") else { return }
        if let title = map.required("title") { _ = read.text(title, "'title'") }
        if let description = map.value("description") { _ = read.text(description, "'description'") }
        if let hypothesis = map.mapping("steady-state-hypothesis") {
            if let title = hypothesis.value("title") { _ = read.text(title, "'title'") }
            for step in hypothesis.list("probes", most: Self.most) ?? [] { check(step: step, isTolerance: true) }
            hypothesis.finish()
        }
        if let method = map.required("method") {
            for step in read.list(method, "'method'", most: Self.most) ?? [] { check(step: step) }
        }
        for step in map.list("rollbacks", most: Self.most) ?? [] { check(step: step) }
        if let load = map.mapping("load") { check(load: load) }
        for objective in map.list("objectives", most: Self.most) ?? [] { _ = read.text(objective, "an objective") }
        for window in map.list("schedule", most: Self.most) ?? [] { _ = read.text(window, "a window of 'schedule'") }
        if let seed = map.value("seed") { _ = read.seed(seed, "'seed'") }
        map.finish()
        reporter.warning(
            .notRun, at: map.position, "a scenario is checked, but this version does not run it: it has no effect")
    }

    private func check(step: YAMLValue, isTolerance: Bool = false) {
        guard let map = read.mapping(step, "a step") else { return }
        _ = map.required("type").flatMap { read.word($0, "'type'", StepType.self) }
        if let name = map.required("name") { _ = read.text(name, "'name'") }
        if isTolerance { _ = map.required("tolerance") } else { _ = map.value("tolerance") }
        if let provider = map.required("provider") {
            // What a provider takes depends on the provider.
            _ = read.mapping(provider, "'provider'")?.allEntries()
        }
        _ = map.optionalDuration("startAfter", Ranges.watch)
        _ = map.optionalDuration("for", Ranges.day)
        if let pauses = map.mapping("pauses") {
            _ = pauses.optionalDuration("before", Ranges.watch)
            _ = pauses.optionalDuration("after", Ranges.watch)
            pauses.finish()
        }
        map.finish()
    }

    private func check(load map: MappingReader) {
        _ = map.optionalInteger("rate", 1...1_000_000)
        _ = map.optionalDuration("duration", Ranges.day)
        _ = map.optionalInteger("customers", 1...TopologyLimits.customers)
        for key in ["mix", "priorities"] {
            for entry in map.mapping(key)?.allEntries() ?? [] { _ = read.ratio(entry.value, "'\(entry.key)'") }
        }
        if let service = map.value("service") { _ = read.name(service, "'service'") }
        map.finish()
    }
}

import Drills
import MeshBase
import Scenarios

/// An experiment of Chaos Toolkit as a scenario file of this program's: commands of cellmesh in its own words, the rest as it
/// stands, and what is not run here left out with its place and reason.
package struct ScenarioImport: Sendable {
    /// The scenario file; nil where nothing is left that could be run, or the file cannot be read.
    package private(set) var text: String?
    /// What was left out, a line each.
    package private(set) var left: [String] = []
    /// What is wrong with the whole of it, for people.
    package private(set) var problems: MeshFilesResult?
    /// The load that its probes bring along.
    private var probeLoad: ProbeCommand?

    private static let known: Set = [
        "title", "description", "version", "tags", "contributions", "configuration", "secrets",
        "steady-state-hypothesis",
        "method", "rollbacks",
        "seed", "load", "baseline", "objectives", "thresholds", "abort", "notice", "settle", "cool-down", "schedule",
    ]

    /// - Parameters:
    ///   - yaml: the experiment, as YAML or JSON.
    ///   - path: what it is called.
    ///   - environment: a variable of the environment; nil where there is none.
    package init(
        _ yaml: String, named path: String, environment: @escaping (String) -> String? = ProcessVariables.value
    ) {
        let collector = ProblemCollector()
        let reporter = Reporter(file: FilePath.shown(path), collector: collector)
        guard let root = YAMLDocument.parse(yaml, reporter: reporter), case .mapping(let entries) = root.content else {
            problems = MeshFiles.load(scenario: yaml, named: path)
            return
        }
        // What is said of variables is told by the strict reading at the end.
        let scratch = Reporter(file: reporter.file, collector: ProblemCollector())
        let applied = ScenarioVariables(root, reporter: scratch, environment: environment).applied(to: root)
        guard case .mapping(let values) = applied.content else { return }
        let references = MappingReader(values, at: applied.position, what: "a scenario", reporter: scratch)
        let part = Part(
            file: reporter.file, environment: environment,
            references: ActivityReferences(references, reporter: scratch))
        var kept: [YAMLValue.Entry] = []
        for (entry, value) in zip(entries, values) {
            guard Self.known.contains(entry.key) else {
                left.append(
                    "\(reporter.file):\(entry.position.line): '\(YAMLValue.clipped(entry.key))': \(Self.reason(entry.key))"
                )
                continue
            }
            var entry = entry
            switch entry.key {
            case "method": entry.value = activities(entry.value, value.value, part, isProbe: nil)
            case "rollbacks": entry.value = activities(entry.value, value.value, part, isProbe: false)
            case "steady-state-hypothesis": entry.value = hypothesis(entry.value, value.value, part)
            default: break
            }
            kept.append(entry)
        }
        if let probeLoad { kept += Self.load(probeLoad, beside: kept, at: root.position) }
        let text =
            "# Made of \(reporter.file), an experiment of Chaos Toolkit. It runs under a load of its own ('load').\n"
            + YAMLText().block(kept)
        let result = MeshFiles.load(scenario: text, named: "the imported scenario", environment: environment)
        if result.scenario != nil { self.text = text } else { problems = result }
    }

    /// What its probes ask, as the scenario's own load: a scenario has one, which goes on beside all steps.
    private static func load(
        _ command: ProbeCommand, beside kept: [YAMLValue.Entry], at position: Position
    ) -> [YAMLValue.Entry] {
        func entry(_ key: String, _ content: YAMLValue.Content) -> YAMLValue.Entry {
            YAMLValue.Entry(key: key, position: position, value: YAMLValue(content: content, position: position))
        }
        func plain(_ key: String, _ text: String) -> YAMLValue.Entry { entry(key, .text(text, quoted: false)) }
        guard !kept.contains(where: { $0.key == "load" }) else { return [] }
        let load = command.load
        var entries = [plain("rate", Syntax.written(load.rate))]
        if let service = load.service { entries.append(entry("service", .text(service, quoted: true))) }
        entries.append(entry("mix", .text(load.mixText, quoted: true)))
        if let text = load.prioritiesText { entries.append(entry("priorities", .text(text, quoted: true))) }
        if let customers = load.customers { entries.append(plain("customers", "\(customers)")) }
        let seed = kept.contains { $0.key == "seed" } ? nil : command.seed
        return [entry("load", .mapping(entries))] + (seed.map { [plain("seed", "\($0)")] } ?? [])
    }

    private static func reason(_ key: String) -> String {
        key == "controls" ? "controls are Python, which is not run here" : "nothing here goes by it"
    }

    /// What activities are read with.
    private struct Part {
        var file: String
        var environment: (String) -> String?
        var references: ActivityReferences
    }

    private mutating func hypothesis(_ value: YAMLValue, _ applied: YAMLValue, _ part: Part) -> YAMLValue {
        guard case .mapping(let entries) = value.content, case .mapping(let values) = applied.content else {
            return value
        }
        var kept: [YAMLValue.Entry] = []
        for (entry, value) in zip(entries, values) {
            var entry = entry
            if entry.key == "controls" {
                left.append("\(part.file):\(entry.position.line): \(Self.reason("controls"))")
                continue
            }
            if entry.key == "probes" { entry.value = activities(entry.value, value.value, part, isProbe: true) }
            kept.append(entry)
        }
        var value = value
        value.content = .mapping(kept)
        return value
    }

    private mutating func activities(
        _ value: YAMLValue, _ applied: YAMLValue, _ part: Part, isProbe: Bool?
    ) -> YAMLValue {
        guard case .list(let items) = value.content, case .list(let values) = applied.content else { return value }
        var value = value
        value.content = .list(zip(items, values).compactMap { activity($0, $1, part, isProbe: isProbe) })
        return value
    }

    private mutating func activity(
        _ value: YAMLValue, _ applied: YAMLValue, _ part: Part, isProbe: Bool?
    ) -> YAMLValue? {
        guard case .mapping(let entries) = value.content, case .mapping(let values) = applied.content else {
            return value
        }
        var (value, applied) = (value, applied)
        let name = entries.first { $0.key == "name" || $0.key == "ref" }
        let shown: String =
            if case .text(let text, _)? = name?.value.content { "'\(YAMLValue.clipped(text))'" } else { "an activity" }
        if let controls = entries.first(where: { $0.key == "controls" }) {
            left.append("\(part.file):\(controls.position.line): of \(shown): \(Self.reason("controls"))")
            value.content = .mapping(entries.filter { $0.key != "controls" })
            applied.content = .mapping(values.filter { $0.key != "controls" })
        }
        let collector = ProblemCollector()
        let reader = ScenarioReader(
            reporter: Reporter(file: part.file, collector: collector), environment: part.environment)
        let step = part.references.resolved(applied).flatMap { reader.step($0, isProbe: isProbe) }
        if let problem = collector.finished().first(where: { $0.severity == .error }) {
            left.append("\(part.file):\(problem.line): \(shown): \(problem.message)")
            return nil
        }
        guard let step else {
            left.append(
                "\(part.file):\(value.position.line): \(shown): "
                    + (ActivityReferences.isReference(value)
                        ? "it refers to what is left out" : "what is in force is taken back in any case"))
            return nil
        }
        if case .probe(let probe) = step { probeLoad = probeLoad ?? probe.command }
        return ActivityReferences.isReference(value) ? value : Self.inOwnWords(value, step)
    }

    /// A command of this program as what it does.
    private static func inOwnWords(_ value: YAMLValue, _ step: ScenarioStep) -> YAMLValue {
        guard case .mapping(var entries) = value.content,
            let place = entries.firstIndex(where: { $0.key == "provider" }),
            case .mapping(let provider) = entries[place].value.content,
            case .text("process", _)? = provider.first(where: { $0.key == "type" })?.value.content
        else { return value }
        func entry(_ key: String, _ content: YAMLValue.Content) -> YAMLValue.Entry {
            let position = entries[place].position
            return YAMLValue.Entry(key: key, position: position, value: YAMLValue(content: content, position: position))
        }
        var words = [entry("type", .text("cellmesh", quoted: false))]
        switch step {
        case .action(let action):
            if case .call = action.deed { return value }
            words.append(entry("do", .text(action.deed.text, quoted: true)))
            if let length = action.length { words.append(entry("for", .text(Syntax.written(length), quoted: false))) }
            if let stages = action.stages {
                let items = stages.map {
                    YAMLValue(content: .text("\($0)", quoted: false), position: value.position)
                }
                words.append(entry("stages", .list(items)))
            }
            if let watch = action.watch { words.append(entry("watch", .text(Syntax.written(watch), quoted: false))) }
            entries.removeAll { $0.key == "tolerance" }
        case .probe(let probe):
            let figure = probe.measure.figure
            let isShare = figure.unit == .share
            guard let high = probe.tolerance.high?.text(figure) ?? (isShare ? "1" : nil) else {
                guard let low = probe.tolerance.low?.text(figure), !figure.isWorseAbove else { return value }
                return Self.replaced(value, entries, probe, entry("tolerance", .text(low, quoted: true)), entry)
            }
            let low = probe.tolerance.low?.text(figure) ?? "0"
            let ends = [low, high].map { YAMLValue(content: .text($0, quoted: true), position: value.position) }
            return Self.replaced(value, entries, probe, entry("tolerance", .list(ends)), entry)
        case .look: return value
        }
        guard let place = entries.firstIndex(where: { $0.key == "provider" }) else { return value }
        entries[place] = entry("provider", .mapping(words))
        var value = value
        value.content = .mapping(entries)
        return value
    }

    private static func replaced(
        _ value: YAMLValue, _ entries: [YAMLValue.Entry], _ probe: ScenarioProbe, _ tolerance: YAMLValue.Entry,
        _ entry: (String, YAMLValue.Content) -> YAMLValue.Entry
    ) -> YAMLValue {
        var value = value
        value.content = .mapping(
            entries.map { old in
                switch old.key {
                case "tolerance": tolerance
                case "provider":
                    entry(
                        "provider",
                        .mapping([
                            entry("type", .text("cellmesh", quoted: false)),
                            entry("measure", .text(probe.measure.text, quoted: true)),
                            entry("window", .text(Syntax.written(probe.window), quoted: false)),
                        ]))
                default: old
                }
            })
        return value
    }
}

import Chaos
import Drills
import MeshBase
import Scenarios
import Topology

/// Reads a scenario: Chaos Toolkit's words, with a load, objectives, thresholds, abort conditions and a schedule beside them.
struct ScenarioReader {
    let reporter: Reporter
    /// A variable of the environment; nil where there is none.
    let environment: (String) -> String?
    var read: ValueReading { ValueReading(reporter: reporter) }

    enum StepType: String, CaseIterable { case action, probe }
    enum Provider: String, CaseIterable { case cellmesh, process, http }
    /// Through which routers a load comes.
    enum Way: String, CaseIterable {
        case router
        case eachSide = "each-side"
    }

    init(reporter: Reporter, environment: @escaping (String) -> String? = ProcessVariables.value) {
        self.reporter = reporter
        self.environment = environment
    }

    /// - Parameter name: what it is called where it is run.
    /// - Returns: nil where something essential could not be read; what is wrong was reported.
    func scenario(_ root: YAMLValue, name: String) -> Scenario? {
        let variables = ScenarioVariables(root, reporter: reporter, environment: environment)
        guard let map = read.mapping(variables.applied(to: root), "a scenario") else { return nil }
        let title = map.required("title").flatMap { value in
            read.text(value, "'title'").flatMap { told($0, "'title'", at: value) }
        }
        let about = map.value("description").flatMap { read.text($0, "'description'") }
        var scenario = Scenario(name: name, title: title ?? "", method: [])
        scenario.about = about ?? ""
        for key in ["version", "tags", "contributions", "extensions", "configuration", "secrets"] { _ = map.value(key) }
        scenario.secrets = variables.secrets
        refuseControls(map)
        let known = ActivityReferences(map, reporter: reporter)
        scenario.seed = map.value("seed").flatMap { read.seed($0, "'seed'") }
        let load = map.mapping("load")
        if let load { scenario.load = self.load(load) }
        if let baseline = map.mapping("baseline") { scenario.baseline = self.baseline(baseline) }
        scenario.hypothesis = map.mapping("steady-state-hypothesis").flatMap(hypothesis)
        if let method = map.required("method") {
            let steps = (read.list(method, "'method'", most: Scenario.most) ?? []).compactMap(known.resolved)
            scenario.method = steps.compactMap { step($0, isProbe: nil) }
            // One that could not be read was reported.
            if !steps.contains(where: Self.isAction) {
                reporter.error(
                    .tooFew, at: method.position, "'method' does nothing: it needs an action",
                    hint:
                        "such as {type: action, name: kill, provider: {type: cellmesh, do: \"kill cell/{busiest}\", for: 20s}}"
                )
            }
        }
        if load == nil { adoptLoad(&scenario, at: root.position) }
        if scenario.load.isTwoSided, !scenario.actions.contains(where: { $0.deed.cutRegion != nil }) {
            reporter.error(
                .contradiction, at: root.position, "no action cuts off a region, so that its load has one side",
                hint: "leave 'through' out, or add {do: \"blackhole region/{control}\", for: 30s}")
        }
        scenario.rollbacks = (map.list("rollbacks", most: Scenario.most) ?? []).compactMap(known.resolved).compactMap {
            guard case .action(let action)? = step($0, isProbe: false) else { return nil }
            return refused(action, at: $0.position) ? nil : action
        }
        if let thresholds = map.mapping("thresholds") {
            scenario.thresholds = self.thresholds(thresholds, scenario.load)
        }
        scenario.objectives = (map.list("objectives", most: Scenario.most) ?? []).compactMap {
            expression($0, "an objective") { text throws(MeasureBound.Invalid) in
                try Self.holdable(MeasureBound(text: text))
            }
        }
        scenario.abort = (map.list("abort", most: Scenario.most) ?? []).compactMap { value in
            guard
                let rule = expression(
                    value, "a rule of 'abort'", { text throws(MeasureBound.Invalid) in try AbortRule(text: text) })
            else { return nil }
            guard !rule.bound.measure.figure.isOfTheEnd else {
                reporter.error(
                    .badMeasure, at: value.position,
                    "'\(rule.bound.measure.text)' is known at the end alone, so that nothing can be given up for it",
                    hint: "make it an objective")
                return nil
            }
            guard !rule.bound.holdsAlways else {
                reporter.error(
                    .contradiction, at: value.position,
                    "'\(rule.bound.text)' holds always, so that all would be given up at once",
                    hint: "such as 'success<90% for 3s'")
                return nil
            }
            return rule
        }
        scenario.notice = map.duration("notice", Ranges.watch, default: scenario.notice)
        scenario.settle = map.duration("settle", Ranges.watch, default: scenario.settle)
        scenario.coolDown = map.duration("cool-down", Ranges.watch, default: scenario.coolDown)
        scenario.schedule = (map.list("schedule", most: Scenario.most) ?? []).compactMap(window)
        map.finish()
        refuseTwins(map)
        guard title != nil, !scenario.actions.isEmpty else { return nil }
        return scenario
    }

    private static func isAction(_ step: YAMLValue) -> Bool {
        guard case .mapping(let entries) = step.content, let type = entries.first(where: { $0.key == "type" }),
            case .text(let text, _) = type.value.content
        else { return false }
        return text != StepType.probe.rawValue
    }

    // MARK: Load and hypothesis

    private func load(_ map: MappingReader) -> ScenarioLoad {
        var load = ScenarioLoad()
        load.rate = map.value("rate").flatMap { read.number($0, "'rate'", 0.1...1_000_000) } ?? load.rate
        load.customers = map.optionalInteger("customers", 1...TopologyLimits.customers)
        load.service = map.optionalName("service")
        load.priorities = map.value("priorities").flatMap(priorities)
        load.verifies = map.value("verify").flatMap { read.toggle($0, "'verify'") } ?? load.verifies
        // An older word for how long all of it lasts, which the method says now.
        _ = map.optionalDuration("duration", Ranges.day)
        let way = map.value("through").flatMap { read.word($0, "'through'", Way.self) }
        load.isTwoSided = way == .eachSide
        if let mix = map.value("mix") {
            mixed(mix, &load)
        } else if load.service != nil {
            (load.reads, load.writes, load.services) = (0, 0, 1)
        }
        map.finish()
        return load
    }

    /// Where a file says no load, that of its probes which send one: here it goes on beside all steps.
    private func adoptLoad(_ scenario: inout Scenario, at position: Position) {
        guard let asked = scenario.probeLoad else { return }
        let others = scenario.probes.compactMap(\.command).contains { $0.load != asked.load || $0.seed != asked.seed }
        if others {
            reporter.error(
                .contradiction, at: position,
                "its probes send loads that differ, and here one load goes on beside all steps",
                hint: "say which with 'load' and 'seed'")
        }
        scenario.load = asked.load
        // What is acknowledged is read back, whoever asks.
        scenario.load.verifies = true
        scenario.seed = scenario.seed ?? asked.seed
    }

    /// `reads=60%,writes=30%,services=10%`, or a mapping of the same.
    private func mixed(_ value: YAMLValue, _ load: inout ScenarioLoad) {
        guard let shares = shares(value, "'mix'", ScenarioLoad.kinds) else { return }
        (load.reads, load.writes, load.services) = (shares[0], shares[1], shares[2])
    }

    /// `critical=10%,normal=90%`, or a mapping of the same.
    private func priorities(_ value: YAMLValue) -> [Double]? {
        shares(value, "'priorities'", ScenarioLoad.classes)
    }

    /// Shares that add up to 1, in the order of the names; nil where that was reported.
    private func shares(_ value: YAMLValue, _ what: String, _ names: [String]) -> [Double]? {
        do throws(Syntax.BadShares) {
            if case .mapping(let entries) = value.content {
                let parts = entries.map { (name: $0.key, share: read.ratio($0.value, "'\($0.key)'") ?? 0) }
                return try Syntax.shares(parts, names: names, of: what)
            }
            guard let text = read.text(value, what) else { return nil }
            return try Syntax.shares(text, names: names, of: what)
        } catch {
            reporter.error(
                .badRatio, at: value.position, error.description,
                hint: "'\(names[0])=60%,\(names[names.count - 1])=40%'")
            return nil
        }
    }

    private func baseline(_ map: MappingReader) -> ScenarioBaseline {
        var baseline = ScenarioBaseline()
        baseline.length = map.duration("for", TimeAmount.seconds(1)...TimeAmount.hours(1), default: baseline.length)
        baseline.requests = UInt64(map.integer("requests", 0...1_000_000_000, default: 0))
        map.finish()
        return baseline
    }

    private func hypothesis(_ map: MappingReader) -> ScenarioHypothesis? {
        let title = map.value("title").flatMap { read.text($0, "'title'") } ?? ""
        var hypothesis = ScenarioHypothesis(title: title, probes: [])
        for value in map.list("probes", most: Scenario.most) ?? [] {
            switch step(value, isProbe: true) {
            case .probe(let probe): hypothesis.probes.append(probe)
            case .look(let probe): hypothesis.calls.append(probe)
            case .action, nil: break
            }
        }
        refuseControls(map)
        hypothesis.strategy = map.word("strategy", default: hypothesis.strategy)
        let range = TimeAmount.milliseconds(100)...TimeAmount.hours(1)
        hypothesis.frequency =
            map.value("frequency").flatMap { seconds($0, "'frequency'", range) } ?? hypothesis.frequency
        hypothesis.failFast = failFast(map)
        if let given = ["frequency", "fail_fast"].compactMap(map.entry).first, !hypothesis.strategy.isDuring {
            reporter.error(
                .contradiction, at: given.position,
                "'\(given.key)' is for looks meanwhile, and 'strategy' is \(hypothesis.strategy.rawValue)")
        }
        map.finish()
        return hypothesis
    }

    /// `fail_fast: true` with a share of looks, in percent as Chaos Toolkit has it, from which on it is given up.
    private func failFast(_ map: MappingReader) -> Double? {
        let isWanted = map.value("fail_fast").flatMap { read.toggle($0, "'fail_fast'") } ?? false
        guard let entry = map.entry("fail_fast_ratio") else { return isWanted ? 0 : nil }
        guard isWanted else {
            reporter.error(
                .contradiction, at: entry.position, "'fail_fast_ratio' says nothing where 'fail_fast' is not true")
            return nil
        }
        return read.number(entry.value, "'fail_fast_ratio'", 0...100).map { $0 / 100 }
    }

    private func refuseControls(_ map: MappingReader) {
        guard let controls = map.entry("controls") else { return }
        reporter.error(.badAction, at: controls.position, "'controls' are Python, which is not run here")
    }

    // MARK: Steps

    /// - Parameter isProbe: nil where either may stand.
    func step(_ value: YAMLValue, isProbe: Bool?) -> ScenarioStep? {
        guard let map = read.mapping(value, "a step") else { return nil }
        refuseControls(map)
        guard !ActivityReferences.isReference(value) else {
            reporter.error(.badAction, at: value.position, "'ref' stands in 'method' and 'rollbacks' alone")
            _ = map.allEntries()
            return nil
        }
        let type = map.required("type").flatMap { read.word($0, "'type'", StepType.self) }
        let name = self.name(map)
        if let isProbe, let type, (type == .probe) != isProbe {
            reporter.error(
                .unknownWord, at: value.position,
                isProbe ? "only probes stand in a hypothesis" : "only actions are rolled back")
            return nil
        }
        let step: ScenarioStep? =
            switch type {
            case .action: action(map, name).map { .action($0) }
            case .probe: probe(map, name, needsTolerance: isProbe == true)
            case nil: nil
            }
        if type == nil { _ = map.allEntries() }
        map.finish()
        return step
    }

    private func provider(_ map: MappingReader) -> MappingReader? {
        guard let value = map.required("provider"), let provider = read.mapping(value, "'provider'") else { return nil }
        guard let type = provider.required("type").flatMap({ read.text($0, "'type'") }) else { return nil }
        guard Provider(rawValue: type) != nil else {
            _ = provider.allEntries()
            reporter.error(
                .unknownWord, at: value.position,
                type == "python"
                    ? "a provider 'python' is not run here: what it does can be a program, or a request"
                    : "there is no provider '\(YAMLValue.clipped(type))'",
                hint: "{type: cellmesh, do: \"kill cell/{busiest}\", for: 20s} or {type: cellmesh, measure: success}")
            return nil
        }
        return provider
    }

    private func action(_ map: MappingReader, _ name: String) -> ScenarioAction? {
        let pauses = self.pauses(map)
        for key in ["tolerance"] { _ = map.value(key) }
        let startAfter = map.optionalDuration("startAfter", Ranges.watch)
        let isBackground = map.value("background").flatMap { read.toggle($0, "'background'") } ?? false
        let outer = map.entry("for")
        guard let provider = provider(map) else { return nil }
        defer { provider.finish() }
        if isBackground, startAfter != nil {
            reporter.error(
                .contradiction, at: map.position, "'background' begins a step where it stands, 'startAfter' at a time")
            return nil
        }
        func finished(_ action: ScenarioAction?) -> ScenarioAction? {
            guard var action else { return nil }
            (action.pauseBefore, action.pauseAfter) = pauses
            (action.startAfter, action.isBackground) = (startAfter, isBackground)
            action.source = ScenarioPlace("\(reporter.file):\(map.position.line):\(map.position.column)")
            return action
        }
        switch command(provider, isAction: true) {
        case .none: break
        case .unreadable: return nil
        case .words(let words): return finished(action(name, words, at: provider.position))
        case .call(let call): return finished(ScenarioAction(name, .call(call)))
        }
        let inner = provider.entry("for")
        let place = inner ?? outer
        let spread = provider.entry("apart")
        let apart = spread.flatMap {
            read.duration($0.value, "'apart'", TimeAmount.milliseconds(100)...Ranges.watch.upperBound)
        }
        let length = place.flatMap {
            read.duration($0.value, "'for'", TimeAmount.milliseconds(100)...TimeAmount.hours(24))
        }
        guard let value = provider.required("do"), let text = read.text(value, "'do'") else { return nil }
        let deed: ScenarioDeed
        do throws(FaultRequest.Refusal) { deed = try ScenarioDeed(text: text) } catch {
            reporter.error(
                .badAction, at: value.position, "'\(YAMLValue.clipped(text))' cannot be done: \(error.message)")
            return nil
        }
        if deed.lasts, place == nil {
            reporter.error(
                .missingKey, at: value.position, "'\(YAMLValue.clipped(text))' lasts until somebody ends it",
                hint: "say for how long: for: 20s")
            return nil
        }
        if !deed.lasts, let place {
            reporter.error(
                .contradiction, at: place.position, "'\(YAMLValue.clipped(text))' ends by itself, and takes no 'for'")
            return nil
        }
        if let spread, !deed.canSpread {
            reporter.error(
                .contradiction, at: spread.position,
                "'\(YAMLValue.clipped(text))' has no targets that could be struck one after the other",
                hint: "'apart' stands beside faults of cells and services")
            return nil
        }
        var action = ScenarioAction(name, deed, for: length)
        action.apart = apart
        switch deed {
        case .evacuate, .restore:
            action.stages = read.stages(provider)
            action.watch = provider.optionalDuration("watch", Ranges.watch)
        default: break
        }
        return finished(action)
    }

    private func pauses(_ map: MappingReader) -> (before: TimeAmount, after: TimeAmount) {
        guard let map = map.mapping("pauses") else { return (.zero, .zero) }
        defer { map.finish() }
        return (pause(map, "before"), pause(map, "after"))
    }

    // MARK: Commands

    /// What a provider calls.
    private enum Command {
        /// No process.
        case none
        /// What is wrong was reported.
        case unreadable
        /// Of this program.
        case words([String])
        /// Of another one, or a request.
        case call(ScenarioCall)
    }

    private func command(_ provider: MappingReader, isAction: Bool) -> Command {
        let type = provider.value("type").flatMap { read.text($0, "'type'") }
        if type == Provider.http.rawValue {
            return httpCall(provider, isAction: isAction).map { .call($0) } ?? .unreadable
        }
        guard type == Provider.process.rawValue else { return .none }
        guard let value = provider.required("path"), let path = read.text(value, "'path'") else { return .unreadable }
        guard path.split(separator: "/").last == "cellmesh" else {
            return processCall(provider, path, at: value.position).map { .call($0) } ?? .unreadable
        }
        _ = provider.value("timeout")
        guard let value = provider.required("arguments") else { return .unreadable }
        if case .list(let items) = value.content { return .words(items.compactMap { read.text($0, "an argument") }) }
        guard let text = read.text(value, "'arguments'") else { return .unreadable }
        return .words(text.split(separator: " ").map(String.init))
    }

    private func action(_ name: String, _ words: [String], at position: Position) -> ScenarioAction? {
        // What `heal` does at the end is done in any case.
        if words.first == "heal" { return nil }
        do throws(FaultRequest.Refusal) {
            guard let command = try ScenarioCommand(words) else {
                throw FaultRequest.Refusal("it is no fault, kill, pause, partition, evacuation or restore")
            }
            let length = command.length ?? FaultRequest.defaultLease
            var action = ScenarioAction(name, command.deed, for: command.deed.lasts ? length : nil)
            (action.stages, action.watch) = (command.stages, command.watch)
            return action
        } catch {
            reporter.error(
                .badAction, at: position,
                "'cellmesh \(YAMLValue.clipped(words.joined(separator: " ")))' cannot be done here: \(error.message)")
            return nil
        }
    }

    /// A load that is held to its objectives.
    private func probe(_ name: String, _ words: [String], at position: Position) -> ScenarioProbe? {
        do throws(FaultRequest.Refusal) {
            let command = try ProbeCommand(words)
            guard Self.window.contains(command.window) else {
                throw FaultRequest.Refusal("a probe looks back over 1s to 2m: --duration")
            }
            var probe = ScenarioProbe(name, command.measure, command.tolerance)
            (probe.window, probe.command) = (command.window, command)
            return probe
        } catch {
            reporter.error(
                .badMeasure, at: position,
                "'cellmesh \(YAMLValue.clipped(words.joined(separator: " ")))' is no probe here: \(error.message)",
                hint: "{type: process, path: cellmesh, arguments: load run --duration 5s --slo success>=99%}")
            return nil
        }
    }

    /// How far back a probe may look.
    private static let window = TimeAmount.seconds(1)...TimeAmount.minutes(2)

    /// A duration, or a number of seconds as in Chaos Toolkit.
    private func pause(_ map: MappingReader, _ key: String) -> TimeAmount {
        guard let value = map.value(key), !value.isNothing else { return .zero }
        return seconds(value, "'\(key)'", Ranges.watch) ?? .zero
    }

    private func probe(_ map: MappingReader, _ name: String, needsTolerance: Bool) -> ScenarioStep? {
        let tolerance = map.value("tolerance")
        let pauses = self.pauses(map)
        let isBackground = map.value("background").flatMap { read.toggle($0, "'background'") } ?? false
        guard let provider = provider(map) else { return nil }
        defer { provider.finish() }
        func plain(_ probe: ScenarioProbe?) -> ScenarioStep? {
            if pauses.before > .zero || pauses.after > .zero || isBackground {
                reporter.error(
                    .contradiction, at: map.position,
                    "a look at the mesh takes no time: it has no pauses and no background")
                return nil
            }
            return probe.map { .probe($0) }
        }
        let found = command(provider, isAction: false)
        if case .call(let call) = found {
            if tolerance == nil, needsTolerance { map.missing("tolerance", hint: "the status that is met") }
            if tolerance == nil, needsTolerance { return nil }
            var probe = CallProbe(name, call)
            if let tolerance {
                guard let needed = callTolerance(tolerance, call) else { return nil }
                probe.tolerance = needed
            }
            (probe.pauseBefore, probe.pauseAfter, probe.isBackground) = (pauses.before, pauses.after, isBackground)
            return .look(probe)
        }
        if case .unreadable = found { return nil }
        if tolerance == nil { map.missing("tolerance") }
        // Its exit code is the tolerance there; its objectives say as much.
        if case .words(let words) = found { return plain(probe(name, words, at: provider.position)) }
        let window = provider.duration("window", Self.window, default: .seconds(5))
        guard let value = provider.required("measure"),
            let measure = expression(
                value, "'measure'", { text throws(MeasureBound.Invalid) in try Measure(text: text) }),
            let tolerance, let bounds = self.tolerance(tolerance, measure)
        else { return nil }
        var probe = ScenarioProbe(name, measure, bounds)
        probe.window = window
        return plain(probe)
    }

    /// `[0.999, 1]`, or one end: the lower one of what is better when more, the upper one of all else.
    private func tolerance(_ value: YAMLValue, _ measure: Measure) -> Tolerance? {
        func bound(_ value: YAMLValue) -> MeasureBound.Bound? {
            expression(value, "'tolerance'") { text throws(MeasureBound.Invalid) in
                // Times without a unit are seconds, as in Chaos Toolkit.
                let isBare = measure.figure.unit == .milliseconds && Syntax.decimal(text[...]) != nil
                return try MeasureBound.Bound(text: isBare ? "\(text)s" : text, of: measure.figure)
            }
        }
        guard case .list(let items) = value.content else {
            guard let bound = bound(value) else { return nil }
            let tolerance = measure.figure.isWorseAbove ? Tolerance(high: bound) : Tolerance(low: bound)
            guard let never = tolerance.bounds(measure).first(where: \.holdsNever) else { return tolerance }
            reporter.error(.contradiction, at: value.position, "'\(never.text)' cannot hold")
            return nil
        }
        guard items.count == 2 else {
            reporter.error(
                .wrongType, at: value.position, "'tolerance' has two ends, such as [0.999, 1]")
            return nil
        }
        guard let low = bound(items[0]), let high = bound(items[1]) else { return nil }
        if case .figure(let a) = low, case .figure(let b) = high, a > b {
            reporter.error(.wrongOrder, at: value.position, "no figure lies within 'tolerance': its ends are exchanged")
            return nil
        }
        let tolerance = Tolerance(low: low, high: high)
        if let never = tolerance.bounds(measure).first(where: \.holdsNever) {
            reporter.error(.contradiction, at: value.position, "'\(never.text)' cannot hold")
            return nil
        }
        return tolerance
    }

    func expression<Value>(
        _ value: YAMLValue, _ what: String, _ parse: (String) throws(MeasureBound.Invalid) -> Value
    ) -> Value? {
        guard let text = read.text(value, what) else { return nil }
        do throws(MeasureBound.Invalid) { return try parse(text) } catch {
            reporter.error(.badMeasure, at: value.position, error.message, hint: error.hint)
            return nil
        }
    }

    // MARK: Schedule

    /// `{days: mon-fri, hours: 09-17}`, or `weekly: wednesday`.
    func window(_ value: YAMLValue) -> ScheduleWindow? {
        guard let map = read.mapping(value, "a window of 'schedule'") else { return nil }
        defer { map.finish() }
        let days = map.value("days") ?? map.value("weekly")
        var window = ScheduleWindow(days: Set(0..<7), minutes: 0..<1_440)
        if let days, let text = read.text(days, "'days'") {
            guard let parsed = ScheduleWindow.days(text) else {
                reporter.error(
                    .unknownWord, at: days.position, "'\(YAMLValue.clipped(text))' names no days",
                    hint: "'mon-fri', 'wednesday' or 'mon,wed'")
                return nil
            }
            window.days = parsed
        }
        if let hours = map.value("hours"), let text = read.text(hours, "'hours'") {
            guard let parsed = ScheduleWindow.minutes(text) else {
                reporter.error(
                    .wrongOrder, at: hours.position, "'\(YAMLValue.clipped(text))' is no part of a day",
                    hint: "'09-17' or '09:30-17:00'")
                return nil
            }
            window.minutes = parsed
        }
        return window
    }
}

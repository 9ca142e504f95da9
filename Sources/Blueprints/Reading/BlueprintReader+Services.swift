import MeshBase
import Topology

/// A service whose calls still name the others.
struct ServiceDraft {
    var service: Service
    var isNamed: Bool
    var marks: LoadedBlueprint.ServiceMarks
    var calls: [EdgeDraft]
    var groups: [GroupDraft]
}

extension BlueprintReader {
    func services(_ map: MappingReader) -> [(service: Service, marks: LoadedBlueprint.ServiceMarks)] {
        guard let value = map.required("services"),
            let items = read.list(value, "'services'", most: TopologyLimits.servicesPerBlueprint)
        else { return [] }
        if items.isEmpty {
            reporter.error(.tooFew, at: value.position, "'services' needs at least one service")
        }
        var drafts: [ServiceDraft] = []
        for item in items {
            guard let service = read.mapping(item, "a service") else { continue }
            let draft = serviceDraft(service)
            if let earlier = drafts.first(where: { $0.service.name == draft.service.name }), draft.isNamed {
                reporter.error(
                    .duplicateName, at: draft.marks.position, "two services are named '\(draft.service.name)'",
                    hint: "the first is in line \(earlier.marks.position.line)")
            }
            drafts.append(draft)
        }
        let names = drafts.map(\.service.name)
        return drafts.map { resolved($0, names: names) }
    }

    private func serviceDraft(_ map: MappingReader) -> ServiceDraft {
        let position = map.entry("name")?.value.position ?? map.position
        var marks = LoadedBlueprint.ServiceMarks(position: position, workers: position)
        let name = map.requiredName("name")
        if name == "records" {
            reporter.error(
                .badName, at: position, "the name 'records' belongs to the records of a cell",
                hint: "gates, metrics and paths have it for them")
        }
        var service = Service(name: name ?? "unnamed")
        service.kind = map.word("kind", default: Service.Kind.stateless)
        service.path = map.word("path", default: Service.Path.hot)
        service.pool = map.entry("run") == nil ? Pool.standard(for: service.path) : Pool.program
        if let entry = map.entry("pool") { readPool(entry, into: &service, &marks) }
        service.work = map.mapping("work").map(work) ?? Work()
        service.priority = priority(map)
        service.idempotency = map.value("idempotency").flatMap(idempotency)
        marks.attemptTimeout = map.entry("attempt-timeout")?.value.position
        service.attemptTimeout = map.optionalDuration("attempt-timeout", Ranges.timeout)
        if let entry = map.entry("connection") {
            marks.connection = entry.value.position
            service.connection = read.name(entry.value, "'connection'")
        }
        readDegradation(map, into: &service, &marks)
        service.program = program(map)
        let calls = calls(map)
        let draft = policies.narrow(map, at: .service)
        service.policies = draft.written
        marks.policies = draft.marks
        map.finish()
        return ServiceDraft(
            service: service, isNamed: name != nil, marks: marks, calls: calls.edges, groups: calls.groups)
    }

    private func readDegradation(
        _ map: MappingReader, into service: inout Service, _ marks: inout LoadedBlueprint.ServiceMarks
    ) {
        marks.cacheable = map.entry("cacheable")?.value.position
        service.cacheable = map.value("cacheable").flatMap { read.toggle($0, "'cacheable'") }
        service.quality = map.mapping("quality").map { settings($0) }
        guard let items = map.list("ladder", most: TopologyLimits.rungsPerLadder) else { return }
        var rungs: [LadderRung] = []
        for item in items {
            guard let map = read.mapping(item, "a rung") else { continue }
            let mode = map.requiredName("mode")
            let when: LadderSignals = map.mapping("when").map { settings($0) } ?? LadderSignals()
            let rung = LadderRung(mode: mode ?? "unnamed", when: when, work: map.mapping("work").map(work))
            map.finish()
            if mode != nil, rungs.contains(where: { $0.mode == rung.mode }) {
                reporter.error(.duplicateName, at: item.position, "two rungs are named '\(rung.mode)'")
            }
            rungs.append(rung)
            marks.rungs.append(item.position)
        }
        service.ladder = rungs
    }

    /// `run`, and `ready` beside it.
    private func program(_ map: MappingReader) -> ProgramSettings? {
        let ready = map.entry("ready")
        guard let entry = map.entry("run") else {
            if let ready {
                reporter.error(
                    .contradiction, at: ready.position, "'ready' asks a program, and there is no 'run'",
                    hint: "run: [\"python3\", \"app.py\"]")
            }
            return nil
        }
        guard let words = read.list(entry.value, "'run'", most: 256) else { return nil }
        if words.isEmpty { reporter.error(.tooFew, at: entry.value.position, "'run' needs at least a program") }
        for (place, word) in words.enumerated() {
            guard case .text(let text, _) = word.content else { continue }
            if place == 0 && text.isEmpty || text.utf8.contains(0) {
                reporter.error(
                    .badName, at: word.position,
                    text.isEmpty ? "'run' begins with the name of a program" : "a word of 'run' has no character NUL",
                    hint: "run: [\"python3\", \"app.py\"]")
            }
        }
        var path: String?
        if let value = ready?.value, let text = read.text(value, "'ready'") {
            if text.hasPrefix("/"), text.utf8.count <= 1_024, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
                path = text
            } else {
                reporter.error(
                    .badName, at: value.position, "'ready' must be a path, not \(value.described)", hint: "/healthz")
            }
        }
        return ProgramSettings(run: words.compactMap { read.text($0, "a word of 'run'") }, ready: path)
    }

    /// A mode, or `{mode, ttl}`; nil for the defaults.
    private func idempotency(_ value: YAMLValue) -> Idempotency? {
        let defaults = Idempotency()
        guard case .mapping = value.content else {
            let mode = read.word(value, "'idempotency'", Idempotency.Mode.self)
            return mode == defaults.mode ? nil : mode.map { Idempotency(mode: $0) }
        }
        guard let map = read.mapping(value, "'idempotency'") else { return nil }
        let settings = Idempotency(
            mode: map.word("mode", default: defaults.mode),
            ttl: map.duration("ttl", .seconds(1)...(.seconds(7 * 86_400)), default: defaults.ttl))
        map.finish()
        return settings == defaults ? nil : settings
    }

    private func readPool(
        _ entry: YAMLValue.Entry, into service: inout Service, _ marks: inout LoadedBlueprint.ServiceMarks
    ) {
        marks.workers = entry.position
        guard let map = read.mapping(entry.value, "'pool'") else { return }
        marks.workers = map.entry("workers")?.value.position ?? entry.position
        marks.queue = map.entry("queue")?.value.position
        marks.overflow = map.entry("overflow")?.value.position
        marks.dynamic = map.entry("dynamic")?.position
        let defaults = service.pool
        service.pool = Pool(
            workers: map.integer("workers", 1...TopologyLimits.workersPerPool, default: defaults.workers),
            queue: map.integer("queue", 0...TopologyLimits.queuePerPool, default: defaults.queue),
            overflow: map.word("overflow", default: defaults.overflow),
            age: map.duration("age", Ranges.wait, default: defaults.age))
        service.pool.dynamic = map.mapping("dynamic").map { settings($0) }
        map.finish()
    }

    private func work(_ map: MappingReader) -> Work {
        let work = Work(
            wait: map.mapping("wait").flatMap(wait), cpu: map.duration("cpu", Ranges.processor, default: .zero),
            errors: map.ratio("errors", default: 0))
        map.finish()
        return work
    }

    private func wait(_ map: MappingReader) -> Work.Wait? {
        let median = map.required("p50").flatMap { read.duration($0, "'p50'", Ranges.wait) }
        let tail = map.optionalDuration("p99", Ranges.wait)
        map.finish()
        guard let median else { return nil }
        if let tail, tail < median {
            reporter.error(.wrongOrder, at: map.position, "'p99' must not be shorter than 'p50'")
        }
        return Work.Wait(p50: median, p99: tail ?? min(median * Int64(4), Ranges.wait.upperBound))
    }
}

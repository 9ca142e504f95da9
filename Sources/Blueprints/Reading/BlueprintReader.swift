import MeshBase
import Topology

/// Reads a blueprint: what runs inside a cell.
struct BlueprintReader {
    let reporter: Reporter
    var read: ValueReading { ValueReading(reporter: reporter) }
    let notInForce = NotInForce()

    /// Nil where there is nothing to go on with; otherwise problems are reported and defaults stand in.
    func blueprint(_ root: YAMLValue) -> LoadedBlueprint? {
        guard let map = read.mapping(root, "a blueprint") else { return nil }
        let nameEntry = map.entry("cell")
        let name = map.requiredName("cell")
        let services = services(map)
        let store = map.mapping("store").map(store)
        notInForce.note("objectives", of: map, hint: "'--slo' of 'cellmesh load run' judges a run")
        let shedding = map.mapping("shedding").map(shedding) ?? SheddingThresholds()
        let objectives = map.mapping("objectives").map(objectives)
        let capacity = map.optionalInteger("capacity", 1...1_000_000)
        readUnused(map)
        map.finish()
        notInForce.report(to: reporter)
        return LoadedBlueprint(
            blueprint: Blueprint(
                name: name ?? "unnamed", services: services.map(\.service), store: store, shedding: shedding,
                objectives: objectives, capacity: capacity),
            file: reporter.file, name: nameEntry?.value.position ?? map.position, services: services.map(\.marks))
    }

    private func store(_ map: MappingReader) -> StoreSettings {
        let defaults = StoreSettings()
        var settings = StoreSettings(
            tier: map.word("tier", default: defaults.tier), tiers: map.mapping("tiers").map(tiers) ?? [],
            durability: map.word("durability", default: defaults.durability), priority: priority(map))
        if let entry = map.entry("conflicts") { settings.conflicts = conflicts(entry, of: settings) }
        map.finish()
        return settings
    }

    /// A word for all keys of tier important, or the beginnings of keys, each with its word.
    private func conflicts(_ entry: YAMLValue.Entry, of store: StoreSettings) -> ConflictSettings {
        guard case .mapping = entry.value.content else {
            guard let word = read.word(entry.value, "'conflicts'", ConflictHandling.self) else {
                return ConflictSettings()
            }
            if word != .lastWriterWins, !store.has(.important) { refuse(word, "no key is", at: entry.position) }
            return ConflictSettings(word)
        }
        guard let map = read.mapping(entry.value, "'conflicts'") else { return ConflictSettings() }
        let rules = prefixed(map, "conflicts", ConflictHandling.self, "'conflicts' with one word is for all keys").map {
            ConflictSettings.PrefixHandling(prefix: $0.prefix, handling: $0.word)
        }
        for rule in rules where rule.handling != .lastWriterWins && store.tier(ofKey: rule.prefix) != .important {
            refuse(rule.handling, "'\(YAMLValue.clipped(rule.prefix))' is not", at: entry.position)
        }
        return ConflictSettings(prefixes: rules)
    }

    private func refuse(_ word: ConflictHandling, _ who: String, at position: Position) {
        reporter.error(
            .outOfRange, at: position, "'conflicts: \(word.rawValue)' is for tier important, and \(who) of it",
            hint:
                "critical and cache have one order of all writes of a key already; give keys tier important, or leave it"
                + " out")
    }

    /// `"session/": important`: the beginnings of keys, each with its tier.
    private func tiers(_ map: MappingReader) -> [StoreSettings.PrefixTier] {
        prefixed(map, "tiers", StoreSettings.Tier.self, "'tier' is that of all other keys").map {
            StoreSettings.PrefixTier(prefix: $0.prefix, tier: $0.word)
        }
    }

    private func prefixed<Word: RawRepresentable & CaseIterable>(
        _ map: MappingReader, _ name: String, _ type: Word.Type, _ ofAll: String
    ) -> [(prefix: String, word: Word)] where Word.RawValue == String {
        let entries = map.allEntries()
        if entries.count > TopologyLimits.prefixesPerStore {
            reporter.error(
                .tooMany, at: map.position,
                "'\(name)' has \(entries.count) entries; at most \(TopologyLimits.prefixesPerStore) are possible")
        }
        return entries.prefix(TopologyLimits.prefixesPerStore).compactMap { entry in
            guard (1...TopologyLimits.keyPrefix).contains(entry.key.utf8.count), !entry.key.utf8.contains(0) else {
                reporter.error(
                    .badName, at: entry.position, "'\(YAMLValue.clipped(entry.key))' cannot be the beginning of a key",
                    hint: entry.key.isEmpty
                        ? ofAll
                        : "1 to \(TopologyLimits.keyPrefix) bytes, none of them NUL: \"session/\"")
                return nil
            }
            let what = "'\(YAMLValue.clipped(entry.key))' of '\(name)'"
            return read.word(entry.value, what, type).map { (entry.key, $0) }
        }
    }

    /// The words of `priority`.
    private enum PriorityWord: String, CaseIterable {
        case critical, high, normal, low

        var priority: Priority {
            switch self {
            case .critical: .critical
            case .high: .high
            case .normal: .normal
            case .low: .low
            }
        }
    }

    private func priority(_ map: MappingReader) -> Priority? {
        map.value("priority").flatMap { read.word($0, "'priority'", PriorityWord.self)?.priority }
    }

    private func shedding(_ map: MappingReader) -> SheddingThresholds {
        let defaults = SheddingThresholds()
        let critical = map.entry("critical")
        let thresholds = SheddingThresholds(
            critical: map.ratio("critical", default: defaults.critical),
            high: map.ratio("high", default: defaults.high),
            normal: map.ratio("normal", default: defaults.normal), low: map.ratio("low", default: defaults.low))
        map.finish()
        if !(thresholds.critical >= thresholds.high && thresholds.high >= thresholds.normal
            && thresholds.normal >= thresholds.low)
        {
            reporter.error(
                .wrongOrder, at: map.position, "'shedding' must fall from critical over high and normal to low",
                hint: "what matters less is shed earlier, at a lower ratio; the defaults are 100%, 95%, 85%, 70%")
        }
        if let critical, thresholds.critical < 1 {
            reporter.warning(
                .shedCritical, at: critical.value.position, "critical requests are never shed, at no utilisation",
                hint: "leave 'critical' at 100%, and give what may be shed a lower priority")
        }
        return thresholds
    }

    private func objectives(_ map: MappingReader) -> Objectives {
        let objectives = Objectives(
            p99: map.optionalDuration("p99", Ranges.objective), errorRate: map.optionalRatio("error_rate"))
        map.finish()
        return objectives
    }

    // MARK: Services

    private func services(_ map: MappingReader) -> [(service: Service, marks: LoadedBlueprint.ServiceMarks)] {
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
                    .duplicateName, at: draft.position, "two services are named '\(draft.service.name)'",
                    hint: "the first is in line \(earlier.position.line)")
            }
            drafts.append(draft)
        }
        let names = drafts.map(\.service.name)
        return drafts.map { resolved($0, names: names) }
    }

    private func serviceDraft(_ map: MappingReader) -> ServiceDraft {
        let position = map.entry("name")?.value.position ?? map.position
        let name = map.requiredName("name")
        let kind = map.word("kind", default: Service.Kind.stateless)
        let path = map.word("path", default: Service.Path.hot)
        let poolEntry = map.entry("pool")
        let poolMap = map.mapping("pool")
        let workers = poolMap?.entry("workers")?.value.position ?? poolEntry?.position ?? position
        let pool = poolMap.map { self.pool($0, path) } ?? Pool.standard(for: path)
        let work = map.mapping("work").map(work) ?? Work()
        let priority = priority(map)
        let idempotency = map.value("idempotency").flatMap(idempotency)
        let calls = (map.list("calls", most: TopologyLimits.callsPerService) ?? []).compactMap {
            read.mapping($0, "a call").flatMap(edgeDraft)
        }
        readRun(map)
        map.finish()
        return ServiceDraft(
            service: Service(
                name: name ?? "unnamed", kind: kind, path: path, pool: pool, work: work, priority: priority,
                idempotency: idempotency),
            isNamed: name != nil, position: position, workers: workers, calls: calls)
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

    private func pool(_ map: MappingReader, _ path: Service.Path) -> Pool {
        let defaults = Pool.standard(for: path)
        let pool = Pool(
            workers: map.integer("workers", 1...TopologyLimits.workersPerPool, default: defaults.workers),
            queue: map.integer("queue", 0...TopologyLimits.queuePerPool, default: defaults.queue),
            overflow: map.word("overflow", default: defaults.overflow),
            age: map.duration("age", Ranges.wait, default: defaults.age))
        map.finish()
        return pool
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

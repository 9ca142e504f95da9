import MeshBase
import Topology

/// What holds for a cell as a whole.
extension BlueprintReader {
    /// Thresholds, and what stands beside them as `adaptive` and `early`.
    func shedding(_ map: MappingReader, into draft: inout PoliciesDraft) -> SheddingThresholds {
        var settings = SettingsReader(reporter: reporter, marks: draft.marks)
        var pressure = SheddingSettings()
        settings.fields(of: map, into: &pressure, prefix: "shedding.")
        draft.marks = settings.marks
        if pressure != SheddingSettings() { draft.block.shedding = pressure }
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

    func objectives(_ map: MappingReader) -> Objectives {
        let objectives = Objectives(
            p99: map.optionalDuration("p99", Ranges.objective), errorRate: map.optionalRatio("error_rate"),
            throughput: map.value("throughput").flatMap { read.number($0, "'throughput'", 0.001...1e9) })
        map.finish()
        return objectives
    }

    // MARK: What a cell keeps

    func readKept(_ map: MappingReader, into blueprint: inout Blueprint, _ marks: inout LoadedBlueprint.Marks) {
        blueprint.connections = map.mapping("connections").map(connections)
        blueprint.cache = map.mapping("cache").map { settings($0) }
        marks.queue = map.entry("queue")?.position
        blueprint.queue = map.mapping("queue").map { settings($0) }
        blueprint.memory = map.value("memory").flatMap { read.size($0, "'memory'", (1 << 20)...(1 << 50)) }
    }

    func settings<Settings: PolicySettings>(_ map: MappingReader) -> Settings {
        var reader = SettingsReader(reporter: reporter)
        return reader.settings(map)
    }

    private func connections(_ map: MappingReader) -> [PeakSettings.Named<ConnectionSettings>] {
        bounded(map, "'connections'", TopologyLimits.connectionPools).compactMap { entry in
            guard let name = read.name(entry.keyValue, "a pool of connections"),
                let inner = read.mapping(entry.value, "a pool of connections")
            else { return nil }
            let pool: ConnectionSettings = settings(inner)
            if let least = pool.min, let most = pool.max, least > most {
                reporter.error(.wrongOrder, at: entry.value.position, "'min' must not be above 'max'")
            }
            return PeakSettings.Named(name, pool)
        }
    }

    func bounded(_ map: MappingReader, _ what: String, _ most: Int) -> [YAMLValue.Entry] {
        let entries = map.allEntries()
        if entries.count > most {
            reporter.error(
                .tooMany, at: map.position, "\(what) has \(entries.count) entries; at most \(most) are possible")
        }
        return Array(entries.prefix(most))
    }

    // MARK: Features

    /// Nil where there is no such key.
    func features(_ map: MappingReader, of blueprint: Blueprint, _ marks: inout LoadedBlueprint.Marks)
        -> [FeatureSettings]?
    {
        guard let entry = map.entry("features") else { return nil }
        guard case .list(let items) = entry.value.content else {
            read.wrongType(entry.value, "'features'", "a list")
            return nil
        }
        if items.count > TopologyLimits.features {
            reporter.error(
                .featuresAbove64, at: entry.value.position,
                "'features' has \(items.count) entries; one word of \(TopologyLimits.features) bits holds which are on",
                hint: "put together what is switched together")
        }
        var features: [FeatureSettings] = []
        for item in items.prefix(TopologyLimits.features) {
            guard let inner = read.mapping(item, "a feature"), let feature = feature(inner, of: blueprint) else {
                continue
            }
            if features.contains(where: { $0.name == feature.name }) {
                reporter.error(.duplicateName, at: item.position, "two features are named '\(feature.name)'")
            } else {
                features.append(feature)
            }
        }
        return features
    }

    private func feature(_ map: MappingReader, of blueprint: Blueprint) -> FeatureSettings? {
        let names = blueprint.services.map(\.name)
        let name = map.requiredName("name")
        let criticality = map.word("criticality", default: Edge.Criticality.enhanced)
        var calls: [Int] = []
        if let items = map.list("calls", most: TopologyLimits.servicesPerBlueprint) {
            for item in items {
                guard let word = read.text(item, "a service in 'calls'"),
                    let position = service(word, in: names, at: item.position, .featureUnknownCall)
                else { continue }
                if !calls.contains(position) { calls.append(position) }
            }
        } else if let name, let entry = map.entry("name"),
            let position = service(name, in: names, at: entry.value.position, .featureUnknownCall)
        {
            // A feature without `calls` is the service of its name.
            calls = [position]
        }
        var weights = FeatureWeights()
        var reader = SettingsReader(reporter: reporter)
        reader.fields(of: map, into: &weights)
        map.finish()
        return name.map { FeatureSettings(name: $0, criticality: criticality, calls: calls, weights: weights) }
    }
}

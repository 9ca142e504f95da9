import MeshBase
import Topology

/// A peak as read, with the positions of the names in it.
struct PeakMarks {
    var position: Position
    var pools: [Position] = []
    var connections: [Position] = []
    var memory: Position?
}

extension TopologyReader {
    func policies(_ map: MappingReader) -> PoliciesBlock? {
        var draft = PoliciesDraft()
        PoliciesReader(reporter: reporter).wide(map, at: .topology, into: &draft)
        marks.policies = draft.marks
        // As good as left out: there is nothing wider.
        if draft.block.profile == .local { draft.block.profile = nil }
        if draft.block.order == .cellmesh { draft.block.order = nil }
        if draft.block.off == [] { draft.block.off = nil }
        return draft.written
    }

    func rate(_ map: MappingReader) -> RateSettings? {
        guard let inner = map.mapping("rate") else { return nil }
        var reader = SettingsReader(reporter: reporter)
        let settings: RateSettings = reader.settings(inner)
        if settings.requests == nil {
            reporter.error(.missingKey, at: inner.position, "'rate' needs the key 'requests'")
        }
        return settings
    }

    func flags(_ map: MappingReader) -> [FlagSetting]? {
        guard let entry = map.entry("flags") else { return nil }
        guard let inner = read.mapping(entry.value, "'flags'") else { return nil }
        let entries = inner.allEntries()
        if entries.count > TopologyLimits.flags {
            reporter.error(
                .tooMany, at: inner.position,
                "'flags' has \(entries.count) entries; at most \(TopologyLimits.flags) are possible")
        }
        var flags: [FlagSetting] = []
        for entry in entries.prefix(TopologyLimits.flags) {
            guard let name = read.name(entry.keyValue, "a flag"),
                let isOn = read.toggle(entry.value, "'\(entry.key)'")
            else { continue }
            flags.append(FlagSetting(name, isOn: isOn))
            marks.flags.append(entry.position)
        }
        return flags
    }

    func peaks(_ map: MappingReader) -> [PeakSettings]? {
        guard let entry = map.entry("peak") else { return nil }
        guard let inner = read.mapping(entry.value, "'peak'") else { return nil }
        let entries = inner.allEntries()
        if entries.count > TopologyLimits.peaks {
            reporter.error(
                .tooMany, at: inner.position,
                "'peak' has \(entries.count) entries; at most \(TopologyLimits.peaks) are possible")
        }
        var peaks: [PeakSettings] = []
        for entry in entries.prefix(TopologyLimits.peaks) {
            guard let name = read.name(entry.keyValue, "a peak"), let inner = read.mapping(entry.value, "a peak")
            else { continue }
            peaks.append(peak(name, entry.position, inner))
        }
        return peaks
    }

    /// What all cells take from one pool.
    func shared(_ map: MappingReader) -> [PeakSettings.Named<Int>]? {
        guard let inner = map.mapping("shared") else { return nil }
        let (pools, positions) = connections(inner)
        inner.finish()
        marks.shared = positions
        return pools.isEmpty ? nil : pools
    }

    /// How many connections there are for each use.
    private func connections(_ map: MappingReader) -> ([PeakSettings.Named<Int>], [Position]) {
        var pools: [PeakSettings.Named<Int>] = []
        var positions: [Position] = []
        for entry in map.mapping("connections")?.allEntries().prefix(TopologyLimits.connectionPools) ?? [] {
            guard let most = read.integer(entry.value, "'\(YAMLValue.clipped(entry.key))'", 1...10_000) else {
                continue
            }
            pools.append(PeakSettings.Named(entry.key, most))
            positions.append(entry.position)
        }
        return (pools, positions)
    }

    private func peak(_ name: String, _ position: Position, _ map: MappingReader) -> PeakSettings {
        var peak = PeakSettings(name: name)
        var places = PeakMarks(position: position)
        for entry in map.mapping("pools")?.allEntries().prefix(TopologyLimits.servicesPerBlueprint) ?? [] {
            guard let inner = read.mapping(entry.value, "the pool of '\(YAMLValue.clipped(entry.key))'") else {
                continue
            }
            var reader = SettingsReader(reporter: reporter)
            peak.pools.append(PeakSettings.Named(entry.key, reader.settings(inner)))
            places.pools.append(entry.position)
        }
        (peak.connections, places.connections) = connections(map)
        places.memory = map.entry("memory")?.value.position
        peak.memory = map.value("memory").flatMap { read.size($0, "'memory'", (1 << 20)...(1 << 50)) }
        var reader = SettingsReader(reporter: reporter)
        reader.fields(of: map, into: &peak.course)
        // It goes back by itself: nobody has to remember that it is over.
        if map.entry("for") == nil { map.missing("for", hint: "for how long: for: 1h") }
        map.finish()
        marks.peaks.append(places)
        return peak
    }
}

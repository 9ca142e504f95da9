import MeshBase
import Topology

extension TopologyReader {
    // MARK: Routers

    func routers(_ map: MappingReader, regions: [String], cells: [Cell]) -> [Router] {
        guard let value = map.value("routers") else { return spreadRouters(1, regions: regions) }
        guard case .list = value.content else {
            return spreadRouters(
                read.integer(value, "'routers'", 1...TopologyLimits.routers) ?? 1, regions: regions)
        }
        let items = read.list(value, "'routers'", most: TopologyLimits.routers) ?? []
        if items.isEmpty { reporter.error(.tooFew, at: value.position, "'routers' needs at least one router") }
        var routers: [Router] = []
        var first: [String: Position] = [:]
        for (number, item) in items.enumerated() {
            guard let map = read.mapping(item, "a router") else { continue }
            let position = map.entry("name")?.value.position ?? map.position
            let name = map.requiredName("name")
            let region = map.value("region").map { regionPosition($0, regions) ?? 0 } ?? number % max(regions.count, 1)
            map.finish()
            guard let name, !isReserved(name, at: position) else { continue }
            if let earlier = first[name] {
                duplicate("routers", name, at: position, first: earlier)
            } else if cells.contains(where: { $0.name == name }) {
                reporter.error(.duplicateName, at: position, "a router and a cell are both named '\(name)'")
            }
            first[name] = position
            routers.append(Router(name: name, region: region))
        }
        return routers
    }

    private func spreadRouters(_ count: Int, regions: [String]) -> [Router] {
        (0..<count).map { Router(name: "r\($0 + 1)", region: $0 % max(regions.count, 1)) }
    }

    // MARK: Links

    func links(_ map: MappingReader, regions: [String]) -> Links {
        var links = Links()
        for entry in map.mapping("links")?.allEntries() ?? [] {
            guard let map = read.mapping(entry.value, "a link") else { continue }
            let quality = quality(map)
            if entry.key == "default" {
                links.default = quality
            } else if let (a, b) = pair(entry, regions: regions) {
                if links.pairs.contains(where: { ($0.first, $0.second) == (a, b) || ($0.first, $0.second) == (b, a) }) {
                    reporter.error(
                        .badLink, at: entry.position, "the link between '\(a)' and '\(b)' is given twice",
                        hint: "a link holds in both directions")
                } else {
                    links.pairs.append(Links.Pair(first: a, second: b, quality: quality))
                }
            }
        }
        return links
    }

    private func pair(_ entry: YAMLValue.Entry, regions: [String]) -> (String, String)? {
        let names = entry.key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard names.count == 2 else {
            reporter.error(
                .badLink, at: entry.position, "'\(YAMLValue.clipped(entry.key))' is not a link",
                hint: "write 'default', or two regions: 'us-east/us-west'")
            return nil
        }
        let unknown = names.filter { !regions.contains($0) }
        for name in unknown { unknownRegion(name, at: entry.position, regions) }
        return unknown.isEmpty ? (names[0], names[1]) : nil
    }

    private func quality(_ map: MappingReader) -> Links.Quality {
        let jitter = map.entry("jitter")?.value.position
        let before = reporter.collector.errorCount
        let quality = Links.Quality(
            latency: map.duration("latency", Ranges.latency, default: .zero),
            jitter: map.duration("jitter", Ranges.latency, default: .zero), loss: map.ratio("loss", default: 0))
        if quality.jitter > quality.latency, let jitter, reporter.collector.errorCount == before {
            reporter.warning(
                .jitterAboveLatency, at: jitter, "the jitter is larger than the latency: delays are cut off at zero")
        }
        map.finish()
        return quality
    }

    // MARK: Customers

    func customers(_ map: MappingReader, geographies: [String]) -> Customers {
        let none = Customers(count: 1)
        guard let value = map.required("customers"), let map = read.mapping(value, "'customers'") else { return none }
        let count = map.required("count").flatMap { read.integer($0, "'count'", 1...TopologyLimits.customers) }
        let popularity = map.value("popularity").flatMap(popularity) ?? none.popularity
        let poisonEntry = map.entry("poison")
        let poison = map.integer("poison", 0...TopologyLimits.customers, default: 0)
        if let poisonEntry, let count, poison > count {
            reporter.error(
                .outOfRange, at: poisonEntry.value.position, "'poison' is \(poison), and there are \(count) customers")
        }
        let shares = map.mapping("geographies").map { self.shares($0, geographies) } ?? []
        map.finish()
        return Customers(count: count ?? 1, popularity: popularity, poison: poison, geographies: shares)
    }

    private func shares(_ map: MappingReader, _ geographies: [String]) -> [Customers.GeographyShare] {
        var shares: [Customers.GeographyShare] = []
        for entry in map.allEntries() {
            guard geographies.contains(entry.key) else {
                reporter.error(
                    .unknownGeography, at: entry.position,
                    "no region has the geography '\(YAMLValue.clipped(entry.key))'",
                    hint: NearestWord.hint(for: entry.key, among: geographies, listing: "geographies"))
                continue
            }
            guard let share = read.ratio(entry.value, "the share of '\(entry.key)'") else { continue }
            shares.append(Customers.GeographyShare(geography: entry.key, share: share))
            marks.geographies.append(entry.position)
        }
        if shares.reduce(0, { $0 + $1.share }) > 1 + 1e-9 {
            reporter.error(.outOfRange, at: map.position, "the shares of the geographies add up to more than 100%")
        }
        return shares
    }

    /// `uniform` or `zipf(S)`.
    private func popularity(_ value: YAMLValue) -> Customers.Popularity? {
        guard let text = read.text(value, "'popularity'") else { return nil }
        if text == "uniform" { return .uniform }
        if text.hasPrefix("zipf("), text.hasSuffix(")"),
            let exponent = Syntax.decimal(text.dropFirst(5).dropLast()), exponent > 0, exponent <= 10
        {
            return .zipf(exponent: exponent)
        }
        reporter.error(
            .badPopularity, at: value.position, "'popularity' cannot be \(value.described)",
            hint: "write 'uniform', or 'zipf(1.0)' with an exponent above 0 and up to 10")
        return nil
    }

    // MARK: Membership, evacuation, tombstones and repair

    func membership(_ map: MappingReader) -> MembershipSettings {
        var settings = MembershipSettings()
        settings.profile = map.word("profile", default: settings.profile)
        for constant in MembershipConstants.durations {
            settings[keyPath: constant.path] = map.optionalDuration(constant.key, Ranges.membership)
        }
        for constant in MembershipConstants.counts {
            settings[keyPath: constant.path] = map.optionalInteger(constant.key, constant.range)
        }
        map.finish()
        if let interval = settings.probeInterval, let timeout = settings.probeTimeout, timeout >= interval {
            reporter.error(
                .wrongOrder, at: map.position, "'probe-timeout' must be shorter than 'probe-interval'",
                hint: "indirect probes need the rest of the interval")
        }
        return settings
    }

    func evacuation(_ map: MappingReader) -> EvacuationSettings {
        var settings = EvacuationSettings()
        settings.stages = read.stages(map) ?? settings.stages
        settings.watch = map.duration("watch", Ranges.watch, default: settings.watch)
        settings.maximumErrorRate = map.ratio("max_error_rate", default: settings.maximumErrorRate)
        settings.headroom = map.ratio("headroom", 0...0.99, default: settings.headroom)
        map.finish()
        return settings
    }

    func tombstones(_ map: MappingReader) -> TombstoneSettings {
        let defaults = TombstoneSettings()
        let settings = TombstoneSettings(
            grace: map.duration("grace", Ranges.grace, default: defaults.grace),
            round: map.duration("round", Ranges.round, default: defaults.round))
        map.finish()
        return settings
    }

    func repair(_ map: MappingReader) -> RepairSettings {
        let settings = RepairSettings(round: map.duration("round", Ranges.round, default: RepairSettings().round))
        map.finish()
        return settings
    }
}

import MeshBase
import Topology

/// Writes a topology as one YAML file with every default filled in and its blueprints inside: what `config show`
/// prints. Reading it again gives an equal topology: keys of policies stand there where they are written, and what is in
/// force of them follows as comments, since a default that was written out would no longer give way to what stands beside
/// it. So a file without warnings gives one without warnings.
package enum ConfigurationRenderer {
    package static func yaml(_ topology: MeshTopology) -> String {
        var out = YAMLWriter()
        out.line("mesh: \(out.name(topology.name))")
        out.line("seed: \(topology.seed)")
        if let first = topology.blueprints.first { out.line("blueprint: \(out.name(first.name))") }
        regions(topology, &out)
        links(topology.links, &out)
        customers(topology.customers, &out)
        let sharding = topology.sharding
        out.flow(
            "sharding",
            [
                ("size", "\(sharding.size)"), ("spread", sharding.spread.rawValue),
                ("replacement", sharding.replacement.rawValue),
            ])
        routing(topology, &out)
        out.line("routers:")
        for router in topology.routers {
            out.line("  - {name: \(out.name(router.name)), region: \(out.name(topology.regions[router.region].name))}")
        }
        out.flow("control", [("region", out.name(topology.regions[topology.control.region].name))])
        if topology.deciders != MeshTopology.standardDeciders(cells: topology.cells.count) {
            out.line("deciders: \(topology.deciders)")
        }
        out.line("restart: \(topology.restart.rawValue)")
        membership(topology.membership, &out)
        evacuation(topology.evacuation, &out)
        out.flow(
            "tombstones",
            [
                ("grace", Syntax.written(topology.tombstones.grace)),
                ("round", Syntax.written(topology.tombstones.round)),
            ])
        out.flow("repair", [("round", Syntax.written(topology.repair.round))])
        policies(topology, &out)
        out.line("blueprints:")
        for (number, blueprint) in topology.blueprints.enumerated() {
            BlueprintRenderer(blueprint, policies: topology.policies(ofBlueprint: number), indent: "    ")
                .write(first: "  - ", to: &out)
        }
        return out.text
    }

    /// A blueprint as a file of its own.
    package static func yaml(_ blueprint: Blueprint) -> String {
        var out = YAMLWriter()
        BlueprintRenderer(blueprint, policies: PolicyResolver(blueprint), indent: "").write(first: "", to: &out)
        return out.text
    }

    private static func regions(_ topology: MeshTopology, _ out: inout YAMLWriter) {
        out.line("regions:")
        for (number, region) in topology.regions.enumerated() {
            out.line("  - name: \(out.name(region.name))")
            if let geography = region.geography { out.line("    geography: \(out.name(geography))") }
            out.line("    zones: \(out.names(region.zones))")
            if !region.near.isEmpty { out.line("    near: \(out.names(region.near))") }
            out.line("    cells:")
            for cell in topology.cells where cell.region == number {
                var text = "name: \(out.name(cell.name)), zone: \(out.name(region.zones[cell.zone]))"
                text += ", weight: \(cell.weight)"
                if cell.blueprint != 0 { text += ", blueprint: \(out.name(topology.blueprints[cell.blueprint].name))" }
                out.line("      - {\(text)}")
            }
        }
    }

    private static func links(_ links: Links, _ out: inout YAMLWriter) {
        func written(_ quality: Links.Quality) -> String {
            "{latency: \(Syntax.written(quality.latency)), jitter: \(Syntax.written(quality.jitter)), "
                + "loss: \(quality.loss)}"
        }
        out.line("links:")
        out.line("  default: \(written(links.default))")
        for pair in links.pairs { out.line("  \(pair.first)/\(pair.second): \(written(pair.quality))") }
    }

    private static func customers(_ customers: Customers, _ out: inout YAMLWriter) {
        let popularity =
            switch customers.popularity {
            case .uniform: "uniform"
            case .zipf(let exponent): "zipf(\(exponent))"
            }
        var fields = [
            ("count", "\(customers.count)"), ("popularity", popularity), ("poison", "\(customers.poison)"),
        ]
        if !customers.geographies.isEmpty {
            let shares = customers.geographies.map { "\(out.name($0.geography)): \($0.share)" }
            fields.append(("geographies", "{\(shares.joined(separator: ", "))}"))
        }
        out.flow("customers", fields)
    }

    private static func membership(_ settings: MembershipSettings, _ out: inout YAMLWriter) {
        var fields = [("profile", settings.profile.rawValue)]
        for constant in MembershipConstants.durations {
            if let amount = settings[keyPath: constant.path] { fields.append((constant.key, Syntax.written(amount))) }
        }
        for constant in MembershipConstants.counts {
            if let count = settings[keyPath: constant.path] { fields.append((constant.key, "\(count)")) }
        }
        out.flow("membership", fields)
    }

    private static func evacuation(_ evacuation: EvacuationSettings, _ out: inout YAMLWriter) {
        guard evacuation != EvacuationSettings() else { return }
        out.flow(
            "evacuation",
            [
                ("stages", "[\(evacuation.stages.map(String.init).joined(separator: ", "))]"),
                ("watch", Syntax.written(evacuation.watch)), ("max_error_rate", "\(evacuation.maximumErrorRate)"),
                ("headroom", "\(evacuation.headroom)"),
            ])
    }

    private static func routing(_ topology: MeshTopology, _ out: inout YAMLWriter) {
        let routing = topology.routing
        var fields = [
            ("attempt-timeout", Syntax.written(routing.attemptTimeout)),
            ("request-timeout", Syntax.written(routing.requestTimeout)),
            ("body-limit", Syntax.written(bytes: routing.bodyLimit)),
            ("connection-limit", "\(routing.connectionLimit)"),
        ]
        if let concurrent = routing.concurrent { fields.append(("concurrent", "\(concurrent)")) }
        if let rate = routing.rate { fields.append(("rate", PoliciesRenderer(out).flow(rate))) }
        out.flow("routing", fields)
        if routing.concurrent == nil {
            out.line("# in force: concurrent: \(routing.concurrent(topology.policies?.profile ?? .local))")
        }
    }

    /// What is written for the whole mesh.
    private static func policies(_ topology: MeshTopology, _ out: inout YAMLWriter) {
        let renderer = PoliciesRenderer(out)
        if let block = topology.policies {
            out.line("policies:")
            for (key, value) in renderer.common(block) + renderer.entries(block) { out.line("  \(key): \(value)") }
        }
        if let flags = topology.flags {
            out.flow("flags", flags.map { (out.quotedKey($0.name), $0.isOn ? "on" : "off") })
        }
        if let shared = topology.shared {
            out.line("shared:")
            out.flow("  connections", shared.map { (out.quotedKey($0.name), "\($0.value)") })
        }
        if let peaks = topology.peaks {
            out.line("peak:\(peaks.isEmpty ? " {}" : "")")
            for peak in peaks { out.line("  \(out.quotedKey(peak.name)): \(flow(peak, renderer))") }
        }
    }

    private static func flow(_ peak: PeakSettings, _ renderer: PoliciesRenderer) -> String {
        var fields: [(String, String)] = []
        func mapping(_ entries: [(String, String)]) -> String {
            "{\(entries.map { "\($0.0): \($0.1)" }.joined(separator: ", "))}"
        }
        if !peak.pools.isEmpty {
            fields.append(
                ("pools", mapping(peak.pools.map { (renderer.out.quotedKey($0.name), renderer.flow($0.value)) })))
        }
        if !peak.connections.isEmpty {
            fields.append(
                ("connections", mapping(peak.connections.map { (renderer.out.quotedKey($0.name), "\($0.value)") })))
        }
        if let memory = peak.memory { fields.append(("memory", Syntax.written(bytes: memory))) }
        return mapping(fields + renderer.fields(peak.course))
    }
}

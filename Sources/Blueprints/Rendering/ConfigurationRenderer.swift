import MeshBase
import Topology

/// Writes a topology as one YAML file with every default filled in and its blueprints inside: what `config show`
/// prints. Reading it again gives an equal topology. Keys that are not in force stand there only where they do not have
/// their defaults, so that a file without warnings gives one without warnings.
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
        let routing = topology.routing
        out.flow(
            "routing",
            [
                ("attempt-timeout", Syntax.written(routing.attemptTimeout)),
                ("request-timeout", Syntax.written(routing.requestTimeout)),
                ("body-limit", Syntax.written(bytes: routing.bodyLimit)),
                ("connection-limit", "\(routing.connectionLimit)"),
            ])
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
        out.line("blueprints:")
        for blueprint in topology.blueprints { self.blueprint(blueprint, indent: "    ", first: "  - ", &out) }
        return out.text
    }

    /// A blueprint as a file of its own.
    package static func yaml(_ blueprint: Blueprint) -> String {
        var out = YAMLWriter()
        self.blueprint(blueprint, indent: "", first: "", &out)
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

    // MARK: Blueprints

    private static func conflicts(_ conflicts: ConflictSettings, _ out: inout YAMLWriter) -> String {
        guard !conflicts.prefixes.isEmpty else { return conflicts.standard.rawValue }
        let rules = conflicts.prefixes.map { "\(out.quoted($0.prefix)): \($0.handling.rawValue)" }
        return "{\(rules.joined(separator: ", "))}"
    }

    private static func blueprint(_ blueprint: Blueprint, indent: String, first: String, _ out: inout YAMLWriter) {
        out.line("\(first)cell: \(out.name(blueprint.name))")
        out.line("\(indent)services:")
        for service in blueprint.services { self.service(service, of: blueprint, indent: indent + "  ", &out) }
        if let store = blueprint.store {
            var fields = [("tier", store.tier.rawValue)]
            if !store.tiers.isEmpty {
                let tiers = store.tiers.map { "\(out.quoted($0.prefix)): \($0.tier.rawValue)" }
                fields.append(("tiers", "{\(tiers.joined(separator: ", "))}"))
            }
            fields.append(("durability", store.durability.rawValue))
            if let priority = store.priority { fields.append(("priority", "\(priority.name)")) }
            fields.append(("conflicts", conflicts(store.conflicts, &out)))
            out.flow("\(indent)store", fields)
        }
        let shedding = blueprint.shedding
        out.flow(
            "\(indent)shedding",
            [
                ("critical", "\(shedding.critical)"), ("high", "\(shedding.high)"),
                ("normal", "\(shedding.normal)"), ("low", "\(shedding.low)"),
            ])
        if let capacity = blueprint.capacity { out.line("\(indent)capacity: \(capacity)") }
        if let objectives = blueprint.objectives {
            var fields: [(String, String)] = []
            if let p99 = objectives.p99 { fields.append(("p99", Syntax.written(p99))) }
            if let errorRate = objectives.errorRate { fields.append(("error_rate", "\(errorRate)")) }
            out.flow("\(indent)objectives", fields)
        }
    }

    private static func service(
        _ service: Service, of blueprint: Blueprint, indent: String, _ out: inout YAMLWriter
    ) {
        let inner = indent + "  "
        out.line("\(indent)- name: \(out.name(service.name))")
        if service.kind != .stateless { out.line("\(inner)kind: \(service.kind.rawValue)") }
        out.line("\(inner)path: \(service.path.rawValue)")
        if let priority = service.priority { out.line("\(inner)priority: \(priority.name)") }
        let idempotency = service.idempotency ?? Idempotency()
        out.flow(
            "\(inner)idempotency",
            [("mode", idempotency.mode.rawValue), ("ttl", Syntax.written(idempotency.ttl))])
        let pool = service.pool
        out.flow(
            "\(inner)pool",
            [
                ("workers", "\(pool.workers)"), ("queue", "\(pool.queue)"), ("overflow", pool.overflow.rawValue),
                ("age", Syntax.written(pool.age)),
            ])
        var work = [("cpu", Syntax.written(service.work.cpu)), ("errors", "\(service.work.errors)")]
        if let wait = service.work.wait {
            work.insert(("wait", "{p50: \(Syntax.written(wait.p50)), p99: \(Syntax.written(wait.p99))}"), at: 0)
        }
        out.flow("\(inner)work", work)
        guard !service.calls.isEmpty else { return }
        out.line("\(inner)calls:")
        for edge in service.calls {
            out.line("\(inner)  - to: \(out.name(blueprint.services[edge.to].name))")
            out.line("\(inner)    timeout: \(Syntax.written(edge.timeout))")
            out.line("\(inner)    criticality: \(edge.criticality.rawValue)")
            if !edge.fallback.isEmpty { out.line("\(inner)    fallback: \(out.names(edge.fallback.map(\.rawValue)))") }
            if let compensation = edge.compensation {
                out.line("\(inner)    compensation: \(out.name(blueprint.services[compensation].name))")
            }
        }
    }
}

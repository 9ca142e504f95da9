import MeshBase
import Topology

/// Writes one blueprint.
struct BlueprintRenderer {
    private let blueprint: Blueprint
    private let policies: PolicyResolver
    private let indent: String

    /// - Parameter policies: for the values in force.
    init(_ blueprint: Blueprint, policies: PolicyResolver, indent: String) {
        self.blueprint = blueprint
        self.policies = policies
        self.indent = indent
    }

    func write(first: String, to out: inout YAMLWriter) {
        out.line("\(first)cell: \(out.name(blueprint.name))")
        out.line("\(indent)services:")
        for number in blueprint.services.indices { service(number, indent: indent + "  ", &out) }
        if let store = blueprint.store { self.store(store, &out) }
        shedding(&out)
        if let capacity = blueprint.capacity { out.line("\(indent)capacity: \(capacity)") }
        if let objectives = blueprint.objectives { self.objectives(objectives, &out) }
        kept(&out)
        if let features = blueprint.features { self.features(features, &out) }
        wide(&out)
    }

    // MARK: The cell

    private func store(_ store: StoreSettings, _ out: inout YAMLWriter) {
        var fields = [("tier", store.tier.rawValue)]
        if !store.tiers.isEmpty {
            let tiers = store.tiers.map { "\(out.quoted($0.prefix)): \($0.tier.rawValue)" }
            fields.append(("tiers", "{\(tiers.joined(separator: ", "))}"))
        }
        fields.append(("durability", store.durability.rawValue))
        if let priority = store.priority { fields.append(("priority", "\(priority.name)")) }
        fields.append(("conflicts", conflicts(store.conflicts, out)))
        out.flow("\(indent)store", fields)
    }

    private func conflicts(_ conflicts: ConflictSettings, _ out: YAMLWriter) -> String {
        guard !conflicts.prefixes.isEmpty else { return conflicts.standard.rawValue }
        let rules = conflicts.prefixes.map { "\(out.quoted($0.prefix)): \($0.handling.rawValue)" }
        return "{\(rules.joined(separator: ", "))}"
    }

    private func shedding(_ out: inout YAMLWriter) {
        let shedding = blueprint.shedding
        var fields = [
            ("critical", "\(shedding.critical)"), ("high", "\(shedding.high)"), ("normal", "\(shedding.normal)"),
            ("low", "\(shedding.low)"),
        ]
        if let pressure = blueprint.policies?.shedding { fields += PoliciesRenderer(out).fields(pressure) }
        out.flow("\(indent)shedding", fields)
    }

    private func objectives(_ objectives: Objectives, _ out: inout YAMLWriter) {
        var fields: [(String, String)] = []
        if let p99 = objectives.p99 { fields.append(("p99", Syntax.written(p99))) }
        if let errorRate = objectives.errorRate { fields.append(("error_rate", "\(errorRate)")) }
        if let throughput = objectives.throughput { fields.append(("throughput", Syntax.written(throughput))) }
        out.flow("\(indent)objectives", fields)
    }

    private func kept(_ out: inout YAMLWriter) {
        let renderer = PoliciesRenderer(out)
        if let pools = blueprint.connections {
            out.flow("\(indent)connections", pools.map { (out.quotedKey($0.name), renderer.flow($0.value)) })
            let acquire = policies.cell().values.timeouts?.acquire ?? .zero
            let inForce = pools.map { pool in
                "\(out.quotedKey(pool.name)): \(renderer.flow(pool.value.inForce(acquire: acquire)))"
            }
            comment("connections", "{\(inForce.joined(separator: ", "))}", &out)
        }
        if let cache = blueprint.cache {
            out.line("\(indent)cache: \(renderer.flow(cache))")
            comment("cache", renderer.flow(cache.inForce), &out)
        }
        if let queue = blueprint.queue {
            out.line("\(indent)queue: \(renderer.flow(queue))")
            comment("queue", renderer.flow(queue.inForce), &out)
        }
        if let memory = blueprint.memory { out.line("\(indent)memory: \(Syntax.written(bytes: memory))") }
    }

    private func comment(_ key: String, _ value: String, _ out: inout YAMLWriter) {
        out.line("\(indent)# in force: \(key): \(value)")
    }

    private func features(_ features: [FeatureSettings], _ out: inout YAMLWriter) {
        out.line("\(indent)features:\(features.isEmpty ? " []" : "")")
        for feature in features {
            let calls = feature.calls.map { out.name(blueprint.services[$0].name) }
            let fields =
                [
                    ("name", out.name(feature.name)), ("criticality", feature.criticality.rawValue),
                    ("calls", "[\(calls.joined(separator: ", "))]"),
                ] + PoliciesRenderer(out).fields(feature.weights)
            out.line("\(indent)  - {\(fields.map { "\($0.0): \($0.1)" }.joined(separator: ", "))}")
        }
    }

    /// `policies`, and what stands beside them.
    private func wide(_ out: inout YAMLWriter) {
        let renderer = PoliciesRenderer(out)
        if let block = blueprint.policies {
            let inside = renderer.common(block) + renderer.entries(block) { $0.places.contains(.service) }
            if !inside.isEmpty {
                out.line("\(indent)policies:")
                for (key, value) in inside { out.line("\(indent)  \(key): \(value)") }
            }
            for (key, value) in renderer.entries(
                block, where: { !$0.places.contains(.service) && $0.key != "shedding" })
            {
                out.line("\(indent)\(key): \(value)")
            }
        }
        for line in renderer.comments(policies.cell(), of: .topology) { out.line("\(indent)\(line)") }
    }

    // MARK: Services

    private func service(_ number: Int, indent: String, _ out: inout YAMLWriter) {
        let service = blueprint.services[number]
        let inner = indent + "  "
        out.line("\(indent)- name: \(out.name(service.name))")
        if service.kind != .stateless { out.line("\(inner)kind: \(service.kind.rawValue)") }
        out.line("\(inner)path: \(service.path.rawValue)")
        if let priority = service.priority { out.line("\(inner)priority: \(priority.name)") }
        let idempotency = service.idempotency ?? Idempotency()
        out.flow(
            "\(inner)idempotency",
            [("mode", idempotency.mode.rawValue), ("ttl", Syntax.written(idempotency.ttl))])
        if let limit = service.attemptTimeout { out.line("\(inner)attempt-timeout: \(Syntax.written(limit))") }
        pool(service.pool, inner, &out)
        out.line("\(inner)work: \(work(service.work))")
        if let program = service.program {
            out.line("\(inner)run: [\(program.run.map(out.quoted).joined(separator: ", "))]")
            if let ready = program.ready { out.line("\(inner)ready: \(out.quoted(ready))") }
        }
        degradation(service, inner, &out)
        narrow(service.policies, inner, &out)
        let renderer = PoliciesRenderer(out)
        for line in renderer.comments(policies.service(number), besides: policies.cell(), of: .service) {
            out.line("\(inner)\(line)")
        }
        calls(number, inner, &out)
    }

    private func pool(_ pool: Pool, _ indent: String, _ out: inout YAMLWriter) {
        var fields = [
            ("workers", "\(pool.workers)"), ("queue", "\(pool.queue)"), ("overflow", pool.overflow.rawValue),
            ("age", Syntax.written(pool.age)),
        ]
        if let dynamic = pool.dynamic { fields.append(("dynamic", PoliciesRenderer(out).flow(dynamic))) }
        out.flow("\(indent)pool", fields)
    }

    private func work(_ work: Work) -> String {
        var fields = [("cpu", Syntax.written(work.cpu)), ("errors", "\(work.errors)")]
        if let wait = work.wait {
            fields.insert(("wait", "{p50: \(Syntax.written(wait.p50)), p99: \(Syntax.written(wait.p99))}"), at: 0)
        }
        return "{\(fields.map { "\($0.0): \($0.1)" }.joined(separator: ", "))}"
    }

    private func degradation(_ service: Service, _ indent: String, _ out: inout YAMLWriter) {
        let renderer = PoliciesRenderer(out)
        if let use = service.connection { out.line("\(indent)connection: \(out.name(use))") }
        if let cacheable = service.cacheable { out.line("\(indent)cacheable: \(cacheable ? "on" : "off")") }
        if let quality = service.quality { out.line("\(indent)quality: \(renderer.flow(quality))") }
        guard let ladder = service.ladder else { return }
        out.line("\(indent)ladder:\(ladder.isEmpty ? " []" : "")")
        for rung in ladder {
            var text = "mode: \(out.name(rung.mode))"
            if rung.when != LadderSignals() { text += ", when: \(renderer.flow(rung.when))" }
            if let work = rung.work { text += ", work: \(self.work(work))" }
            out.line("\(indent)  - {\(text)}")
        }
    }

    /// The policies of a service or a call.
    private func narrow(_ block: PoliciesBlock?, _ indent: String, _ out: inout YAMLWriter) {
        guard let block else { return }
        let renderer = PoliciesRenderer(out)
        let common = renderer.common(block)
        if !common.isEmpty { out.flow("\(indent)policies", common) }
        for (key, value) in renderer.entries(block) { out.line("\(indent)\(key): \(value)") }
    }

    // MARK: Calls

    private func calls(_ number: Int, _ indent: String, _ out: inout YAMLWriter) {
        let service = blueprint.services[number]
        guard !service.calls.isEmpty else { return }
        out.line("\(indent)calls:")
        for step in service.steps {
            switch step {
            case .one(let position): call(position, of: number, indent + "  ", &out)
            case .several(let group):
                out.line("\(indent)  - parallel:")
                for position in group.range { call(position, of: number, indent + "      ", &out) }
                if let limit = group.joinWithin { out.line("\(indent)    join-within: \(Syntax.written(limit))") }
            }
        }
    }

    private func call(_ position: Int, of number: Int, _ indent: String, _ out: inout YAMLWriter) {
        let edge = blueprint.services[number].calls[position]
        let inner = indent + "  "
        out.line("\(indent)- to: \(out.name(blueprint.services[edge.to].name))")
        // A default that is written out would be the user's own.
        if edge.hasDefaultTimeout != true { out.line("\(inner)timeout: \(Syntax.written(edge.timeout))") }
        if let limit = edge.attemptTimeout { out.line("\(inner)attempt-timeout: \(Syntax.written(limit))") }
        out.line("\(inner)criticality: \(edge.criticality.rawValue)")
        if !edge.fallback.isEmpty {
            let words = edge.fallback.map { word in
                guard word == .generic, let service = edge.genericService else { return word.rawValue }
                return "{generic: \(out.name(blueprint.services[service].name))}"
            }
            out.line("\(inner)fallback: [\(words.joined(separator: ", "))]")
        }
        if let compensation = edge.compensation {
            out.line("\(inner)compensation: \(out.name(blueprint.services[compensation].name))")
        }
        if let limit = edge.joinWithin { out.line("\(inner)join-within: \(Syntax.written(limit))") }
        narrow(edge.policies, inner, &out)
        let inForce = policies.call(position, of: number)
        for line in PoliciesRenderer(out).comments(inForce, besides: policies.cell(), of: .call) {
            out.line("\(inner)\(line)")
        }
    }
}

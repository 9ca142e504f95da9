import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

/// Every key that can be written of a policy says something to a gate, a cell or a router.
@Suite struct PolicyKeysTests {
    /// Kept for the preset's sake: what it stands for is written out by its name alone.
    private static let words = ["retry.preset", "breaker.preset"]

    /// Keys that say nothing unless others say something.
    private static let companions: [String: [(String, SettingValue)]] = [
        "retry.schedule": [("retry.backoff", .word("schedule"))],
        "retry.multiplier": [("retry.backoff", .word("exponential"))],
        "bulkhead.put": [("bulkhead.queue", .integer(10))], "bulkhead.pause": [("bulkhead.queue", .integer(10))],
        "rate.burst": [("rate.requests", .number(10))], "rate.per": [("rate.requests", .number(10))],
        "breaker.open-max": [("breaker.growth", .number(2))],
    ]

    /// A call and a service of everything that can be declared.
    static let everythingDeclared: MeshTopology = {
        var edge = Topology.Edge(to: 1, criticality: .luxury, fallback: [.static])
        edge.policies = PoliciesBlock()
        edge.policies?.hedge = HedgeSettings()
        edge.policies?.bulkhead = BulkheadSettings()
        edge.policies?.bulkhead?.queue = 10
        var mesh = topology(
            services: [
                Topology.Service(name: "checkout", calls: [edge]),
                Topology.Service(name: "payment", kind: .cache, pool: Pool(workers: 4)),
            ], shedding: SheddingThresholds())
        mesh.policies?.rate = RateSettings()
        mesh.policies?.rate?.requests = 5
        mesh.policies?.value = ValueSettings()
        mesh.policies?.health = HealthSettings()
        mesh.policies?.health?.syntheticService = "checkout"
        mesh.policies?.shedding = SheddingSettings()
        mesh.policies?.shedding?.earlyShare = 0.2
        mesh.policies?.shedding?.earlyHard = 0.4
        mesh.blueprints[0].objectives = Objectives(p99: .milliseconds(200))
        mesh.blueprints[0].cache = CacheSettings()
        mesh.blueprints[0].queue = QueueSettings()
        return mesh
    }()

    /// Whether anything but the list of what is off differs.
    static func isCellChanged(_ a: CellPolicies, _ b: CellPolicies) -> Bool {
        a.services != b.services || a.thresholds != b.thresholds || a.adaptiveShedding != b.adaptiveShedding
            || a.objectives != b.objectives || a.probes != b.probes || a.syntheticService != b.syntheticService
            || a.answers != b.answers || a.deadline != b.deadline
    }

    @Test func everyKeyIsRead() {
        let before = Self.everythingDeclared
        var silent: [String] = []
        for field in PoliciesBlock.entries.flatMap(\.fields) where !Self.words.contains(field.key) {
            let isRead = Self.candidates(field.form).contains { value in
                var mesh = before
                var reference = before
                for (key, value) in Self.companions[field.key] ?? [] {
                    Self.write(key, value, &mesh)
                    Self.write(key, value, &reference)
                }
                Self.write(field.key, value, &mesh)
                return Self.isCellChanged(
                    mesh.cellPolicies(ofBlueprint: 0), reference.cellPolicies(ofBlueprint: 0))
                    || RouterPolicies(mesh) != RouterPolicies(reference)
            }
            if !isRead { silent.append(field.key) }
        }
        #expect(silent.isEmpty, "keys that change nothing: \(silent.joined(separator: ", "))")
    }

    @Test func everyPresetIsRead() {
        for (key, presets) in [
            ("retry.preset", RetrySettings.Preset.allCases.map(\.rawValue)),
            ("breaker.preset", BreakerSettings.Preset.allCases.map(\.rawValue)),
        ] {
            for preset in presets {
                var mesh = Self.everythingDeclared
                Self.write(key, .word(preset), &mesh)
                #expect(RouterPolicies(mesh) != RouterPolicies(Self.everythingDeclared), "\(key) \(preset)")
            }
        }
    }

    private static func write(_ key: String, _ value: SettingValue, _ mesh: inout MeshTopology) {
        guard let field = PoliciesBlock.entries.flatMap(\.fields).first(where: { $0.key == key }) else {
            Issue.record("no key \(key)")
            return
        }
        var block = mesh.policies ?? PoliciesBlock()
        field.write(value, in: &block)
        mesh.policies = block
    }

    /// Values that are no default.
    private static func candidates(_ form: SettingForm) -> [SettingValue] {
        switch form {
        case .integer(let range), .size(let range):
            [.integer(min(max(7, range.lowerBound), range.upperBound)), .integer(range.lowerBound)]
        case .ratio(let range), .number(let range):
            [.number(range.lowerBound + min(range.upperBound - range.lowerBound, 1) * 0.37), .number(range.lowerBound)]
        case .duration: [.duration(.milliseconds(123)), .duration(.minutes(7))]
        case .toggle: [.toggle(false), .toggle(true)]
        case .words(let words): words.map { .word($0) }
        case .name: [.word("payment")]
        case .list(let form, _): candidates(form).map { .list([$0]) }
        case .either(let first, let second): candidates(first) + candidates(second)
        }
    }

    /// Sizes of a pool, the cache of a request and what is said of a call beside its policies.
    @Test func whatStandsBesideThePolicies() {
        let before = Self.everythingDeclared
        let settings = before.cellPolicies(ofBlueprint: 0)
        func changed(_ change: (inout Blueprint) -> Void) -> CellPolicies {
            var mesh = before
            change(&mesh.blueprints[0])
            return mesh.cellPolicies(ofBlueprint: 0)
        }
        var dynamic = DynamicPoolSettings()
        dynamic.min = 2
        dynamic.max = 9
        dynamic.kind = .pid
        let pool = changed { $0.services[1].pool.dynamic = dynamic }.services[1].pool
        #expect(pool?.bounds == 2...9 && pool?.kind == .pid && pool?.base == 4)
        #expect(changed { $0.services[1].cacheable = false }.services[1].requestCache == nil)
        #expect(changed { $0.services[0].cacheable = true }.services[0].requestCache == .local)
        #expect(changed { $0.cache?.entries = 5 }.answers?.entries == 5)
        #expect(changed { $0.cache?.ttl = .seconds(3) }.answers?.ttl == .seconds(3))
        let generic = changed { $0.services[0].calls[0].genericService = 1 }.services[0].edges[0]
        #expect(generic.fallback.asksGenericService && !settings.services[0].edges[0].fallback.asksGenericService)
        let slower = changed { $0.services[0].calls[0].attemptTimeout = .milliseconds(300) }.services[0].edges[0]
        #expect(slower.gate.plan.attempt == .milliseconds(300) && slower.gate.gate.attempt == .milliseconds(300))
        #expect(slower.gate.gate.breaker.slowAfter == nil)
    }

    @Test func routersHaveTheirOwn() {
        var mesh = Self.everythingDeclared
        mesh.routing.concurrent = 77
        mesh.routing.rate = RateSettings()
        mesh.routing.rate?.requests = 9
        let router = RouterPolicies(mesh)
        #expect(router.concurrent == 77 && router.rate == RateLimitPolicy(requests: 9))
    }
}

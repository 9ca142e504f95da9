import MeshBase
import Topology

/// What the policies in force of a file are, as shares of what they could apply to. Nil: there is nothing of the kind.
struct MaturityFacts: Sendable, Equatable {
    /// One service of a kind of cell.
    struct ServiceFacts: Sendable, Equatable {
        let cell: String
        let name: String
        /// 1 cannot be done without at all, 2 not by a request, 3 by every request.
        let tier: Int
        /// What all gates before it have, and its cell.
        var has: Set<MaturityPattern>
    }

    private(set) var services: [ServiceFacts] = []
    /// Gates before services, of routers and of other services.
    private(set) var gates = 0
    private var withBreaker = 0
    private var adaptive = 0
    private var halfOpen = 0
    private var predicting = 0
    private var moving = 0
    private var optionalCalls = 0
    private var withFallback = 0
    private var callers = 0
    private var thatDegrade = 0
    /// Of kinds of cells.
    private var cells = 0
    private var probed = 0
    private var judged = 0
    private var tried = 0
    private var withStandIn = 0
    private var switchable = 0
    private var controlled = 0

    init(_ cells: [MaturityLab.Cell]) {
        for cell in cells { add(cell) }
    }

    private mutating func add(_ cell: MaturityLab.Cell) {
        let (blueprint, resolver) = (cell.blueprint, cell.policies)
        let own = resolver.cell()
        let hasStandIn =
            blueprint.cache != nil && own.isOn(.cache) || blueprint.queue != nil && own.isOn(.queue)
        let isProbed = own.isOn(.health)
        let tiers = Self.tiers(blueprint)
        var before: [[PoliciesInForce]] = blueprint.services.indices.map { [resolver.service($0)] }
        for (caller, service) in blueprint.services.enumerated() {
            var degrades = Self.isReducible(service, own)
            for (call, edge) in service.calls.enumerated() {
                let inForce = resolver.call(call, of: caller)
                before[edge.to].append(inForce)
                guard edge.criticality != .core else { continue }
                optionalCalls += 1
                if inForce.isOn(.degradation) { degrades = true }
                if inForce.isOn(.fallback), !edge.fallback.isEmpty { withFallback += 1 }
            }
            guard !service.calls.isEmpty || Self.hasWays(service) else { continue }
            callers += 1
            if degrades { thatDegrade += 1 }
        }
        for (number, service) in blueprint.services.enumerated() {
            let pool = service.pool.dynamic != nil && own.isOn(.dynamic)
            for gate in before[number] { count(gate) }
            if pool || before[number].contains(where: Self.moves) { moving += 1 }
            let canDegrade =
                hasStandIn || Self.isReducible(service, own)
                || service.calls.contains { $0.criticality != .core } && own.isOn(.degradation)
            services.append(
                ServiceFacts(
                    cell: blueprint.name, name: service.name, tier: tiers[number],
                    has: Self.patterns(before[number], isProbed: isProbed, canDegrade: canDegrade)))
        }
        cells += 1
        if isProbed { probed += 1 }
        if blueprint.objectives?.p99 != nil || blueprint.objectives?.errorRate != nil { judged += 1 }
        if isProbed, own.values.health?.syntheticService != nil { tried += 1 }
        if hasStandIn { withStandIn += 1 }
        if !blueprint.featureNames.isEmpty, own.isOn(.flags) { switchable += 1 }
        if blueprint.objectives != nil, own.isOn(.slo) { controlled += 1 }
    }

    private static func moves(_ gate: PoliciesInForce) -> Bool {
        gate.isOn(.bulkhead) && gate.isOn(.dynamic) && gate.values.bulkhead?.limit ?? .fixed != .fixed
    }

    private mutating func count(_ gate: PoliciesInForce) {
        gates += 1
        guard gate.isOn(.breaker), let breaker = gate.values.breaker else { return }
        withBreaker += 1
        if gate.isOn(.adaptive), breaker.adaptive ?? true { adaptive += 1 }
        if (breaker.halfOpen ?? 0) > 0 { halfOpen += 1 }
        if gate.isOn(.predict), breaker.predict ?? .off != .off { predicting += 1 }
    }

    private static func patterns(
        _ gates: [PoliciesInForce], isProbed: Bool, canDegrade: Bool
    ) -> Set<MaturityPattern> {
        func all(_ policy: PolicySwitch) -> Bool { gates.allSatisfy { $0.isOn(policy) } }
        var has: Set<MaturityPattern> = []
        if all(.timeout) { has.insert(.timeouts) }
        if isProbed { has.insert(.healthChecks) }
        // Of the ways to a service one is enough that asks again.
        if gates.contains(where: { $0.attempts > 1 }) { has.insert(.retries) }
        if all(.breaker) { has.insert(.breakers) }
        if all(.bulkhead) { has.insert(.bulkheads) }
        if canDegrade { has.insert(.degradation) }
        return has
    }

    /// Whether it answers with less by itself.
    private static func isReducible(_ service: Service, _ own: PoliciesInForce) -> Bool {
        service.quality != nil && own.isOn(.quality)
            || service.ladder != nil && own.isOn(.ladder)
    }

    private static func hasWays(_ service: Service) -> Bool { service.quality != nil || service.ladder != nil }

    /// 1 where its requests are critical; 2 what a request cannot do without, on core calls alone, from where customers
    /// begin, and what is written to be important; 3 the rest.
    static func tiers(_ blueprint: Blueprint) -> [Int] {
        let services = blueprint.services
        var called = Set(services.flatMap { $0.calls.map(\.to) })
        called.formUnion(services.flatMap { $0.calls.compactMap(\.compensation) })
        called.formUnion(services.flatMap { $0.calls.compactMap(\.genericService) })
        var needed = Set(services.indices).subtracting(called)
        var open = needed.sorted()
        while let service = open.popLast() {
            for edge in services[service].calls where edge.criticality == .core && needed.insert(edge.to).inserted {
                open.append(edge.to)
            }
        }
        return services.indices.map { number in
            switch services[number].priority {
            case .critical: 1
            case .high: 2
            case .low: 3
            case .normal, nil: needed.contains(number) ? 2 : 3
            }
        }
    }
}

extension MaturityFacts {
    private static func share(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }

    /// Of the services, those all of whose gates, or whose cell, have it.
    func share(of pattern: MaturityPattern) -> Double {
        Self.share(services.count { $0.has.contains(pattern) }, services.count)
    }

    /// Of the gates with a breaker, those whose threshold moves.
    var adaptiveShare: Double { Self.share(adaptive, withBreaker) }
    /// Of the gates with a breaker, those that try before they close.
    var halfOpenShare: Double { Self.share(halfOpen, withBreaker) }
    /// Of all gates, those at which failures are foreseen.
    var predictingShare: Double { Self.share(predicting, gates) }
    /// Of the services, those with a bulkhead before them, or a pool, whose size moves.
    var movingShare: Double { Self.share(moving, services.count) }
    /// Of the calls that are not core, those with something in place of an answer.
    var fallbackShare: Double { Self.share(withFallback, optionalCalls) }
    /// Of the services that have something to leave out, those that do.
    var degradingShare: Double { Self.share(thatDegrade, callers) }
    /// Of the kinds of cells, those whose cells are probed.
    var probedShare: Double { Self.share(probed, cells) }
    /// Those that say what they are to hold.
    var judgedShare: Double { Self.share(judged, cells) }
    /// Those with a probe that does what a customer does.
    var triedShare: Double { Self.share(tried, cells) }
    /// Those with last good answers, or work that is done later.
    var standInShare: Double { Self.share(withStandIn, cells) }
    /// Those with something that can be switched off while they run.
    var switchableShare: Double { Self.share(switchable, cells) }
    /// Those that hold their objectives by themselves.
    var controlledShare: Double { Self.share(controlled, cells) }
    /// Whether a breaker stands anywhere, and is counted.
    var countsBreakers: Bool { withBreaker > 0 }
}

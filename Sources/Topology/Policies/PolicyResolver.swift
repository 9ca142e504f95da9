import MeshBase

/// Finds what is in force for each gate of a blueprint's cells: what is written from the narrowest place to the widest, and
/// then a profile's. The settings of a service hold for whoever calls it, a router or another service.
public struct PolicyResolver: Sendable {
    private let topology: PoliciesBlock
    private let routing: RoutingPolicy
    private let blueprint: Blueprint

    /// - Parameter topology: nil for a blueprint by itself.
    public init(_ blueprint: Blueprint, topology: PoliciesBlock? = nil, routing: RoutingPolicy = RoutingPolicy()) {
        self.topology = topology ?? PoliciesBlock()
        self.routing = routing
        self.blueprint = blueprint
    }

    /// A router's gate before a service.
    ///
    /// - Parameter service: a position in `Blueprint.services`.
    public func service(_ service: Int) -> PoliciesInForce {
        let target = blueprint.services[service]
        let merge = PolicyMerge(layers(target)) { profile in
            var base = routerValues(profile)
            base.bulkhead?.concurrent = max(256, 2 * (target.pool.workers + target.pool.queue))
            return base
        }
        let attempt = target.attemptTimeout
        return inForce(
            merge, timeout: (routing.requestTimeout, .written(.topology, preset: nil)),
            attempt: (
                attempt ?? routing.attemptTimeout, .written(attempt == nil ? .topology : .service, preset: nil)
            ), waits: Self.waits(of: target))
    }

    /// How long a service takes by its own word, and what says so. Who answers within that is not slow, whatever half of its
    /// limit is.
    private struct Waits {
        var time = TimeAmount.zero
        var why = ""
    }

    /// The limits of its groups of calls, or the longest of the ways of its ladder: its own work with it and a fifth above;
    /// zero where it declares neither. Without end where its ladder has a way for when its work is slow (`inference`).
    private static func waits(of service: Service) -> Waits {
        var groups = TimeAmount.zero
        for case .several(let group) in service.steps { groups = groups + (group.joinWithin ?? .zero) }
        let longest = service.ladder == nil ? .zero : max(service.ways.max() ?? .zero, service.ownTime)
        // How slow its own work may be such a ladder says: a breaker that opened before would keep it from acting.
        if service.ladder?.contains(where: { $0.when.inference != nil }) == true {
            return Waits(time: .hours(24), why: "left to its ladder")
        }
        guard max(groups, longest) > .zero else { return Waits() }
        if groups == .zero { return Waits(time: longest / 10 * 12, why: "above the ways of its ladder") }
        return Waits(time: (groups + max(service.ownTime, longest)) / 10 * 12, why: "above join-within")
    }

    /// A router's gate before the records of a cell.
    public func records() -> PoliciesInForce {
        let merge = PolicyMerge(layers(nil)) { profile in
            var base = routerValues(profile)
            base.bulkhead?.concurrent = 1_024
            return base
        }
        let topology = PolicyOrigin.written(.topology, preset: nil)
        return inForce(
            merge, timeout: (routing.requestTimeout, topology), attempt: (routing.attemptTimeout, topology))
    }

    /// The gate of a call.
    ///
    /// - Parameters:
    ///   - call: a position in `Service.calls` of the caller.
    ///   - service: the caller's position in `Blueprint.services`.
    public func call(_ call: Int, of service: Int) -> PoliciesInForce {
        let caller = blueprint.services[service]
        let edge = caller.calls[call]
        let target = blueprint.services[edge.to]
        var layers = layers(target)
        if let own = edge.policies { layers.append((.call, own)) }
        // Who calls twice does work twice: only where the call or its target says that this may be, not by a wider place.
        let isHedged = [edge.policies, target.policies].contains { $0?.hedge != nil }
        var merge = PolicyMerge(layers) { profile in
            var base = profile.values
            base.bulkhead?.concurrent =
                edge.criticality == .core || profile == .seed
                ? (profile == .seed ? 20 : caller.pool.workers) : max(2, caller.pool.workers / 4)
            base.bulkhead?.limit = profile == .seed ? .step : .errors
            if !isHedged { base.hedge?.max = 0 }
            return base
        }
        if !isHedged { merge.forbidHedges() }
        let timeout: (TimeAmount, PolicyOrigin) =
            edge.hasDefaultTimeout == true
            ? (merge.profile.callTimeout, .profile(merge.profile)) : (edge.timeout, .written(.call, preset: nil))
        let attempt: (TimeAmount, PolicyOrigin)
        if let own = edge.attemptTimeout {
            attempt = (own, .written(.call, preset: nil))
        } else if let theirs = target.attemptTimeout {
            attempt = (theirs, .written(.service, preset: nil))
        } else {
            attempt = (timeout.0, .derived("the timeout"))
        }
        return inForce(
            merge, timeout: timeout, attempt: (min(attempt.0, timeout.0), attempt.1), waits: Self.waits(of: target))
    }

    /// What holds where nothing narrower than the blueprint says otherwise.
    public func cell() -> PoliciesInForce {
        let merge = PolicyMerge(layers(nil)) { $0.values }
        let topology = PolicyOrigin.written(.topology, preset: nil)
        return inForce(
            merge, timeout: (routing.requestTimeout, topology), attempt: (routing.attemptTimeout, topology))
    }

    private func layers(_ service: Service?) -> [(place: WrittenPlace, block: PoliciesBlock)] {
        var layers = [(place: WrittenPlace.topology, block: topology)]
        if let own = blueprint.policies { layers.append((.blueprint, own)) }
        if let own = service?.policies { layers.append((.service, own)) }
        return layers
    }

    /// Routers have another cell to go to: one attempt more, and more to spend on it.
    private func routerValues(_ profile: PolicyProfile) -> PoliciesBlock {
        var base = profile.values
        base.retry?.attempts = 3
        base.retry?.budgetFloor = profile == .seed ? 3 : 10
        // What one cell cannot do another may be able to; within a cell there is nobody else.
        if profile != .seed { base.retry?.on?.append(.failed) }
        base.bulkhead?.limit = .fixed
        return base
    }

    private func inForce(
        _ merge: PolicyMerge, timeout: (TimeAmount, PolicyOrigin), attempt: (TimeAmount, PolicyOrigin),
        waits: Waits = Waits()
    ) -> PoliciesInForce {
        var merge = merge
        merge.giveWay(attemptTimeout: attempt.0)
        if waits.time > merge.values.breaker?.slowAfter ?? .zero {
            merge.yield("breaker.slow-after", to: waits.why) { (_: TimeAmount?) in
                // At the limit itself nothing would be slow.
                min(waits.time, attempt.0 - .milliseconds(1))
            }
        }
        if blueprint.cache != nil {
            merge.yield("failure.connection", to: "of cache") { (_: FailureSettings.Outcome?) in .stale }
        }
        if blueprint.queue != nil {
            merge.yield("failure.limit", to: "of queue") { (_: FailureSettings.Outcome?) in .queue }
        }
        if let p99 = blueprint.objectives?.p99 {
            merge.yield("shedding.adaptive.p95", to: "of objectives.p99") { (_: TimeAmount?) in p99 }
        }
        var origins = merge.origins
        origins["timeout"] = timeout.1
        origins["attempt-timeout"] = attempt.1
        return PoliciesInForce(
            timeout: timeout.0, attemptTimeout: attempt.0, profile: merge.profile,
            order: merge.values.order ?? .cellmesh, off: merge.off, values: merge.values, origins: origins)
    }
}

extension PolicyMerge {
    /// Defaults give way to what is written beside them; what is written stays, and is judged by `validate`.
    mutating func giveWay(attemptTimeout: TimeAmount) {
        yield("retry.cap", to: "at most attempt-timeout") { (cap: TimeAmount?) in cap.map { min($0, attemptTimeout) } }
        let cap = values.retry?.cap ?? .zero
        yield("retry.base", to: "at most retry.cap") { (base: TimeAmount?) in base.map { min($0, cap) } }
        let base = values.retry?.base ?? .zero
        yield("retry.cap", to: "at least retry.base") { (cap: TimeAmount?) in cap.map { max($0, base) } }
        let isDrawnFromTheLast = [.decorrelated, .adaptive].contains(values.retry?.backoff)
        yield("retry.multiplier", to: "of retry.backoff") { (_: Double?) in isDrawnFromTheLast ? 3 : 2 }
        yield("bulkhead.wait", to: "at most a quarter of retry.cap") { (wait: TimeAmount?) in
            wait.map { min($0, cap / 4) }
        }
        let half = attemptTimeout / 2
        // Locally 50 ms are nothing but a busy machine; but what is slow only after its limit is never slow.
        let least = profile == .seed ? half : max(half, .milliseconds(50))
        yield("breaker.slow-after", to: "half of attempt-timeout") { (_: TimeAmount?) in
            least < attemptTimeout ? least : half
        }
        let attempts = values.retry?.attempts ?? 1
        yield("breaker.volume", to: "above retry.attempts") { (volume: Int?) in volume.map { max($0, attempts + 1) } }
        if case .calls(let calls) = values.breaker?.window {
            yield("breaker.volume", to: "at most breaker.window") { (volume: Int?) in volume.map { min($0, calls) } }
        }
        let counts = values.breaker?.kind == .consecutive
        yield("breaker.consecutive", to: "above retry.attempts") { (count: Int?) in
            (count ?? (counts ? 5 : nil)).map { max($0, attempts + 1) }
        }
        // Who says how many means them, and so does who says that they alone count.
        if counts || !isDefault("breaker.consecutive") {
            yield("breaker.consecutive-for", to: "of breaker.consecutive") { (_: TimeAmount?) in nil }
        }
        let open = values.breaker?.open ?? .zero
        yield("breaker.open-max", to: "at least breaker.open") { (most: TimeAmount?) in most.map { max($0, open) } }
        let requests = values.rate?.requests
        yield("rate.burst", to: "of rate.requests") { (_: Double?) in requests.map { max($0, 1) } }
        yield("rate.per", to: "each customer") { (_: RateSettings.Per?) in requests.map { _ in .customer } }
    }
}

extension MeshTopology {
    /// What is in force in the cells of one blueprint.
    ///
    /// - Parameter blueprint: a position in `blueprints`.
    public func policies(ofBlueprint blueprint: Int) -> PolicyResolver {
        PolicyResolver(blueprints[blueprint], topology: policies, routing: routing)
    }
}

import MeshBase
import Topology

/// What can be judged only when all parts are read: whether shards fit, and anti-patterns across files.
struct TopologyChecks {
    let reporter: Reporter
    let marks: TopologyMarks
    let topology: MeshTopology
    let blueprints: [LoadedBlueprint]

    func check() {
        if marks.isRegionsComplete, marks.isShardingComplete {
            checkShards()
            checkGeographies()
            checkPins()
            checkQuorum()
        }
        checkTimeouts()
        MeshLints(
            reporter: reporter, marks: marks, topology: topology,
            blueprints: blueprints.indices.filter(used.contains).map { blueprints[$0].blueprint }
        ).check()
        if topology.deciders % 2 == 0, let position = marks.deciders {
            reporter.warning(
                .evenDeciders, at: position,
                "\(topology.deciders) deciders survive the loss of no more than \(topology.deciders - 1) would")
        }
    }

    private func checkShards() {
        let size = topology.sharding.size
        let spread = topology.sharding.spread
        let count = topology.domains(for: spread).count
        guard size > count else { return }
        let finer = spread.orFiner.dropFirst().first { topology.domains(for: $0).count >= size }
        let smaller = "set 'size' to at most \(count)"
        reporter.error(
            .shardTooLarge, at: marks.size ?? marks.root,
            "a shard of \(size) cells needs \(size) \(spread.rawValue)s; there \(count == 1 ? "is 1" : "are \(count)")",
            hint: finer.map { "\(smaller), or 'spread' to \($0.rawValue)" } ?? smaller)
    }

    /// A pinned customer's whole shard lies in one geography.
    private func checkGeographies() {
        let size = topology.sharding.size
        for (share, position) in zip(topology.customers.geographies, marks.geographies) where share.share > 0 {
            let cells = topology.cells(inGeography: share.geography).count
            guard cells < size else { continue }
            reporter.error(
                .geographyTooSmall, at: position,
                "a shard of \(size) cells does not fit into '\(share.geography)', which has \(cells)",
                hint: "add cells there, or set 'size' of 'sharding' to at most \(cells)")
        }
    }

    /// The loss of one region must not take a whole shard where the mesh has others; a pin can make it so without a word.
    private func checkPins() {
        let size = topology.sharding.size
        guard size > 1, Set(topology.cells.map(\.region)).count > 1 else { return }
        for (share, position) in zip(topology.customers.geographies, marks.geographies) where share.share > 0 {
            let cells = topology.cells(inGeography: share.geography)
            guard let spread = topology.spread(inGeography: share.geography) else { continue }
            let regions = topology.domains(for: .region, among: cells)
            if regions.count == 1 {
                let region = topology.regions[topology.cells[cells[0].position].region].name
                reporter.warning(
                    .pinnedToOneRegion, at: position,
                    "all \(size) cells of a customer pinned to '\(share.geography)' lie in '\(region)', its only region: "
                        + "the loss of that takes them all",
                    hint: "add a region with this geography, or accept it where data must not leave the region")
            } else if topology.sharding.spread == .region, spread != .region,
                regions.contains(where: { topology.domains(for: spread, among: $0).count >= size })
            {
                reporter.warning(
                    .pinnedToOneRegion, at: position,
                    "all \(size) cells of a customer pinned to '\(share.geography)' may lie in one region, whose loss takes "
                        + "them all: it has \(regions.count) regions, so that shards are spread over \(spread.rawValue)s",
                    hint: "add regions with this geography, or set 'size' of 'sharding' to at most \(regions.count)")
            }
        }
    }

    private func checkQuorum() {
        guard topology.sharding.size == 2,
            let critical = topology.blueprints.first(where: { $0.store?.strictest == .critical })
        else { return }
        reporter.warning(
            .quorumOfTwo, at: marks.size ?? marks.root,
            "with 2 cells to a shard, '\(critical.name)' refuses with one dead cell: its tier is critical, and the "
                + "majority of 2 is 2",
            hint: "set 'size' to 3, or the store's tier to important")
    }

    private func checkTimeouts() {
        let routing = topology.routing
        if routing.requestTimeout <= routing.attemptTimeout {
            reporter.warning(
                .requestTimeout, at: marks.requestTimeout ?? marks.attemptTimeout ?? marks.root,
                "'request-timeout' (\(Syntax.written(routing.requestTimeout))) is not longer than 'attempt-timeout' "
                    + "(\(Syntax.written(routing.attemptTimeout))): there is no time for a second cell")
        }
        for (position, loaded) in blueprints.enumerated() where used.contains(position) {
            checkTimeouts(loaded, topology.policies(ofBlueprint: position))
        }
    }

    /// Positions of the blueprints that some cell has.
    private var used: Set<Int> { Set(topology.cells.map(\.blueprint)) }

    private func checkTimeouts(_ loaded: LoadedBlueprint, _ policies: PolicyResolver) {
        let reporter = Reporter(file: loaded.file, collector: reporter.collector)
        let request = topology.routing.requestTimeout
        let needs = TimeNeeds(loaded.blueprint, policies: policies)
        for (number, (service, marks)) in zip(loaded.blueprint.services, loaded.services).enumerated() {
            for (edge, edgeMarks) in zip(service.calls, marks.edges)
            where edge.timeout > request && edge.timeout <= TimeoutLints.patience {
                reporter.warning(
                    .timeoutPatience, at: edgeMarks.timeout ?? edgeMarks.position,
                    "the call may take \(Syntax.written(edge.timeout)); a request has ended by then, after "
                        + Syntax.written(request))
            }
            let inForce = policies.service(number)
            if let longest = needs.need(ofService: number), longest > inForce.attemptTimeout {
                reporter.warning(
                    .attemptTimeout, at: marks.attemptTimeout ?? marks.position,
                    "'\(service.name)' may take \(Syntax.written(longest)), and a router waits "
                        + "\(Syntax.written(inForce.attemptTimeout)) for an attempt",
                    hint:
                        "raise 'attempt-timeout' of the service or in the topology's 'routing', or shorten the timeouts "
                        + "of the calls")
            }
            if let own = service.attemptTimeout, own > request {
                reporter.warning(
                    .attemptAboveTimeout, at: marks.attemptTimeout ?? marks.position,
                    "'attempt-timeout' of '\(service.name)' is \(Syntax.written(own)), and 'routing.request-timeout' of the "
                        + "topology ends a request after \(Syntax.written(request)): the limit of an attempt never acts",
                    hint: "shorter than 'request-timeout', so that there is time for another cell")
            }
            let limits = LimitLints(reporter, service, marks, inForce)
            limits.checkLadder()
            limits.checkSlow(.service, marks.policies["breaker.slow-after"])
            checkFit(service, marks, inForce, reporter)
        }
    }

    /// Attempts of routers that have no time; only where the service says how many there are to be.
    private func checkFit(
        _ service: Service, _ marks: LoadedBlueprint.ServiceMarks, _ inForce: PoliciesInForce, _ reporter: Reporter
    ) {
        guard let written = marks.policies["retry.attempts"] ?? marks.policies["retry.preset"] else { return }
        let sum = TimeNeeds.attempts(inForce)
        guard inForce.attempts > 1, sum > inForce.timeout else { return }
        reporter.warning(
            .retryDoesNotFit, at: written,
            "\(inForce.attempts) attempts at '\(service.name)' and the waits between them may take \(Syntax.written(sum)), and a "
                + "request ends after \(Syntax.written(inForce.timeout)): the last ones are not made",
            hint: "a shorter 'attempt-timeout', fewer attempts, or a longer 'request-timeout'")
    }
}

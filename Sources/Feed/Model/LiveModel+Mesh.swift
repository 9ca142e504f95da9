import MeshBase
import Reports

extension LiveModel {
    /// Rates and percentiles of all routers together.
    func mesh(_ routers: [Router], now: Instant) -> FeedMesh {
        var mesh = FeedMesh()
        mesh.views = views(routers, now: now)
        let changes = routers.compactMap(\.window.change)
        guard !changes.isEmpty else { return mesh }
        func rate(_ counter: Int) -> Double { changes.reduce(0) { $0 + $1.rate(counter) } }
        func sum(_ counter: Int) -> Double { changes.reduce(0) { $0 + Double($1[counter]) } }
        mesh.rps = Self.rounded(rate(RouterCounter.total), 10)
        mesh.err = Self.rounded(rate(RouterCounter.failed), 10)
        mesh.shed = Self.rounded(rate(RouterCounter.shed), 10)
        mesh.ok = Self.okShare(of: sum(RouterCounter.total), failed: sum(RouterCounter.failed))
        let attempts = sum(RouterCounter.attempts)
        if attempts > 0 { mesh.retry = Self.rounded(sum(RouterCounter.retries) / attempts, 10_000) }
        var latency = LatencyCounts()
        for change in changes { latency.merge(change.latency(from: RouterCounter.latency)) }
        mesh.p50 = latency.quantile(0.5).map { Self.rounded($0.milliseconds, 100) }
        mesh.p99 = latency.quantile(0.99).map { Self.rounded($0.milliseconds, 100) }
        return mesh
    }

    /// Of each router of the topology, whether it tells anything or not.
    func routerRows(_ now: Instant) -> [FeedRouter] {
        let hasLooked = looked.map { isFresh($0, now) } ?? false
        return topology.routers.prefix(Self.mostRows).enumerated().map { place, router in
            let sight = hasLooked && place < routerSights.count ? routerSights[place] : RouterSight()
            var row = FeedRouter(
                name: router.name, state: sight.state.map { FeedCellState($0) } ?? .unknown, process: sight.process)
            guard let known = routers[router.name] else {
                // As of a cell: nobody has seen it serve.
                if row.state.serves { row.state = .unknown }
                return row
            }
            let isFresh = isFresh(known.at, now)
            row.age = isFresh ? 0 : Int((now - known.at).milliseconds / 1_000)
            guard isFresh, let change = known.window.change else { return row }
            row.rps = Self.rounded(change.rate(RouterCounter.total), 10)
            row.ok = Self.okShare(
                of: Double(change[RouterCounter.total]), failed: Double(change[RouterCounter.failed]))
            return row
        }
    }

    /// Share of requests that did not fail; nil without a request.
    private static func okShare(of total: Double, failed: Double) -> Double? {
        total > 0 ? rounded(max(1 - failed / total, 0), 10_000) : nil
    }

    /// What changes less than can be read is no change to be told.
    private static func rounded(_ value: Double, _ parts: Double) -> Double { (value * parts).rounded() / parts }

    private func views(_ routers: [Router], now: Instant) -> [Int] {
        var digests = routers.compactMap(\.vitals.view?.digest)
        digests += freshCells(now).compactMap(\.told.vitals.view?.digest)
        if let control, isFresh(control.at, now), let view = control.vitals.view { digests.append(view.digest) }
        var counts: [String: Int] = [:]
        for digest in digests { counts[digest, default: 0] += 1 }
        return [counts.values.max() ?? 0, digests.count]
    }

    func amplification(_ routers: [Router], now: Instant) -> [FeedAmplification] {
        let layers: [(String, Double?)] = [
            ("router", routers.compactMap(\.vitals.amplification).max()),
            ("cells", freshCells(now).compactMap(\.told.vitals.amplification).max()),
        ]
        return layers.compactMap { layer, ratio in
            ratio.flatMap { $0.isFinite ? FeedAmplification(layer: layer, ratio: Self.rounded($0, 100)) : nil }
        }
    }

    func host(_ routers: [Router], now: Instant) -> Vitals.Host {
        var hosts = routers.compactMap(\.vitals.host) + freshCells(now).compactMap(\.told.vitals.host)
        if let control, isFresh(control.at, now), let host = control.vitals.host { hosts.append(host) }
        return Vitals.Host(
            pressure: hosts.compactMap(\.pressure).max().map { Self.rounded($0, 100) },
            steal: hosts.compactMap(\.steal).max().map { Self.rounded($0, 100) },
            latenessMilliseconds: hosts.compactMap(\.latenessMilliseconds).max().map { Self.rounded($0, 10) })
    }

    /// The faults in force, with what all processes say that they have struck.
    func faults(_ routers: [Router], now: Instant) -> [FeedFault] {
        // Also of those that are silent by now: what was hit was hit.
        let counts = routers.compactMap(\.vitals.faults) + topology.cells.indices.compactMap { told[$0]?.vitals.faults }
        return news.faults.prefix(Self.mostRows).map { fault in
            var fault = fault
            fault.targets = Array(fault.targets.prefix(Self.mostRows))
            let hits = counts.compactMap { $0[fault.id] }
            if !hits.isEmpty { fault.hits = hits.reduce(0, &+) }
            return fault
        }
    }

    /// Gates that are not closed, by name.
    mutating func breakers(_ routers: [Router], t: Int64, now: Instant) -> [FeedBreaker] {
        var rows: [FeedBreaker] = []
        func add(_ gates: [Vitals.Gate]?, _ node: String, at: Instant) {
            for gate in gates ?? [] {
                let began = t - Int64((now - at).milliseconds) - max(gate.sinceMilliseconds, 0)
                rows.append(
                    FeedBreaker(
                        name: "\(node)/\(gate.from)/\(gate.to)", state: gate.state, since: began,
                        failure: gate.failure.map { Self.rounded($0, 100) }, calls: gate.calls))
            }
        }
        for router in topology.routers {
            if let known = self.routers[router.name], isFresh(known.at, now) {
                add(known.vitals.gates, router.name, at: known.at)
            }
        }
        for (cell, told) in freshCells(now) { add(told.vitals.gates, topology.cells[cell].name, at: told.at) }
        rows.sort { $0.name < $1.name }
        rows = Array(rows.prefix(Self.mostRows))
        var known: [String: Int64] = [:]
        for row in rows.indices {
            let key = "\(rows[row].name) \(rows[row].state)"
            // An answer takes its time: what differs by less is the same moment.
            if let since = gates[key], abs(since - rows[row].since) < 2_000 { rows[row].since = since }
            known[key] = rows[row].since
        }
        gates = known
        return rows
    }
}

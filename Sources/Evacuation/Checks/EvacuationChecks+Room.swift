import MeshBase
import Topology

/// Whether customers have where to go: domains, services, capacity, disks.
extension EvacuationChecks {
    mutating func domains() {
        domains(geography: nil)
        for share in facts.topology.customers.geographies where share.share > 0 {
            guard facts.topology.regions[region].geography == share.geography else { continue }
            domains(geography: share.geography)
        }
    }

    private mutating func domains(geography: String?) {
        let topology = facts.topology
        let k = topology.sharding.size
        let within = topology.cells(inGeography: geography)
        let left = within.filter { targets.contains($0) }
        let who = geography.map { " of geography \($0)" } ?? ""
        guard !left.isEmpty else {
            // Without a geography this is the last region, which has been said.
            if let geography {
                refuse(
                    .geography, "customers bound to geography \(geography) would be left without a cell",
                    figure: "0 cells left in \(geography)",
                    next: "add or restore a region of geography \(geography) first: they never leave it")
            }
            return
        }
        guard left.count >= k else {
            let figure = "\(Figures.count(left.count, "cell")) left for shards of \(k)"
            refuse(
                .tooFewCells, "shards\(who) would shrink (\(figure))", figure: figure,
                next: "add cells or restore a region\(force)")
            return
        }
        let spread = geography == nil ? topology.sharding.spread : topology.spread(inGeography: geography) ?? .cell
        let count = topology.domains(for: spread, among: left).count
        guard count < k else { return }
        let figure = "\(Figures.count(count, spread.rawValue)) left for shards of \(k)"
        if count < 2 {
            refuse(
                .tooFewRegions, "all members of every shard\(who) would share one \(spread.rawValue) (\(figure))",
                figure: figure, next: "add or restore a region\(force)")
            return
        }
        let deepest = (k + count - 1) / count
        let losesQuorum = (k - deepest) * 2 <= k
        note(
            .sharedDomain,
            "members of a shard\(who) will share a \(spread.rawValue) (\(figure))"
                + (losesQuorum ? ": the loss of one more takes the quorum of customers whose members share it" : ""))
    }

    /// Every cell that may take over needs each service, and a store of the same tier or a stricter one.
    mutating func blueprints(of leaving: [CellIndex], to taking: [CellIndex]) {
        let topology = facts.topology
        var isUsed = Array(repeating: false, count: topology.blueprints.count)
        for cell in leaving { isUsed[topology.cells[cell.position].blueprint] = true }
        var services: [String] = []
        for (number, blueprint) in topology.blueprints.enumerated() where isUsed[number] {
            for service in blueprint.services where !services.contains(service.name) { services.append(service.name) }
        }
        var lacking: [(blueprint: Int, services: [String])] = []
        for (number, blueprint) in topology.blueprints.enumerated() {
            let missing = services.filter { name in !blueprint.services.contains { $0.name == name } }
            if !missing.isEmpty { lacking.append((number, missing)) }
        }
        for (number, missing) in lacking {
            let cells = taking.filter { topology.cells[$0.position].blueprint == number }
            guard !cells.isEmpty else { continue }
            refuse(
                .serviceMissing, "\(names(cells)) would take over and do not run \(Figures.list(missing))",
                figure: "\(Figures.count(missing.count, "service")) missing in \(Figures.count(cells.count, "cell"))",
                next: "add them to blueprint '\(topology.blueprints[number].name)' in a new mesh")
        }
        let leavers = topology.blueprints.indices.filter { isUsed[$0] }.compactMap { topology.blueprints[$0].store }
        // Key by key: what begins with none of the prefixes is of the first one, which is empty.
        for prefix in topology.keyPrefixes {
            guard let tier = leavers.map({ $0.tier(ofKey: prefix) }).max() else { return }
            let weaker = taking.filter { cell in
                topology.blueprint(of: cell).store.map { $0.tier(ofKey: prefix) < tier } ?? true
            }
            guard !weaker.isEmpty else { continue }
            let keys = prefix.isEmpty ? "" : " whose keys begin with '\(prefix)'"
            return refuse(
                .storeWeaker,
                "\(names(weaker)) would take over records of tier \(tier.rawValue)\(keys) and promise less",
                figure: Figures.count(weaker.count, "cell"),
                next: "give the blueprint of these cells a store of tier \(tier.rawValue)\(keys) in a new mesh")
        }
    }

    /// Refused where the cells that take over exceed 1 - headroom on the whole, or one of them all that it has: a
    /// single cell between the two is a note, as one popular customer can make it.
    mutating func capacity() {
        guard let load = facts.load, let capacity = EvacuationCapacity(facts, load: load, targets: targets) else {
            if !targets.isEmpty {
                note(.useUnknown, "nobody knows how much of the cells that take over is used: capacity was not checked")
            }
            return
        }
        verdict.capacity = capacity
        let limit = Figures.percent(capacity.limit)
        let step =
            "\(Figures.percent(capacity.before)) now, times \(times(capacity.after / max(capacity.before, 1e-9)))"
        if capacity.after > capacity.limit {
            let figure = "\(Figures.percent(capacity.after)) of capacity against \(limit)"
            refuse(
                .headroom,
                "the cells that take over would need \(figure) (\(step)); \(Figures.percent(capacity.excess)) of the "
                    + "requests would be shed, lowest priorities first",
                figure: figure, next: "add cells or lower the load\(force)")
        } else if capacity.hottestUse > 1 {
            let figure = "\(Figures.percent(capacity.hottestUse)) of the capacity of \(name(capacity.hottest))"
            refuse(
                .headroom, "one cell that takes over would need \(figure)", figure: figure,
                next: "pin its busiest customers elsewhere\(force)")
        } else if capacity.hottestUse > capacity.limit {
            note(
                .hotCell,
                "\(name(capacity.hottest)) is predicted at \(Figures.percent(capacity.hottestUse)) of its capacity, beyond "
                    + "\(limit)")
        }
        if capacity.after >= capacity.lowThreshold {
            note(
                .lowShed,
                "the cells that take over are predicted at \(Figures.percent(capacity.after)) (\(step)): low priority is "
                    + "shed from \(Figures.percent(capacity.lowThreshold)) on")
        }
        if capacity.unknown > 0 {
            note(
                .useUnknown,
                "the use of \(Figures.count(capacity.unknown, "cell")) that would take over is unknown and was left out"
            )
        }
    }

    private func times(_ factor: Double) -> String {
        let hundredths = Int((min(max(factor, 0), 1e6) * 100).rounded())
        let fraction = String(hundredths % 100)
        return "\(hundredths / 100)." + (fraction.utf8.count < 2 ? "0" : "") + fraction
    }

    /// Rows go to the cells that take over in proportion to what load they gain.
    mutating func stores(_ taking: [CellIndex]) {
        let full = taking.filter { facts.cell($0).isAlive && facts.cell($0).isStoreFull }
        if !full.isEmpty {
            refuse(
                .storeFull, "the disk of \(names(full)) is full", figure: Figures.count(full.count, "cell"),
                next: "free space, then run the command again")
        }
        guard let bytes = facts.bytesToCopy, bytes > 0 else { return }
        let gains = taking.map(gain)
        let sum = gains.reduce(0, +)
        var short: [(cell: CellIndex, free: UInt64, needed: UInt64)] = []
        for (cell, gain) in zip(taking, gains) where !full.contains(cell) {
            guard facts.cell(cell).isAlive, let free = facts.cell(cell).freeBytes else { continue }
            let share = sum > 0 ? gain / sum : 1 / Double(taking.count)
            let needed = UInt64(min((Double(bytes) * share).rounded(.up), 0x1p62))
            if needed > free { short.append((cell, free, needed)) }
        }
        guard let worst = short.max(by: { $0.needed - $0.free < $1.needed - $1.free }) else { return }
        let figure = "\(name(worst.cell)): \(Figures.bytes(worst.free)) free, needs \(Figures.bytes(worst.needed))"
        refuse(
            .storeFull, "the disk of \(names(short.map(\.cell))) has no room for the rows to come (\(figure))",
            figure: figure, next: "free space, then run the command again")
    }

    private func gain(_ cell: CellIndex) -> Double {
        guard let load = facts.load, load.cells.indices.contains(cell.position) else { return 0 }
        return max(load.cells[cell.position].after - load.cells[cell.position].before, 0)
    }
}

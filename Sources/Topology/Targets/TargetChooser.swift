import MeshBase

/// Finds what a word leaves to be chosen, of the mesh as it is: `cell/{busiest}`, `region/{random}`,
/// `service/{most-dependents}`.
///
///     {busiest}             of cells, zones, regions and routers: the highest rate of requests, as 'top' shows it, where all that
///                           serve tell one, else the most customers who have it first in their shards; the first of equals
///     {random}              any that serves; `{random:10%}` so many of all, one at least
///     {draw:3}              the third of those that serve, in an order that is drawn from the seed: two that say the same number
///                           are the same, and of different numbers they differ
///     {remote}              of regions and zones: the busiest that can be left: without the control plane, and not the only
///                           region of customers who are pinned to a geography
///     {control}             of regions: that of the control plane
///     {most-dependents}     of services: the one that most others call; of equals, directly or through others
///     {most-dependencies}   of services: the one that calls the most others, likewise
///
/// `cell/{random:10%}/service/{most-dependencies}` chooses both: the service in each of the cells.
package struct TargetChooser {
    /// What is known of a cell.
    package struct Load: Sendable, Equatable {
        /// Requests a second; nil where nobody says.
        package var rate: Double?
        package var customers: Int
        package var serves: Bool

        package init(rate: Double?, customers: Int, serves: Bool) {
            self.rate = rate
            self.customers = customers
            self.serves = serves
        }
    }

    private let topology: MeshTopology
    private let loads: [Load]
    private let seed: UInt64
    private let draws: UInt64
    private var rng: Generator

    /// - Parameters:
    ///   - loads: of each cell, in the topology's order.
    ///   - seed: of what is random.
    ///   - draws: of what `draw` numbers, where that is to be the same whatever else is random; the seed where left out.
    package init(_ topology: MeshTopology, loads: [Load], seed: UInt64, draws: UInt64? = nil) {
        self.topology = topology
        self.loads = loads
        self.seed = seed
        self.draws = draws ?? seed
        rng = Generator(seed: seed, concern: "targets")
    }

    /// The same for one step of several: what is random there is a matter of the seed and of the step's number alone.
    package func at(step: Int) -> TargetChooser {
        var chooser = self
        chooser.rng = Generator(seed: seed, concern: "targets", counter: UInt64(bitPattern: Int64(step)))
        return chooser
    }

    /// Whether a word leaves something to be chosen.
    package static func isChoice(_ word: String) -> Bool { TargetChoice.isMeant(word) }

    /// Words as words without a choice, one after the other.
    package mutating func words(for words: [String]) throws(UnknownTarget) -> [String] {
        var chosen: [String] = []
        for word in words { chosen += try self.words(for: word) }
        return chosen
    }

    /// A word as words without a choice: one, or several of `{random:10%}`.
    package mutating func words(for word: String) throws(UnknownTarget) -> [String] {
        guard Self.isChoice(word) else { return [word] }
        try TargetChoice.check(word)
        if let parts = TargetChoice.halves(word) {
            // What is chosen of the service is chosen once for all cells.
            let services = try words(for: parts.service)
            return try words(for: parts.cell).flatMap { cell in services.map { "\(cell)/\($0)" } }
        }
        let choice = try TargetChoice(word)
        let kept = kept
        switch choice.kind {
        case .cell: return try pick(choice.way, cells, word)
        case .zone:
            return try pick(
                choice.way, zones, word, remote: { word in !kept.contains { word.hasPrefix("zone/\($0)/") } })
        case .region:
            return try pick(choice.way, regions, word, remote: { word in !kept.contains { word == "region/\($0)" } })
        case .router: return try pick(choice.way, topology.routers.map { ("router/\($0.name)", 0) }, word)
        case .service: return [try service(choice.way, word)]
        }
    }

    /// Regions that cannot be left.
    private var kept: [String] {
        let regions = topology.regions
        let alone = topology.customers.geographies.compactMap { pinned -> String? in
            let own = regions.filter { $0.geography == pinned.geography }
            return own.count == 1 ? own[0].name : nil
        }
        return [regions[topology.control.region].name] + alone
    }

    /// With what each carries, of cells that serve.
    private var cells: [(word: String, load: Double)] {
        topology.cells.indices.compactMap { position in
            loads[position].serves ? ("cell/\(topology.cells[position].name)", weight(position)) : nil
        }
    }

    /// Rates where all that serve have one, else customers.
    private func weight(_ position: Int) -> Double {
        let isMeasured = loads.allSatisfy { !$0.serves || $0.rate != nil } && loads.contains { $0.rate ?? 0 > 0 }
        return isMeasured ? loads[position].rate ?? 0 : Double(loads[position].customers)
    }

    private func sums(_ name: (Cell) -> String) -> [(word: String, load: Double)] {
        var sums: [(word: String, load: Double)] = []
        for (position, cell) in topology.cells.enumerated() where loads[position].serves {
            let word = name(cell)
            if let place = sums.firstIndex(where: { $0.word == word }) {
                sums[place].load += weight(position)
            } else {
                sums.append((word, weight(position)))
            }
        }
        return sums
    }

    private var zones: [(word: String, load: Double)] {
        sums { cell in
            let region = topology.regions[cell.region]
            return "zone/\(region.name)/\(region.zones[cell.zone])"
        }
    }

    private var regions: [(word: String, load: Double)] { sums { "region/\(topology.regions[$0.region].name)" } }

    /// - Parameter remote: of kinds of which one can be left: whether a word is such a one.
    private mutating func pick(
        _ way: TargetChoice.Way, _ all: [(word: String, load: Double)], _ word: String,
        remote: (String) -> Bool = { _ in false }
    ) throws(UnknownTarget) -> [String] {
        guard !all.isEmpty else { throw UnknownTarget("nothing serves that '\(word.prefix(128))' could be") }
        func busiest(_ all: [(word: String, load: Double)]) -> String? {
            // The first of equals.
            all.max { $0.load < $1.load || $0.load == $1.load && !NaturalOrder.precedes($0.word, $1.word) }?.word
        }
        switch way {
        case .busiest, .mostDependents, .mostDependencies: return [busiest(all) ?? all[0].word]
        case .random: return [all[Int(rng.below(UInt64(all.count)))].word]
        case .control: return ["region/\(topology.regions[topology.control.region].name)"]
        case .remote:
            guard let found = busiest(all.filter { remote($0.word) }) else {
                throw UnknownTarget("there is none beside that of the control plane: '\(word.prefix(128))'")
            }
            return [found]
        case .draw(let number):
            guard number <= all.count else {
                throw UnknownTarget("there are \(all.count), and '\(word.prefix(128))' is one more")
            }
            // Whatever was drawn before by the same chooser.
            var (left, order) = (all.map(\.word), Generator(seed: draws, concern: "targets.draw"))
            for _ in 1..<number { left.remove(at: Int(order.below(UInt64(left.count)))) }
            return [left[Int(order.below(UInt64(left.count)))]]
        case .share(let share):
            var left = all.map(\.word)
            let count = max(1, Int((Double(all.count) * share).rounded()))
            return (0..<count).map { _ in left.remove(at: Int(rng.below(UInt64(left.count)))) }
                .sorted { NaturalOrder.precedes($0, $1) }
        }
    }

    private mutating func service(_ way: TargetChoice.Way, _ word: String) throws(UnknownTarget) -> String {
        let edges = Set(
            topology.blueprints.flatMap { blueprint in
                blueprint.services.flatMap { service in
                    service.calls.map { Link(from: service.name, to: blueprint.services[$0.to].name) }
                }
            })
        var names: [String] = []
        for service in topology.blueprints.flatMap(\.services) where !names.contains(service.name) {
            names.append(service.name)
        }
        guard !names.isEmpty else { throw UnknownTarget("no cell has services: '\(word.prefix(128))'") }
        func reach(_ name: String, _ next: (String) -> [String]) -> Int {
            var (seen, line): (Set<String>, [String]) = ([name], [name])
            while let at = line.popLast() {
                for other in next(at) where seen.insert(other).inserted { line.append(other) }
            }
            return seen.count - 1
        }
        func most(_ next: (String) -> [String]) -> String {
            // The first as written of equals.
            var (best, most) = (names[0], (direct: -1, all: -1))
            for name in names {
                let count = (direct: Set(next(name)).count, all: reach(name, next))
                if count > most { (best, most) = (name, count) }
            }
            return "service/\(best)"
        }
        switch way {
        case .mostDependents: return most { name in edges.filter { $0.to == name }.map(\.from) }
        case .mostDependencies: return most { name in edges.filter { $0.from == name }.map(\.to) }
        case .busiest, .random, .remote, .control, .share, .draw:
            return "service/\(names[Int(rng.below(UInt64(names.count)))])"
        }
    }

    private struct Link: Hashable { var from, to: String }
}

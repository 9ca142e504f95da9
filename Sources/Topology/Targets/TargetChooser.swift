import MeshBase

/// Finds what a word leaves to be chosen, of the mesh as it is: `cell/{busiest}`, `region/{random}`,
/// `service/{most-dependents}`.
///
///     {busiest}             of cells, zones, regions and routers: the highest rate of requests, as 'top' shows it, where all that
///                           serve tell one, else the most customers who have it first in their shards; the first of equals
///     {random}              any that serves; `{random:10%}` so many of all, one at least
///     {draw:3}              the third of those in use, whether they serve or not, in an order that is drawn from the seed alone:
///                           two that say the same number are the same, whoever asks and whenever, and of different numbers
///                           they differ
///     {remote}              of regions and zones: the busiest that can be left: without the control plane, and not the only
///                           region of customers who are pinned to a geography
///     {control}             of regions: that of the control plane
///     {most-dependents}     of services: the one that most others call; of equals, directly or through others
///     {most-dependencies}   of services: the one that calls the most others, likewise
///
/// `cell/{random:10%}/service/{most-dependencies}` chooses both: the service in each of the cells. Commands, API, drills and
/// simulator all choose here; they differ in where they have the loads from.
package struct TargetChooser {
    /// What is known of a cell.
    package struct Load: Sendable, Equatable {
        /// Requests a second; nil where nobody says.
        package var rate: Double?
        package var customers: Int
        package var serves: Bool
        /// It takes customers, or would if it served.
        package var isInUse: Bool

        /// - Parameter isInUse: nil: where it serves.
        package init(rate: Double?, customers: Int, serves: Bool, isInUse: Bool? = nil) {
            self.rate = rate
            self.customers = customers
            self.serves = serves
            self.isInUse = isInUse ?? serves
        }
    }

    private let topology: MeshTopology
    private let loads: [Load]
    private let seed: UInt64
    private let chance: UInt64
    private var rng: Generator

    /// - Parameters:
    ///   - loads: of each cell, in the topology's order.
    ///   - seed: of what is drawn; nil: the topology's, so that whoever says nothing means the same.
    ///   - chance: of what is random; nil: the seed.
    package init(_ topology: MeshTopology, loads: [Load], seed: UInt64?, chance: UInt64? = nil) {
        self.topology = topology
        self.loads = loads
        self.seed = seed ?? topology.seed
        self.chance = chance ?? self.seed
        rng = Generator(seed: self.chance, concern: "targets")
    }

    /// The same for one step of several: what is random there is a matter of the seed and of the step's number alone.
    package func at(step: Int) -> TargetChooser {
        var chooser = self
        chooser.rng = Generator(seed: chance, concern: "targets", counter: UInt64(bitPattern: Int64(step)))
        return chooser
    }

    /// Words as words without a choice, one after the other.
    package mutating func words(for words: [String]) throws(UnknownTarget) -> [String] {
        var chosen: [String] = []
        for word in words { chosen += try self.words(for: word) }
        return chosen
    }

    /// Lists as commands take them, such as `a,b`, as words.
    package static func parts(_ words: [String]) -> [String] {
        words.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    /// The name of the one region, cell or router that a word means; a choice may leave the kind out. Whether there is one of a
    /// name that was written is not asked.
    package mutating func name(for word: String, of kind: TargetSelector.NameKind) throws(UnknownTarget) -> String {
        let full = word.hasPrefix("{") ? "\(kind.rawValue)/\(word)" : word
        let chosen = try words(for: full)
        guard chosen.count == 1 else {
            throw UnknownTarget(
                "'\(word.prefix(128))' means \(chosen.count) at once",
                hint: "one \(kind.rawValue) is wanted: say '\(kind.rawValue)/{busiest}' or '\(kind.rawValue)/{draw:1}'")
        }
        return TargetSelector.name(in: chosen[0], of: kind)
    }

    /// The region that a choice means where one is to be taken back: the one that was left.
    ///
    /// - Returns: nil where none was left.
    package static func left(_ word: String, among evacuated: [String]) throws(UnknownTarget) -> String? {
        try TargetChoice.check(region: word)
        guard evacuated.count <= 1 else {
            throw UnknownTarget(
                "'\(word.prefix(128))' could be any of \(evacuated.count) regions that were left",
                hint: "name one: \(evacuated.joined(separator: ", "))")
        }
        return evacuated.first
    }

    /// A word as words without a choice: one, or several of `{random:10%}`.
    package mutating func words(for word: String) throws(UnknownTarget) -> [String] {
        guard TargetChoice.isMeant(word) else { return [word] }
        try TargetChoice.check(word)
        if let parts = TargetChoice.halves(word) {
            // What is chosen of the service is chosen once for all cells.
            let services = try words(for: parts.service)
            return try words(for: parts.cell).flatMap { cell in services.map { "\(cell)/\($0)" } }
        }
        let choice = try TargetChoice(word)
        if case .draw(let number) = choice.way { return [try drawn(number, choice.kind, word)] }
        let kept = kept
        switch choice.kind {
        case .cell: return try pick(choice.way, cells(\.serves), word)
        case .zone:
            return try pick(
                choice.way, zones(\.serves), word, remote: { word in !kept.contains { word.hasPrefix("zone/\($0)/") } })
        case .region:
            return try pick(
                choice.way, regions(\.serves), word, remote: { word in !kept.contains { word == "region/\($0)" } })
        case .router: return try pick(choice.way, routers, word)
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

    private typealias Loaded = (word: String, load: Double)

    /// With what each carries.
    private func cells(_ counts: KeyPath<Load, Bool>) -> [Loaded] {
        topology.cells.indices.compactMap { position in
            loads[position][keyPath: counts] ? ("cell/\(topology.cells[position].name)", weight(position)) : nil
        }
    }

    /// Rates where all that serve have one, else customers.
    private func weight(_ position: Int) -> Double {
        let isMeasured = loads.allSatisfy { !$0.serves || $0.rate != nil } && loads.contains { $0.rate ?? 0 > 0 }
        return isMeasured ? loads[position].rate ?? 0 : Double(loads[position].customers)
    }

    private func sums(_ counts: KeyPath<Load, Bool>, _ name: (Cell) -> String) -> [Loaded] {
        var sums: [Loaded] = []
        for (position, cell) in topology.cells.enumerated() where loads[position][keyPath: counts] {
            let word = name(cell)
            if let place = sums.firstIndex(where: { $0.word == word }) {
                sums[place].load += weight(position)
            } else {
                sums.append((word, weight(position)))
            }
        }
        return sums
    }

    private func zones(_ counts: KeyPath<Load, Bool>) -> [Loaded] {
        sums(counts) { cell in
            let region = topology.regions[cell.region]
            return "zone/\(region.name)/\(region.zones[cell.zone])"
        }
    }

    private func regions(_ counts: KeyPath<Load, Bool>) -> [Loaded] {
        sums(counts) { "region/\(topology.regions[$0.region].name)" }
    }

    private var routers: [Loaded] { topology.routers.map { ("router/\($0.name)", 0) } }

    /// Whatever was drawn before, and whoever is down: the order is of all that are in use.
    private func drawn(_ number: Int, _ kind: TargetChoice.Kind, _ word: String) throws(UnknownTarget) -> String {
        let all: [Loaded]
        switch kind {
        case .cell: all = cells(\.isInUse)
        case .zone: all = zones(\.isInUse)
        case .region: all = regions(\.isInUse)
        case .router: all = routers
        case .service: throw UnknownTarget("services are not drawn: '\(word.prefix(128))'")
        }
        guard number <= all.count else {
            throw UnknownTarget("there are \(all.count), and '\(word.prefix(128))' is one more")
        }
        var (left, order) = (all.map(\.word), Generator(seed: seed, concern: "targets.draw"))
        for _ in 1..<number { left.remove(at: Int(order.below(UInt64(left.count)))) }
        return left[Int(order.below(UInt64(left.count)))]
    }

    /// - Parameter remote: of kinds of which one can be left: whether a word is such a one.
    private mutating func pick(
        _ way: TargetChoice.Way, _ all: [Loaded], _ word: String, remote: (String) -> Bool = { _ in false }
    ) throws(UnknownTarget) -> [String] {
        guard !all.isEmpty else { throw UnknownTarget("nothing serves that '\(word.prefix(128))' could be") }
        func busiest(_ all: [Loaded]) -> String? {
            // The first of equals.
            all.max { $0.load < $1.load || $0.load == $1.load && !NaturalOrder.precedes($0.word, $1.word) }?.word
        }
        switch way {
        case .busiest, .mostDependents, .mostDependencies, .draw: return [busiest(all) ?? all[0].word]
        case .random: return [all[Int(rng.below(UInt64(all.count)))].word]
        case .control: return ["region/\(topology.regions[topology.control.region].name)"]
        case .remote:
            guard let found = busiest(all.filter { remote($0.word) }) else {
                throw UnknownTarget("there is none beside that of the control plane: '\(word.prefix(128))'")
            }
            return [found]
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

import MeshBase
import Reports
import Sharding
import Store
import Topology

extension PinsReport.Pin {
    /// A pin as an entry has it.
    init(_ pin: PlacementEntry.Pin, cohort: Int, name: String?, _ topology: MeshTopology) {
        func names(_ shard: Shard) -> [String] {
            shard.compactMap { $0.position < topology.cells.count ? topology.cells[$0.position].name : nil }
        }
        let leaving: [String] =
            switch pin.state {
            case .stable: []
            case .joint(let old, _), .new(_, let old): names(old.shard)
            }
        self.init(
            customer: name, hash: PinsReport.text(pin.customer), cohort: cohort, epoch: pin.epoch.rawValue,
            phase: UnitWords.name(pin.state.phase), cells: names(pin.shard), leaving: leaving, home: names(pin.home),
            ends: pin.isLeaving)
    }
}

extension PinsReport {
    /// Customers of the topology beyond this number are not looked through for a name.
    static let mostNames = 200_000

    /// All pins of a placement.
    ///
    /// - Parameter name: what else tells the name of a customer by its hash; asked of the first thousand.
    package init(_ table: PlacementTable, _ topology: MeshTopology, name: (CustomerHash) -> String? = { _ in nil }) {
        let found = table.entries.lazy.flatMap { entry in entry.pins.map { (cohort: entry.cohort, pin: $0) } }
            .prefix(Self.most)
        var unnamed = Set(found.map(\.pin.customer))
        var known: [CustomerHash: String] = [:]
        for hash in found.map(\.pin.customer).prefix(1_000) {
            guard let name = name(hash), CustomerHash(name) == hash else { continue }
            known[hash] = name
            unnamed.remove(hash)
        }
        var number = 0
        while !unnamed.isEmpty, number < min(topology.customers.count, Self.mostNames) {
            number += 1
            let hash = CustomerHash(number: number)
            if unnamed.remove(hash) != nil { known[hash] = Customers.name(number) }
        }
        self.init(
            pins: found.map { Pin($0.pin, cohort: $0.cohort, name: known[$0.pin.customer], topology) },
            count: table.pinCount)
    }

    /// The pin of one customer alone; none where it has none.
    package init(of customer: String, _ table: PlacementTable, _ topology: MeshTopology) {
        let hash = CustomerHash(customer)
        let entry = table.entries[table.cohort(of: hash)]
        let pins = entry.pin(of: hash).map { [Pin($0, cohort: entry.cohort, name: customer, topology)] } ?? []
        self.init(pins: pins, count: pins.count)
    }

    // MARK: Names that the control plane was told

    private static func key(_ hash: CustomerHash) -> String { "pin/\(text(hash))" }

    /// Remembers a name by its hash. Where it cannot be written, the hash is shown.
    static func keep(_ customer: String, in journal: Journal) {
        try? journal.setMeta(key(CustomerHash(customer)), customer)
    }

    /// Nil where none was kept.
    package static func name(of hash: CustomerHash, in journal: Journal) -> String? {
        (try? journal.meta(key(hash))) ?? nil
    }

    static func text(_ hash: CustomerHash) -> String { HexText.text(hash.rawValue) }
}

/// Words for the phases of a unit, as reports have them.
package enum UnitWords {
    /// `stable`, `joint`, `new`.
    package static func name(_ phase: UnitPhase) -> String {
        switch phase {
        case .stable: "stable"
        case .joint: "joint"
        case .new: "new"
        }
    }
}

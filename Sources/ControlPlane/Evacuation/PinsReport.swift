import MeshBase
import Sharding
import Store
import Topology

/// `pins ls -o json`: the customers whose cells were chosen by hand.
package struct PinsReport: Codable, Sendable, Equatable {
    /// One of them.
    package struct Pin: Codable, Sendable, Equatable {
        /// Its name; nil where the placement, which keeps hashes, has one that no name is known for.
        package var customer: String?
        /// The hash of its name, 16 hexadecimal digits.
        package var hash: String
        /// The cohort that it belongs to.
        package var cohort: Int
        /// The one epoch in which it is served.
        package var epoch: UInt32
        /// `stable`, `joint` or `new`.
        package var phase: String
        /// The cells that are to hold it, in the order in which they serve.
        package var cells: [String]
        /// The cells that it leaves, while it moves.
        package var leaving: [String]
        /// Where it returns to when its region is restored; empty where it never had to leave.
        package var home: [String]
        /// The pin ends with the move that is under way.
        package var ends: Bool

        /// A pin as an entry has it.
        init(_ pin: PlacementEntry.Pin, cohort: Int, name: String?, _ topology: MeshTopology) {
            func names(_ shard: Shard) -> [String] {
                shard.compactMap { $0.position < topology.cells.count ? topology.cells[$0.position].name : nil }
            }
            customer = name
            hash = PinsReport.text(pin.customer)
            self.cohort = cohort
            epoch = pin.epoch.rawValue
            phase = UnitWords.name(pin.state.phase)
            cells = names(pin.shard)
            switch pin.state {
            case .stable: leaving = []
            case .joint(let old, _), .new(_, let old): leaving = names(old.shard)
            }
            home = names(pin.home)
            ends = pin.isLeaving
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(customer, forKey: .customer)
            try container.encode(hash, forKey: .hash)
            try container.encode(cohort, forKey: .cohort)
            try container.encode(epoch, forKey: .epoch)
            try container.encode(phase, forKey: .phase)
            try container.encode(cells, forKey: .cells)
            try container.encode(leaving, forKey: .leaving)
            try container.encode(home, forKey: .home)
            try container.encode(ends, forKey: .ends)
        }
        private enum CodingKeys: String, CodingKey {
            case customer, hash, cohort, epoch, phase, cells, leaving, home, ends
        }
    }

    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// By cohort and hash; at most `most`.
    package var pins: [Pin]
    /// How many there are, also those that are left out.
    package var count: Int

    /// More are counted, and not listed.
    package static let most = 10_000
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
        pins = found.map { Pin($0.pin, cohort: $0.cohort, name: known[$0.pin.customer], topology) }
        count = table.pinCount
    }

    /// The pin of one customer alone; none where it has none.
    package init(of customer: String, _ table: PlacementTable, _ topology: MeshTopology) {
        let hash = CustomerHash(customer)
        let entry = table.entries[table.cohort(of: hash)]
        pins = entry.pin(of: hash).map { [Pin($0, cohort: entry.cohort, name: customer, topology)] } ?? []
        count = pins.count
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

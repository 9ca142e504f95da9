import MeshBase

/// The small state beside the topology on which placement rests: epochs per cohort, and pins.
///
/// A cohort is a range of customer hashes that changes placement together. Their number is constant, whatever the
/// number of customers. The table is a value with a version: of two copies the one with the higher version holds.
public struct PlacementTable: Sendable, Equatable {
    /// Cohorts of a mesh that asks for no other number.
    public static let defaultCohortCount = 64
    /// More cohorts are not made.
    public static let maximumCohortCount = 1024
    /// Overrides for single customers are few by design; more are refused.
    public static let maximumPinCount = 100_000

    /// One customer's shard, chosen by hand.
    public struct Pin: Sendable, Equatable, Codable {
        /// Whose shard it is.
        public var customer: CustomerHash
        /// The cells, in order.
        public var shard: Shard
        /// The epoch at which the pin came into force.
        public var epoch: Epoch
        /// An override; it takes force when a table holds it.
        public init(customer: CustomerHash, shard: Shard, epoch: Epoch) {
            self.customer = customer
            self.shard = shard
            self.epoch = epoch
        }
    }

    /// Rises by one with every change of the table.
    public internal(set) var version: UInt64
    /// The highest epoch handed out; the next change takes higher ones.
    public internal(set) var lastEpoch: Epoch
    /// One state per cohort, in ascending order of the customer hashes they cover.
    public internal(set) var cohorts: [CohortState]
    /// In ascending order of the customers' hashes.
    public internal(set) var pins: [Pin]

    /// The table of a new mesh: every cohort stable at the first epoch, no pins.
    public init(cohortCount: Int = PlacementTable.defaultCohortCount) {
        version = 1
        lastEpoch = .first
        let count = min(max(cohortCount, 1), PlacementTable.maximumCohortCount)
        cohorts = Array(repeating: .stable(at: CohortPlacement(epoch: .first)), count: count)
        pins = []
    }

    /// The cohort of a customer: hashes are cut into as many equal ranges as there are cohorts.
    @inlinable public func cohort(of customer: CustomerHash) -> Int {
        Int(customer.rawValue.multipliedFullWidth(by: UInt64(cohorts.count)).high)
    }

    /// The epoch in force for a customer: that of the pin where there is one, or else the cohort's.
    public func epoch(of customer: CustomerHash) -> Epoch {
        pin(of: customer)?.epoch ?? cohorts[cohort(of: customer)].epoch
    }

    /// The override of a customer; nil where there is none.
    public func pin(of customer: CustomerHash) -> Pin? {
        guard !pins.isEmpty else { return nil }
        let position = pinPosition(of: customer)
        guard position < pins.count, pins[position].customer == customer else { return nil }
        return pins[position]
    }

    /// Where the customer's pin is, or would be inserted.
    func pinPosition(of customer: CustomerHash) -> Int {
        var low = 0
        var high = pins.count
        while low < high {
            let middle = (low + high) / 2
            if pins[middle].customer.rawValue < customer.rawValue { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension PlacementTable: Codable {
    private enum CodingKeys: String, CodingKey {
        case version, cohorts, pins
        case lastEpoch = "last_epoch"
    }

    /// Decodes and checks: a table from a file holds what one made here does.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(UInt64.self, forKey: .version)
        lastEpoch = Epoch(try container.decode(UInt32.self, forKey: .lastEpoch))
        cohorts = try container.decode([CohortState].self, forKey: .cohorts)
        pins = try container.decode([Pin].self, forKey: .pins)
        if let fault = firstFault() {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "placement table: \(fault)"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(lastEpoch.rawValue, forKey: .lastEpoch)
        try container.encode(cohorts, forKey: .cohorts)
        try container.encode(pins, forKey: .pins)
    }

    private func firstFault() -> String? {
        guard version < 1 << 63 else { return "the version is beyond 2^63" }
        guard !cohorts.isEmpty, cohorts.count <= PlacementTable.maximumCohortCount else {
            return "\(cohorts.count) cohorts, outside 1...\(PlacementTable.maximumCohortCount)"
        }
        guard pins.count <= PlacementTable.maximumPinCount else {
            return "\(pins.count) pins, above \(PlacementTable.maximumPinCount)"
        }
        for (number, cohort) in cohorts.enumerated() {
            guard cohort.isConsistent, cohort.lastEpoch <= lastEpoch else {
                return "the epochs of cohort \(number) do not rise, or exceed last_epoch"
            }
            for placement in cohort.placements where placement.evacuated.contains(where: { $0 < 0 }) {
                return "cohort \(number) evacuates a region below 0"
            }
        }
        for (number, pin) in pins.enumerated() {
            guard !pin.shard.isEmpty, pin.epoch <= lastEpoch else {
                return "pin \(number) has no cell, or an epoch above last_epoch"
            }
            guard number == 0 || pins[number - 1].customer.rawValue < pin.customer.rawValue else {
                return "pins are not in ascending order of their customers"
            }
        }
        return nil
    }
}

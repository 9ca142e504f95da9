import MeshBase

/// The small state beside the topology on which placement rests: one entry per cohort.
///
/// A cohort is a range of customer hashes that changes placement together. Their number is fixed when a mesh is
/// founded, whatever the number of customers. Entries are merged one by one, by their versions, so that copies agree
/// whatever they heard in whatever order.
public struct PlacementTable: Sendable, Equatable {
    /// Cohorts of a mesh that asks for no other number.
    public static let defaultCohortCount = 64
    /// More cohorts are not made.
    public static let maximumCohortCount = 1024

    /// One entry per cohort, in ascending order of the customer hashes they cover.
    public private(set) var entries: [PlacementEntry]

    /// The table of a new mesh: every cohort stable at the first epoch, no pins.
    public init(cohortCount: Int = PlacementTable.defaultCohortCount) {
        let count = min(max(cohortCount, 1), PlacementTable.maximumCohortCount)
        entries = (0..<count).map { PlacementEntry(cohort: $0) }
    }

    /// Rises with every change of any entry: the sum of their versions, less what they were founded with, and 1.
    public var version: UInt64 { entries.reduce(1) { $0 + $1.version - 1 } }

    /// The highest epoch in force for any customer.
    public var highestEpoch: Epoch {
        entries.reduce(.first) { highest, entry in
            entry.pins.reduce(max(highest, entry.epoch)) { max($0, $1.epoch) }
        }
    }

    /// How many customers have a shard of their own.
    public var pinCount: Int { entries.reduce(0) { $0 + $1.pins.count } }

    /// The cohort of a customer among so many: hashes are cut into equal ranges.
    @inlinable public static func cohort(of customer: CustomerHash, count: Int) -> Int {
        Int(customer.rawValue.multipliedFullWidth(by: UInt64(count)).high)
    }

    /// The lowest hash of a cohort among so many.
    public static func firstHash(of cohort: Int, count: Int) -> UInt64 {
        guard cohort > 0 else { return 0 }
        // The least h with floor(h * count / 2^64) = cohort.
        let (quotient, remainder) = UInt64(count).dividingFullWidth((high: UInt64(cohort), low: 0))
        return remainder == 0 ? quotient : quotient + 1
    }

    /// The cohort of a customer.
    public func cohort(of customer: CustomerHash) -> Int { Self.cohort(of: customer, count: entries.count) }

    /// The hashes of a cohort's customers.
    public func hashes(of cohort: Int) -> ClosedRange<UInt64> { Self.hashes(of: cohort, count: entries.count) }

    /// The hashes of a cohort's customers, among so many cohorts.
    public static func hashes(of cohort: Int, count: Int) -> ClosedRange<UInt64> {
        let first = firstHash(of: cohort, count: count)
        return first...(cohort + 1 < count ? firstHash(of: cohort + 1, count: count) - 1 : .max)
    }

    /// The epoch in force for a customer: that of the pin where there is one, or else the cohort's.
    public func epoch(of customer: CustomerHash) -> Epoch { entries[cohort(of: customer)].epoch(of: customer) }

    /// Takes an entry over where it is newer than the one here; whether it was.
    @discardableResult
    public mutating func merge(_ entry: PlacementEntry) -> Bool {
        guard entries.indices.contains(entry.cohort), entry.version > entries[entry.cohort].version else {
            return false
        }
        entries[entry.cohort] = entry
        return true
    }

    /// Changes one entry in place, as its deciders may; nothing is changed where that is refused.
    public mutating func change<Failure: Error>(
        cohort: Int, _ body: (inout PlacementEntry) throws(Failure) -> Void
    ) throws(Failure) {
        var entry = entries[cohort]
        try body(&entry)
        entries[cohort] = entry
    }
}

extension PlacementTable: Codable {
    private enum CodingKeys: String, CodingKey {
        case version, cohorts
        case entries = "changed"
        case lastEpoch = "last_epoch"
    }

    /// Decodes and checks: a table from a file holds what one made here does. Only entries that were ever changed are
    /// written, as hexadecimal text. A table of a release before moves has no changes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func corrupted(_ text: String) -> DecodingError {
            DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "placement table: \(text)"))
        }
        let count: Int
        if container.contains(.lastEpoch) {
            let states = try container.nestedUnkeyedContainer(forKey: .cohorts)
            count = states.count ?? 0
            guard try container.decode(UInt64.self, forKey: .version) == 1 else {
                throw corrupted("it was changed by a release that moved no customers")
            }
        } else {
            count = try container.decode(Int.self, forKey: .cohorts)
        }
        guard count >= 1, count <= PlacementTable.maximumCohortCount else {
            throw corrupted("\(count) cohorts, outside 1...\(PlacementTable.maximumCohortCount)")
        }
        self.init(cohortCount: count)
        for text in try container.decodeIfPresent([String].self, forKey: .entries) ?? [] {
            guard let bytes = HexText.bytes(text), let entry = PlacementEntry(bytes: bytes, cohorts: count) else {
                throw corrupted("an entry is none, or contradicts itself")
            }
            merge(entry)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(entries.count, forKey: .cohorts)
        try container.encode(entries.filter { !$0.isFounding }.map { HexText.text($0.bytes) }, forKey: .entries)
    }
}

import MeshBase
import Sharding

/// The rows of a disk, by cohort: what one cohort has is found without a look at all others.
struct SimRows: Sequence {
    typealias Rows = [SimDisk.Key: SimDisk.Record]

    private var cohorts: [Rows]
    private(set) var count = 0
    var isEmpty: Bool { count == 0 }

    init(cohorts: Int) { self.cohorts = Array(repeating: [:], count: cohorts) }

    private func cohort(of hash: UInt64) -> Int {
        PlacementTable.cohort(of: CustomerHash(rawValue: hash), count: cohorts.count)
    }

    subscript(key: SimDisk.Key) -> SimDisk.Record? {
        get { cohorts[cohort(of: key.hash.rawValue)][key] }
        set {
            let cohort = cohort(of: key.hash.rawValue)
            count -= cohorts[cohort].count
            cohorts[cohort][key] = newValue
            count += cohorts[cohort].count
        }
    }

    mutating func removeAll() { self = SimRows(cohorts: cohorts.count) }

    /// In no order, as everything here.
    func makeIterator() -> FlattenSequence<[Rows]>.Iterator { cohorts.joined().makeIterator() }

    /// Those of customers within these hashes.
    func forEach(of hashes: ClosedRange<UInt64>, _ body: (SimDisk.Key, SimDisk.Record) -> Void) {
        for cohort in cohort(of: hashes.lowerBound)...cohort(of: hashes.upperBound) {
            for (key, record) in cohorts[cohort] where hashes.contains(key.hash.rawValue) { body(key, record) }
        }
    }
}

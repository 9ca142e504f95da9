import Chaos

/// What faults have struck in the life of a process, by kind: those that are over among them, which are known by no id any more.
struct FaultHitTally {
    private var past = [UInt64](repeating: 0, count: FaultKind.followed.count)
    private var places: [String: Int] = [:]

    /// Other faults are in force from now on.
    ///
    /// - Parameters:
    ///   - hits: of those that were, by id.
    ///   - kept: ids whose hits go on to be counted elsewhere.
    mutating func take(_ faults: [Fault], hits: [String: UInt64], keeping kept: [String]) {
        for (id, count) in hits where !kept.contains(id) {
            if let place = places[id] { past[place] &+= count }
        }
        places = Dictionary(faults.map { ($0.id, FaultKind.followed.firstIndex(of: $0.kind) ?? 0) }) { first, _ in first
        }
    }

    /// In the order of `FaultKind.followed`.
    ///
    /// - Parameter hits: of those in force, by id.
    func byKind(_ hits: [String: UInt64]) -> [UInt64] {
        var counts = past
        for (id, count) in hits { if let place = places[id] { counts[place] &+= count } }
        return counts
    }
}

import MeshBase

extension SiblingSet {
    /// What two stores know together: commutative, associative and idempotent, as long as no more stores and no more
    /// superseded dots are known than are named. Beyond that a value may stand beside its successor that a cell brings
    /// back after a long time; none goes that nobody has superseded.
    public func merged(with other: SiblingSet) -> SiblingSet {
        var merged = SiblingSet(
            siblings: [], seen: Self.joined(seen, other.seen),
            superseded: Self.highest(superseded + other.superseded))
        var (i, j) = (0, 0)
        while i < siblings.count || j < other.siblings.count {
            if j == other.siblings.count
                || i < siblings.count && siblings[i].version < other.siblings[j].version
            {
                if !other.supersedes(siblings[i]) { merged.siblings.append(siblings[i]) }
                i += 1
            } else if i == siblings.count || other.siblings[j].version < siblings[i].version {
                if !supersedes(other.siblings[j]) { merged.siblings.append(other.siblings[j]) }
                j += 1
            } else {
                var both = siblings[i]
                both.marks = Self.joined(both.marks, other.siblings[j].marks)
                merged.siblings.append(both)
                i += 1
                j += 1
            }
        }
        return merged
    }

    /// A sibling that is not here was, and is superseded.
    func supersedes(_ sibling: Sibling) -> Bool {
        superseded.contains(sibling.version)
            || sibling.marks.contains { mark in
                seen.contains { $0.writer == mark.writer && $0.counter >= mark.counter }
            }
    }

    /// Keeps to the bounds: of too many siblings the oldest go, as if they were superseded.
    /// - Returns: how many values went that nobody has superseded.
    public mutating func bound() -> Int {
        let tooMany = max(0, siblings.count - Self.most)
        if tooMany > 0 {
            superseded = Self.highest(superseded + siblings.prefix(tooMany).map(\.version))
            siblings.removeFirst(tooMany)
        }
        for index in siblings.indices where siblings[index].marks.count > Self.mostMarks {
            siblings[index].marks = Self.newest(siblings[index].marks, Self.mostMarks)
        }
        if seen.count > Self.mostSeen { seen = Self.newest(seen, Self.mostSeen) }
        return tooMany
    }

    private static func newest(_ marks: [Mark], _ count: Int) -> [Mark] {
        marks.sorted { ($0.counter, $0.writer) > ($1.counter, $1.writer) }.prefix(count)
            .sorted { $0.writer < $1.writer }
    }
}

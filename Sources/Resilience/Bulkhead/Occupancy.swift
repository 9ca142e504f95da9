import MeshBase

/// How much of a place is in use, now and on average since somebody last looked; by class. The average is over time, so
/// a look sees what went on between two of them.
public struct Occupancy: Sendable {
    /// In use now.
    public private(set) var count = 0
    private var classes = SIMD4<Int32>.zero
    /// Place x nanoseconds since the last look.
    private var area: Int64 = 0
    private var changedAt = Instant.zero
    private var lookedAt = Instant.zero

    /// Nothing in use.
    public init(now: Instant) {
        changedAt = now
        lookedAt = now
    }

    /// In use by one class.
    public subscript(_ priority: Priority) -> Int { Int(classes[Int(priority.rawValue)]) }

    /// One more.
    public mutating func enter(_ priority: Priority, now: Instant) {
        advance(now)
        count += 1
        classes[Int(priority.rawValue)] &+= 1
    }

    /// One less of this class; one that is not there is a mistake of the holder and traps.
    public mutating func leave(_ priority: Priority, now: Instant) {
        precondition(
            classes[Int(priority.rawValue)] > 0, "a place of class \(priority.name) came back that nobody had taken")
        advance(now)
        count -= 1
        classes[Int(priority.rawValue)] &-= 1
    }

    private mutating func advance(_ now: Instant) {
        guard now > changedAt else { return }
        let held = Int64(count).multipliedReportingOverflow(by: (now - changedAt).nanoseconds)
        let sum = area.addingReportingOverflow(held.partialValue)
        area = held.overflow || sum.overflow ? .max : sum.partialValue
        changedAt = now
    }

    /// What was in use on average since this was last asked; what is in use now where no time has passed.
    public mutating func look(now: Instant) -> Double {
        advance(now)
        let passed = (now - lookedAt).nanoseconds
        guard passed > 0 else { return Double(count) }
        let mean = Double(area) / Double(passed)
        area = 0
        lookedAt = now
        return mean
    }
}

import MeshBase

/// How many calls may be out at one target, and who may wait for a place: key `bulkhead` (C14).
public struct BulkheadPolicy: Sendable, Equatable {
    /// Calls out at once; where the limit moves, what it begins with. 1...1 000 000.
    public var concurrent: Int {
        didSet { concurrent = Self.sound(concurrent, 1...1_000_000) }
    }
    /// For a place; zero: nobody waits.
    public var wait: TimeAmount {
        didSet { wait = max(wait, .zero) }
    }
    /// Calls that wait at once, 0...1 000 000.
    public var places: Int {
        didSet { places = Self.sound(places, 0...1_000_000) }
    }

    /// What lies outside the ranges is moved to their ends.
    ///
    /// - Parameter places: of the line; left out, as many as may be out.
    public init(concurrent: Int, wait: TimeAmount, places: Int? = nil) {
        self.concurrent = Self.sound(concurrent, 1...1_000_000)
        self.wait = max(wait, .zero)
        self.places = Self.sound(places ?? concurrent, 0...1_000_000)
    }

    /// Of an edge, as production has it.
    public static let seed = BulkheadPolicy(concurrent: 20, wait: .seconds(5))
    /// Of an edge whose caller's workers are not known: 20 at once, nobody waits. See `local(workers:isCore:)`.
    public static let local = BulkheadPolicy(concurrent: 20, wait: .zero)

    /// Of an edge on one machine. A core edge bounds nothing beyond the caller's workers; another may hold a quarter of
    /// them, at least two, so that what is not needed cannot hold all of them.
    public static func local(workers: Int, isCore: Bool) -> BulkheadPolicy {
        BulkheadPolicy(concurrent: isCore ? workers : max(2, workers / 4), wait: .zero)
    }

    /// Of a router at the service of one cell: twice what the cell's pool holds, for the pool itself is the bound and
    /// this one only keeps a stuck cell from holding all of the router.
    public static func router(workers: Int, queue: Int) -> BulkheadPolicy {
        let held = sound(workers, 0...1_000_000) + sound(queue, 0...1_000_000)
        return BulkheadPolicy(concurrent: max(256, 2 * held), wait: .zero)
    }

    /// Of a router at the records of one cell.
    public static let records = BulkheadPolicy(concurrent: 1_024, wait: .zero)
    /// Work that a user waits for.
    public static let user = BulkheadPolicy(concurrent: 30, wait: .seconds(1))
    /// 5 at once, 10 s of waiting.
    public static let analytics = BulkheadPolicy(concurrent: 5, wait: .seconds(10))
    /// 2 at once, 30 s of waiting.
    public static let background = BulkheadPolicy(concurrent: 2, wait: .seconds(30))
    /// 10 at once, 5 s of waiting.
    public static let database = BulkheadPolicy(concurrent: 10, wait: .seconds(5))
    /// 5 at once, 5 s of waiting.
    public static let externalAPI = BulkheadPolicy(concurrent: 5, wait: .seconds(5))

    private static func sound(_ value: Int, _ range: ClosedRange<Int>) -> Int {
        min(max(value, range.lowerBound), range.upperBound)
    }
}

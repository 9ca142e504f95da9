import MeshBase

/// When a cell that does worse than the others is left alone for a while: key `ejection` (C36).
public struct EjectionPolicy: Sendable, Equatable {
    /// Bad results in a row that eject, 1...65 535.
    public let consecutive: Int
    /// From look to look, at least 1 ms.
    public let interval: TimeAmount
    /// Out for so long the first time, and each further time so much longer; at least 1 ms.
    public let base: TimeAmount
    /// Of the cells with traffic, 0...1; one may always be out.
    public let most: Double
    /// Where a smaller share of a shard is available all of it is used, 0...1.
    public let panic: Double
    /// Results between two looks without which a cell's share of success means nothing.
    public let volume: Int
    /// Cells with that many, below which nothing is compared.
    public let cells: Int
    /// How far below the mean of all a share may be, in deviations.
    public let deviations: Double

    /// Ejection is never longer than so many times the base.
    public static let longest = 10

    /// What lies outside the ranges is moved to their ends.
    public init(
        consecutive: Int = 5, interval: TimeAmount = .seconds(10), base: TimeAmount = .seconds(30), most: Double = 0.1,
        panic: Double = 0.5, volume: Int = 100, cells: Int = 5, deviations: Double = 1.9
    ) {
        self.consecutive = min(max(consecutive, 1), 65_535)
        self.interval = max(interval, .milliseconds(1))
        self.base = max(base, .milliseconds(1))
        self.most = most.isFinite ? min(max(most, 0), 1) : 0.1
        self.panic = panic.isFinite ? min(max(panic, 0), 1) : 0.5
        self.volume = max(volume, 1)
        self.cells = max(cells, 2)
        self.deviations = deviations.isFinite ? max(deviations, 0) : 1.9
    }

    /// As production has it.
    public static let seed = EjectionPolicy()
    /// Within seconds, for one machine.
    public static let local = EjectionPolicy(interval: .seconds(1), base: .seconds(2))

    /// How many of so many may be out.
    public func most(of cells: Int) -> Int {
        // In millionths, so that 29 % of 100 are 29 and not the 28 that rounding 28.999999999999996 down would give.
        max(1, cells * Int((most * 1_000_000).rounded()) / 1_000_000)
    }

    /// Whether so few of so many are left that all are used, whatever is known of them: what looks like many bad cells
    /// is then rather a bad moment of all, and the few could not bear the load.
    public func isPanic(available: Int, of all: Int) -> Bool {
        available * 1_000_000 < all * Int((panic * 1_000_000).rounded())
    }
}

import MeshBase

/// The group of customers that one of two strategies is tried on.
public enum ComparisonArm: Int, Sendable, CaseIterable {
    case a = 0
    case b = 1

    /// The label of metrics.
    public var name: StaticString { self == .a ? "a" : "b" }
}

/// Two degradation levels at once, each for the customers of one arm.
public struct ComparisonEntry: Sendable, Equatable, Codable {
    /// The level by hand of arm a and of arm b; the controller's is in force where it is graver, in both.
    public var a: DegradationLevel
    /// The level by hand of arm b.
    public var b: DegradationLevel
    /// The share of customers in arm b, 0...1.
    public var share: Double
    /// Another seed divides customers otherwise.
    public var seed: UInt64
    /// When it was set.
    public var set: WallTime?
    /// When it ends; nil for never.
    public var until: WallTime?

    /// - Parameter share: clamped to 0...1; what is no number counts as 0.
    public init(
        a: DegradationLevel, b: DegradationLevel, share: Double = 0.5, seed: UInt64 = 0, set: WallTime? = nil,
        until: WallTime? = nil
    ) {
        self.a = a
        self.b = b
        self.share = share.isNaN ? 0 : min(max(share, 0), 1)
        self.seed = seed
        self.set = set
        self.until = until
    }

    /// The level of an arm, as it is set by hand for the whole mesh.
    public func level(of arm: ComparisonArm) -> LevelEntry {
        LevelEntry(arm == .a ? a : b, set: set, until: until)
    }

    /// Which arm a customer is in: the same in every process, and in no relation to where the customer lives, as its hash
    /// is mixed anew.
    @inlinable public func arm(of customer: CustomerHash) -> ComparisonArm {
        // 53 bits, as many as a share has; a share of 1 takes all.
        let position = Double(StableHash.combine(seed, customer.rawValue) >> 11) * 0x1p-53
        return position < share ? .b : .a
    }

    /// Whether its time is not up.
    public func isInForce(_ now: WallTime) -> Bool { until.map { now < $0 } ?? true }
}

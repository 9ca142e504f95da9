import MeshBase

/// A count for each priority, inline: counting allocates nothing.
public struct PriorityCounts: Sendable, Equatable {
    @usableFromInline var counts: SIMD4<UInt64>

    /// All zero.
    @inlinable public init() { counts = .zero }

    /// The count of one class.
    @inlinable public subscript(_ priority: Priority) -> UInt64 {
        get { counts[Int(priority.rawValue)] }
        set { counts[Int(priority.rawValue)] = newValue }
    }

    /// Of all classes together.
    public var total: UInt64 { counts.wrappedSum() }
}

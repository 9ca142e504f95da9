import MeshBase

/// The version of a record: a counter that rises with every write of its key, and who wrote it.
///
/// Versions are totally ordered and unique: the writer is (boot of the router, number of the operation), so two
/// concurrent writes that saw the same counter still differ (multi-writer registers: Lynch and Shvartsman 1997).
public struct RecordVersion: Hashable, Comparable, Sendable, Codable {
    public var counter: UInt64
    public var writer: UInt64

    @inlinable public init(counter: UInt64, writer: UInt64) {
        self.counter = counter
        self.writer = writer
    }
    @inlinable public init(counter: UInt64, boot: UInt32, operation: UInt32) {
        self.init(counter: counter, writer: UInt64(boot) << 32 | UInt64(operation))
    }

    /// No mesh gets so far by counting: a cell that claims more is damaged.
    public static let highestCounter = UInt64.max / 2

    /// The version of a record that was never written.
    public static let none = RecordVersion(counter: 0, writer: 0)

    @inlinable public static func < (a: RecordVersion, b: RecordVersion) -> Bool {
        (a.counter, a.writer) < (b.counter, b.writer)
    }
}

import MeshBase

/// The version of a record: a counter that rises with every write of its key, and who wrote it.
///
/// Versions are totally ordered and unique: the writer is (boot of the router, number of the operation), so two
/// concurrent writes that saw the same counter still differ (multi-writer registers: Lynch and Shvartsman 1997).
public struct RecordVersion: Hashable, Comparable, Sendable, Codable {
    /// How many writes of the key came before, as the writer saw it, plus 1; 0 for `none`.
    public var counter: UInt64
    /// Who wrote: boot of the router in the upper 32 bits, number of the operation in the lower ones.
    public var writer: UInt64

    /// A version by its two parts, as codecs and stores have them.
    @inlinable public init(counter: UInt64, writer: UInt64) {
        self.counter = counter
        self.writer = writer
    }
    /// The version that an operation of a router writes.
    ///
    /// - Parameters:
    ///   - boot: unique to this life of the router.
    ///   - operation: unique within it.
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

/// The version that a store gave out for a record, as its clients saw it: the witness of the order of writes.
///
/// Ordered by counter, then writer. It is a type of the checkers' own, so that nothing under test decides what counts
/// as newer.
package struct VersionWitness: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var counter: UInt64
    package var writer: UInt64

    @inlinable package init(counter: UInt64, writer: UInt64) {
        self.counter = counter
        self.writer = writer
    }

    /// Of a record that was never written.
    package static let none = VersionWitness(counter: 0, writer: 0)

    @inlinable package static func < (a: VersionWitness, b: VersionWitness) -> Bool {
        (a.counter, a.writer) < (b.counter, b.writer)
    }

    /// The least that is above this one: no writer has it.
    var successor: VersionWitness {
        writer < .max
            ? VersionWitness(counter: counter, writer: writer + 1) : VersionWitness(counter: counter + 1, writer: 0)
    }

    /// As in an entity tag: `COUNTER-WRITER` in hexadecimal.
    package var description: String {
        self == .none ? "none" : String(counter, radix: 16) + "-" + String(writer, radix: 16)
    }
}

/// Names a record in a history; the number is its maker's choice.
package struct RecordID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64
    @inlinable package init(_ rawValue: UInt64) { self.rawValue = rawValue }
    @inlinable package static func < (a: RecordID, b: RecordID) -> Bool { a.rawValue < b.rawValue }
    package var description: String { "record \(rawValue)" }
}

/// Names an operation in a history; unique in it.
package struct OperationID: Hashable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64
    @inlinable package init(_ rawValue: UInt64) { self.rawValue = rawValue }
    package var description: String { "operation \(rawValue)" }
}

import MeshBase

/// What a coordinator asks a cell of some cohorts: how far it is, perhaps to verify them, perhaps to count the rows of the
/// first. On the wire: a byte of flags, then 2 bytes for each cohort.
package struct StatusQuestion: Sendable, Equatable {
    package var cohorts: [Int]
    package var verifies: Bool
    package var counts: Bool

    package init(cohorts: [Int], verifies: Bool = false, counts: Bool = false) {
        self.cohorts = cohorts
        self.verifies = verifies
        self.counts = counts
    }

    package func append(to buffer: inout ByteBuffer) {
        buffer.append(byte: (verifies ? 1 : 0) | (counts ? 2 : 0))
        for cohort in cohorts { buffer.append(littleEndian: UInt16(cohort)) }
    }

    /// Nil for anything that was not written here for a table of so many cohorts.
    package init?(_ bytes: UnsafeRawBufferPointer, cohorts count: Int) {
        guard let flags = bytes.first, flags <= 3, bytes.count % 2 == 1, (bytes.count - 1) / 2 <= count else {
            return nil
        }
        verifies = flags & 1 != 0
        counts = flags & 2 != 0
        cohorts = stride(from: 1, to: bytes.count, by: 2).map {
            Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt16.self)))
        }
        guard cohorts.allSatisfy({ $0 < count }) else { return nil }
    }
}

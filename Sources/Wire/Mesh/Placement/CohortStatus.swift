import MeshBase

/// How far a cell has come with one cohort, as a coordinator is told: 24 bytes on the wire.
package struct CohortStatus: Sendable, Equatable {
    package enum Verified: UInt8, Sendable {
        /// Not looked at, or not to its end.
        case open = 0
        /// Every line of both shards is dominated here, and what has equal versions is equal.
        case sound = 1
        /// A line of equal version has another value: damage, which is never merged.
        case damaged = 2
    }
    /// What keeps a cell's store from doing what it should, as its last answers have it.
    package enum Trouble: UInt8, Sendable {
        case none = 0
        /// There is no room: reads are answered, writes are refused.
        case full = 1
        /// Orders fail.
        case broken = 2
    }
    package var cohort: Int
    /// Of the entry that is installed.
    package var version: UInt64
    /// It is filled for this move.
    package var filled: Epoch
    /// The store votes, or there is none to vote.
    package var votes: Bool
    /// Drops what it must not keep.
    package var isPurging: Bool
    package var verified: Verified
    /// Rows of the cohort, tombstones included; `unknown` where they were not asked for.
    package var rows: UInt32
    /// Of the store, whatever the cohort.
    package var trouble: Trouble

    package static let unknown = UInt32.max
    package static let size = 24

    package init(
        cohort: Int, version: UInt64, filled: Epoch, votes: Bool, isPurging: Bool, verified: Verified = .open,
        rows: UInt32 = CohortStatus.unknown, trouble: Trouble = .none
    ) {
        self.cohort = cohort
        self.version = version
        self.filled = filled
        self.votes = votes
        self.isPurging = isPurging
        self.verified = verified
        self.rows = rows
        self.trouble = trouble
    }

    package func append(to buffer: inout ByteBuffer) {
        buffer.append(littleEndian: UInt16(cohort))
        buffer.append(littleEndian: version)
        buffer.append(littleEndian: filled.rawValue)
        buffer.append(byte: (votes ? 1 : 0) | (isPurging ? 2 : 0))
        buffer.append(byte: verified.rawValue)
        buffer.append(littleEndian: rows)
        buffer.append(littleEndian: UInt32(trouble.rawValue))
    }

    /// Nil for anything that was not written here.
    package static func all(_ bytes: UnsafeRawBufferPointer) -> [CohortStatus]? {
        guard bytes.count % size == 0 else { return nil }
        var all: [CohortStatus] = []
        all.reserveCapacity(bytes.count / size)
        for at in stride(from: 0, to: bytes.count, by: size) {
            guard let verified = Verified(rawValue: bytes[at + 15]), bytes[at + 14] <= 3,
                let trouble = Trouble(rawValue: bytes[at + 20])
            else { return nil }
            all.append(
                CohortStatus(
                    cohort: Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self))),
                    version: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 2, as: UInt64.self)),
                    filled: Epoch(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 10, as: UInt32.self))),
                    votes: bytes[at + 14] & 1 != 0, isPurging: bytes[at + 14] & 2 != 0, verified: verified,
                    rows: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 16, as: UInt32.self)),
                    trouble: trouble))
        }
        return all
    }
}

import MeshBase
import Sharding

/// What two processes tell each other of the placement: how much of it they have, and what the other lacks.
///
/// On the wire: the digest (8 bytes); how many versions follow (2), each of 8; then entries, each with its proof (16) and
/// a length (4). All little-endian.
package struct EntryExchange: Sendable, Equatable {
    /// Of all versions; equal for two that agree.
    package var digest: UInt64
    /// One for each cohort, where the digests differ; otherwise empty.
    package var versions: [UInt64]
    package var entries: [SealedEntry]

    package init(digest: UInt64, versions: [UInt64] = [], entries: [SealedEntry] = []) {
        self.digest = digest
        self.versions = versions
        self.entries = entries
    }

    package func append(to buffer: inout ByteBuffer) {
        buffer.append(littleEndian: digest)
        buffer.append(littleEndian: UInt16(versions.count))
        for version in versions { buffer.append(littleEndian: version) }
        for sealed in entries { Self.append(sealed, to: &buffer) }
    }

    /// One entry as it also stands in the refusal of a request of another epoch.
    package static func append(_ sealed: SealedEntry, to buffer: inout ByteBuffer) {
        buffer.append(sealed.proof)
        let bytes = sealed.entry.bytes
        buffer.append(littleEndian: UInt32(bytes.count))
        buffer.append(bytes)
    }

    package static func size(of sealed: SealedEntry) -> Int { EntrySeal.size + 4 + sealed.entry.bytes.count }

    /// Nil for anything that was not written here for a table of so many cohorts.
    package init?(_ bytes: UnsafeRawBufferPointer, cohorts: Int) {
        guard bytes.count >= 10 else { return nil }
        digest = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        let count = Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
        guard count == 0 || count == cohorts, bytes.count >= 10 + 8 * count else { return nil }
        versions = (0..<count).map {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 10 + 8 * $0, as: UInt64.self))
        }
        guard
            let entries = Self.entries(
                UnsafeRawBufferPointer(rebasing: bytes[(10 + 8 * count)...]), cohorts: cohorts)
        else { return nil }
        self.entries = entries
    }

    /// Entries one after the other; nil for anything else.
    package static func entries(_ bytes: UnsafeRawBufferPointer, cohorts: Int) -> [SealedEntry]? {
        var entries: [SealedEntry] = []
        var at = 0
        while at < bytes.count {
            guard entries.count < cohorts, bytes.count - at >= EntrySeal.size + 4 else { return nil }
            let length = Int(
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at + EntrySeal.size, as: UInt32.self)))
            let start = at + EntrySeal.size + 4
            guard bytes.count - start >= length,
                let entry = PlacementEntry(bytes: bytes[start..<(start + length)], cohorts: cohorts)
            else { return nil }
            entries.append(SealedEntry(entry: entry, proof: Array(bytes[at..<(at + EntrySeal.size)])))
            at = start + length
        }
        return entries
    }
}

import Checkers
import Topology
import Wire

/// What the clients of a load know of records that keep siblings, and whether the mesh keeps what they have written.
///
/// Three writes of four supersede what their clients know of the record; the others are blind, so that there is something
/// to keep apart.
struct SiblingBook {
    /// One value, or deletion.
    private struct Known {
        var dot: [UInt8]
        /// Nil where it is not of this run.
        var value: UInt64?
    }
    /// What is known of further records is not kept: their writes are blind.
    static let limit = 100_000
    /// Dots of one condition at most.
    private static let mostSeen = 2 * MeshTopology.mostSiblings
    private let run: UInt64
    private var known: [RecordID: [Known]] = [:]
    /// What writes under way have seen.
    private var sent: [UInt64: [Known]] = [:]
    private(set) var checker: SiblingChecker
    /// Writes of unknown outcome.
    private(set) var unknown = 0

    init(run: UInt64, checker: SiblingChecker = SiblingChecker(most: MeshTopology.mostSiblings)) {
        self.run = run
        self.checker = checker
    }

    /// A write is sent.
    /// - Returns: what stands in `If-Match`; nil for a blind one.
    mutating func begin(_ record: RecordID, number: UInt64) -> [UInt8]? {
        let seen = number % 4 == 0 ? [] : Array(known[record, default: []].prefix(Self.mostSeen))
        sent[number] = seen
        checker.invoke(record, number: number, deletes: false, seen: seen.compactMap(\.value))
        guard !seen.isEmpty else { return nil }
        let quote = [UInt8(ascii: "\"")]
        return quote + seen.map(\.dot).joined(separator: [UInt8(ascii: ",")]) + quote
    }

    /// A write was acknowledged.
    /// - Parameter tag: its `ETag`; empty without one.
    mutating func acknowledged(_ record: RecordID, number: UInt64, tag: UnsafeRawBufferPointer) {
        let seen = Set((sent.removeValue(forKey: number) ?? []).map(\.dot))
        let dot = Self.dots(tag).first
        checker.acknowledged(record, value: number, counter: dot.map(Self.counter) ?? 0)
        let rest = known[record, default: []].filter { !seen.contains($0.dot) }
        keep(rest + (dot.map { [Known(dot: $0, value: number)] } ?? []), of: record)
    }

    /// A write was refused, and has changed nothing.
    mutating func refused(_ record: RecordID, number: UInt64) {
        let seen = Set((sent.removeValue(forKey: number) ?? []).map(\.dot))
        let left = known[record, default: []].filter { seen.contains($0.dot) }.compactMap(\.value)
        checker.refused(record, number: number, seen: left)
    }

    /// Nobody knows what became of a write.
    mutating func lost(number: UInt64) {
        sent[number] = nil
        unknown += 1
    }

    /// A read was answered with a value, with several, or with none.
    mutating func read(
        _ record: RecordID, status: Int, tag: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
    ) {
        let shown = show(record, status, tag, body)
        checker.read(shown.compactMap(\.value))
        keep(shown, of: record)
    }

    /// What a record holds at the end, by such an answer: values of this run.
    mutating func readBack(
        _ record: RecordID, status: Int, tag: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
    ) -> [UInt64] { show(record, status, tag, body).compactMap(\.value) }

    /// Nothing more is asked about a record.
    mutating func judge(_ record: RecordID, _ values: [UInt64]) { checker.readBack(record, values) }

    private mutating func keep(_ now: [Known], of record: RecordID) {
        guard !now.isEmpty else {
            known[record] = nil
            return
        }
        if known[record] != nil || known.count < Self.limit { known[record] = now }
    }

    private mutating func show(
        _ record: RecordID, _ status: Int, _ tag: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer
    ) -> [Known] {
        let shown: [Known] =
            switch status {
            case 200: Self.dots(tag).map { Known(dot: $0, value: value(body)) }
            case 300: ShownSiblings.read(body).map { Known(dot: Array($0.version), value: $0.text.flatMap(value)) }
            // Deletions, of which a load makes none.
            default: Self.dots(tag).map { Known(dot: $0, value: nil) }
            }
        for other in shown where other.value == nil { checker.others(record, counter: Self.counter(other.dot)) }
        return shown
    }

    private func value(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
        RecordValue.parse(bytes).flatMap { $0.run == run ? $0.number : nil }
    }

    /// The names in a tag.
    private static func dots(_ tag: UnsafeRawBufferPointer) -> [[UInt8]] {
        guard tag.count > 2, tag.first == UInt8(ascii: "\""), tag.last == UInt8(ascii: "\"") else { return [] }
        return tag.dropFirst().dropLast().split(separator: UInt8(ascii: ",")).map(Array.init)
    }

    /// Of the version that a name begins with; the highest there is where it begins with none, so that nothing is judged
    /// by it.
    private static func counter(_ dot: [UInt8]) -> UInt64 {
        dot.withUnsafeBytes { bytes in
            Hexadecimal.parse(bytes, 0, bytes.firstIndex(of: UInt8(ascii: "-")) ?? 0) ?? .max
        }
    }
}

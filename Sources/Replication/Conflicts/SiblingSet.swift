import MeshBase
import Topology

/// The record of a key that keeps siblings: the values of writes that did not know of each other, and what is known to be
/// superseded (dotted version vectors: Preguica, Baquero, Almeida and others 2010).
///
/// Each write has a *dot*, the version that its router has chosen: unique, and never a second one for the same write. The
/// first store that takes it up also gives it a *mark*, the next number of its own for this key. Two things say that a
/// value is superseded: its dot is among those superseded last, or its mark is covered by the numbers that were seen of
/// that store and the value is not there. The first is exact and forgets; the second never forgets, because a store that
/// marks has all that it marked before. So a cell that comes back after any time brings no old value back, and what it
/// alone has taken up is lost to nobody.
public struct SiblingSet: Sendable, Hashable {
    /// A store's number of a write.
    public struct Mark: Sendable, Hashable {
        /// Of the store, in one stay among the members.
        public var writer: UInt64
        /// Rises with each write that the store is the first to take up.
        public var counter: UInt64
        /// By its parts, as codecs have them.
        public init(writer: UInt64, counter: UInt64) {
            self.writer = writer
            self.counter = counter
        }
    }

    /// One value, or deletion.
    public struct Sibling: Sendable, Hashable {
        /// The dot.
        public var version: RecordVersion
        /// Empty for a deletion.
        public var value: [UInt8]
        /// The write was a deletion.
        public var tombstone: Bool
        /// One, unless a router asked a second store because the first did not answer. By writer.
        public var marks: [Mark]

        /// By its parts, as codecs have them.
        public init(version: RecordVersion, value: [UInt8], tombstone: Bool, marks: [Mark] = []) {
            self.version = version
            self.value = value
            self.tombstone = tombstone
            self.marks = marks
        }
    }

    /// Siblings at most, once `bounded`.
    public static let most = MeshTopology.mostSiblings
    /// Stores whose numbers are kept; of more those go that were seen with the lowest numbers.
    public static let mostSeen = 16
    /// Superseded dots that are named, the highest ones.
    public static let mostSuperseded = 16
    /// Marks of one sibling.
    public static let mostMarks = 4

    /// Rising by version; never empty in a store.
    public internal(set) var siblings: [Sibling]
    /// The highest number seen of each store; rising by writer.
    public internal(set) var seen: [Mark]
    /// Falling.
    public internal(set) var superseded: [RecordVersion]

    /// Nothing that was ever written.
    public init() { self.init(siblings: [], seen: [], superseded: []) }

    /// A record that was written before its key kept siblings: one value, which no store has marked.
    public init(version: RecordVersion, value: [UInt8], tombstone: Bool) {
        self.init(
            siblings: [Sibling(version: version, value: tombstone ? [] : value, tombstone: tombstone)], seen: [],
            superseded: [])
    }

    init(siblings: [Sibling], seen: [Mark], superseded: [RecordVersion]) {
        self.siblings = siblings
        self.seen = seen
        self.superseded = superseded
    }

    /// More than one write is left, and not all of them are deletions.
    public var isConflicted: Bool { siblings.count > 1 && !isDeleted }

    /// Nothing is left but deletions.
    public var isDeleted: Bool { siblings.allSatisfy(\.tombstone) }

    /// The one value, where there is no conflict and no deletion.
    public var value: [UInt8]? { siblings.count == 1 && !siblings[0].tombstone ? siblings[0].value : nil }

    /// The dots of all siblings: what a client that reads it has seen.
    public var dots: [RecordVersion] { siblings.map(\.version) }

    /// What the set stands under where records are compared by versions: a function of the set alone, so that equal sets
    /// have equal versions, and unequal ones different ones. Its counter does not fall, whatever is written or merged. Of
    /// two different ones the higher need not contain the lower: see `SiblingRule.lacks`.
    public var version: RecordVersion {
        guard !siblings.isEmpty else { return .none }
        let highest = siblings.reduce(seen.reduce(0) { max($0, $1.counter) }) { max($0, $1.version.counter) }
        return RecordVersion(counter: highest, writer: digest)
    }

    private var digest: UInt64 {
        var digest = UInt64(siblings.count)
        func add(_ word: UInt64) { digest = StableHash.combine(digest, word) }
        for sibling in siblings {
            add(sibling.version.counter)
            add(sibling.version.writer)
            add(UInt64(sibling.marks.count) << 1 | (sibling.tombstone ? 1 : 0))
            for mark in sibling.marks {
                add(mark.writer)
                add(mark.counter)
            }
        }
        for mark in seen {
            add(mark.writer)
            add(mark.counter)
        }
        for dot in superseded {
            add(dot.counter)
            add(dot.writer)
        }
        return digest
    }

    /// Takes up a write.
    ///
    /// One that is there already, or was superseded, changes nothing: a router may send it again.
    /// - Parameters:
    ///   - version: its dot, above all that it supersedes.
    ///   - dots: what its client has seen.
    ///   - writer: who marks it: one store in one stay among the members.
    /// - Returns: whether anything is another now.
    public mutating func write(
        _ version: RecordVersion, value: [UInt8], tombstone: Bool, superseding dots: [RecordVersion], writer: UInt64
    ) -> Bool {
        guard !superseded.contains(version), !siblings.contains(where: { $0.version == version }) else { return false }
        let known = seen.firstIndex { $0.writer == writer }
        let last = known.map { seen[$0].counter } ?? 0
        // Not below the clock: a store that has dropped the record begins above its former numbers.
        let mark = Mark(writer: writer, counter: max(last + 1, version.counter))
        siblings.removeAll { dots.contains($0.version) }
        superseded = Self.highest(superseded + dots.filter { $0 != version })
        insert(Sibling(version: version, value: tombstone ? [] : value, tombstone: tombstone, marks: [mark]))
        seen = Self.joined(seen, [mark])
        return true
    }

    private mutating func insert(_ sibling: Sibling) {
        let place = siblings.firstIndex { $0.version > sibling.version } ?? siblings.endIndex
        siblings.insert(sibling, at: place)
    }

    static func highest(_ dots: [RecordVersion]) -> [RecordVersion] {
        Array(Set(dots).sorted(by: >).prefix(mostSuperseded))
    }

    static func joined(_ a: [Mark], _ b: [Mark]) -> [Mark] {
        var joined = a
        for mark in b {
            if let known = joined.firstIndex(where: { $0.writer == mark.writer }) {
                joined[known].counter = max(joined[known].counter, mark.counter)
            } else {
                joined.append(mark)
            }
        }
        return joined.sorted { $0.writer < $1.writer }
    }
}

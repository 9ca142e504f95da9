import MeshBase
import Sharding
import Topology
import Wire

/// The placement as one process knows it: the decided entries that it has heard of, and how it learns more and tells
/// others. Only entries whose proof holds come in, so that all of it may be passed on.
package struct PlacementLedger {
    package private(set) var placement: Placement
    /// Of each cohort's entry.
    private(set) var versions: [UInt64]
    /// Of the versions of all entries: equal for two that agree.
    package private(set) var digest: UInt64
    package private(set) var counters = Counters()
    private let seal: EntrySeal
    /// The proof of each cohort's entry, once it was made or told.
    private var proofs: [[UInt8]?]

    /// They only rise.
    package struct Counters: Sendable {
        /// Entries that were news.
        package var taken: UInt64 = 0
        /// Entries without proof, or that fit no mesh like this one.
        package var refused: UInt64 = 0
    }

    /// - Parameter placement: what is known at the start, which the process has proven before.
    package init(_ placement: Placement, seal: EntrySeal) {
        self.placement = placement
        self.seal = seal
        proofs = Array(repeating: nil, count: placement.table.entries.count)
        versions = placement.table.entries.map(\.version)
        digest = Self.digest(versions)
    }

    /// The mesh has further cells, of which entries may speak from now on.
    mutating func grow(_ topology: MeshTopology) { placement.grow(topology) }

    package var table: PlacementTable { placement.table }
    package var cohorts: Int { placement.table.entries.count }

    package func entry(of customer: CustomerHash) -> PlacementEntry {
        placement.table.entries[placement.table.cohort(of: customer)]
    }

    /// The entry of a cohort for others; nil where it is as it was founded, which everybody knows.
    package func sealed(_ cohort: Int) -> SealedEntry? {
        let entry = placement.table.entries[cohort]
        guard !entry.isFounding else { return nil }
        return proofs[cohort].map { SealedEntry(entry: entry, proof: $0) } ?? seal.seal(decided: entry)
    }

    /// Takes over an entry that somebody else has told; whether it was news.
    @discardableResult
    package mutating func take(_ sealed: SealedEntry) -> Bool {
        guard versions.indices.contains(sealed.entry.cohort) else {
            counters.refused += 1
            return false
        }
        guard sealed.entry.version > versions[sealed.entry.cohort] else { return false }
        guard seal.isGenuine(sealed) else {
            counters.refused += 1
            return false
        }
        return install(sealed.entry, proof: sealed.proof)
    }

    /// Takes over an entry that this process has seen decided itself.
    @discardableResult
    package mutating func take(decided entry: PlacementEntry) -> Bool {
        install(entry, proof: seal.seal(decided: entry).proof)
    }

    private mutating func install(_ entry: PlacementEntry, proof: [UInt8]) -> Bool {
        switch Result(catching: { () throws(PlacementError) in try placement.install(entry) }) {
        case .success(true):
            counters.taken += 1
            proofs[entry.cohort] = proof
            versions[entry.cohort] = entry.version
            digest = Self.digest(versions)
            return true
        case .success(false): return false
        case .failure:
            counters.refused += 1
            return false
        }
    }

    /// Whether a set of deciders was decided, or is the one that the mesh was founded with.
    func isGenuine(deciders set: [UInt8], proof: [UInt8]) -> Bool { seal.isGenuine(deciders: set, proof: proof) }

    private static func digest(_ versions: [UInt64]) -> UInt64 {
        var digest: UInt64 = 0
        for version in versions { digest = StableHash.combine(digest, version) }
        return digest
    }

    // MARK: Exchange

    /// Bytes of entries in one message at most, unless a single one is longer.
    private static let mostBytes = 128 << 10

    /// What is asked first: whether the other has the same.
    package var question: EntryExchange { EntryExchange(digest: digest) }

    /// Takes over what somebody tells, and says what it lacks.
    /// - Returns: the cohorts of which something was news, and what to answer.
    package mutating func hear(_ exchange: EntryExchange) -> (news: [Int], answer: EntryExchange) {
        let news = exchange.entries.filter { take($0) }.map(\.entry.cohort)
        var answer = EntryExchange(digest: digest)
        if exchange.versions.isEmpty {
            if exchange.digest != digest { answer.versions = versions }
        } else {
            answer.entries = lacking(exchange.versions)
        }
        return (news, answer)
    }

    /// What to say to an answer; nil where nothing is left to be said.
    package mutating func hear(answer exchange: EntryExchange) -> (news: [Int], more: EntryExchange?) {
        let news = exchange.entries.filter { take($0) }.map(\.entry.cohort)
        guard !exchange.versions.isEmpty else { return (news, nil) }
        var more = EntryExchange(digest: digest, entries: lacking(exchange.versions))
        let lacks = zip(versions, exchange.versions).contains { $0 < $1 }
        if lacks { more.versions = versions }
        return (news, lacks || !more.entries.isEmpty ? more : nil)
    }

    /// Entries of which somebody with these versions has an older one, as many as fit into a message.
    private func lacking(_ theirs: [UInt64]) -> [SealedEntry] {
        var entries: [SealedEntry] = []
        var bytes = 0
        for (cohort, version) in theirs.enumerated() where cohort < cohorts {
            guard versions[cohort] > version, let sealed = sealed(cohort) else { continue }
            bytes += EntryExchange.size(of: sealed)
            guard entries.isEmpty || bytes <= Self.mostBytes else { break }
            entries.append(sealed)
        }
        return entries
    }
}

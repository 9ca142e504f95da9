import MeshBase

/// The standing of all members in an observer's eyes. Kept of those that were suspected lately, which are mostly none.
///
/// For the protocol a suspicion begins and ends as ever; who chooses between members looks at their standing instead,
/// which moves a few times where status goes back and forth. The observer tells it of each suspicion that begins
/// (`accused`, `confirmed`), of each that a higher incarnation ends (`refuted`), of members that died (`died`), left or
/// were forgotten (`forget`), and calls `elapse` at `next`. Each returns the new standing, if it is another.
struct StandingTable: Sendable {
    let rules: StandingRules
    private var records: [MemberID: StandingRecord] = [:] {
        didSet { revision &+= 1 }
    }
    /// Rises with each change of any record.
    private(set) var revision: UInt64 = 0

    init(rules: StandingRules) { self.rules = rules }

    /// Members that something is kept of.
    var count: Int { records.count }

    subscript(id: MemberID) -> Standing { records.isEmpty ? .steady : records[id]?.standing ?? .steady }

    /// A suspicion of it began.
    mutating func accused(_ id: MemberID, by accuser: MemberID) -> Standing? {
        change(id) { record, _ in record.accused(by: accuser) }
    }

    /// Another confirmed the suspicion.
    mutating func confirmed(_ id: MemberID) { records[id]?.confirmed() }

    /// A suspicion of it was refuted, or its death.
    mutating func refuted(_ id: MemberID, now: Instant) -> Standing? {
        change(id) { record, rules in record.refuted(at: now, rules: rules) }
    }

    private mutating func change(
        _ id: MemberID, _ body: (inout StandingRecord, StandingRules) -> Void
    ) -> Standing? {
        var record = records[id] ?? StandingRecord()
        let before = record.standing
        body(&record, rules)
        records[id] = record
        return record.standing == before ? nil : record.standing
    }

    /// It was declared dead. One that had refuted before is remembered: it may have done so again, unheard.
    mutating func died(_ id: MemberID, now: Instant) {
        guard var record = records[id] else { return }
        record.died()
        records[id] = record.isForgettable(now: now, rules: rules) ? nil : record
    }

    /// It takes part no more, or is another: what is known of its links goes with it.
    mutating func forget(_ id: MemberID) { records[id] = nil }

    /// Whether a failed probe of it is to begin a suspicion: not while an unsteady one has just shown that it lives.
    func mayAccuse(_ id: MemberID, now: Instant) -> Bool {
        records.isEmpty || records[id]?.mayAccuse(now: now, rules: rules) ?? true
    }

    /// When the next is steady again unless something happens; nil if none will be.
    var next: Instant? {
        records.values.reduce(nil as Instant?) { earliest, record in
            guard let end = record.end(rules: rules) else { return earliest }
            return min(earliest ?? end, end)
        }
    }

    /// Makes steady again who has been quiet for long enough.
    ///
    /// - Returns: those, by their numbers.
    mutating func elapse(now: Instant) -> [MemberID] {
        guard !records.isEmpty else { return [] }
        var steady: [MemberID] = []
        for id in records.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard var record = records[id] else { continue }
            let before = record.standing
            record.elapse(now: now, rules: rules)
            if record.standing != before { steady.append(id) }
            records[id] = record.isForgettable(now: now, rules: rules) ? nil : record
        }
        return steady
    }
}

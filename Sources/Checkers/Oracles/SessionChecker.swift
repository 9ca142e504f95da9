/// Decides whether each client saw its own session in order: it reads its own writes, what it reads does not go back,
/// and its writes follow what it has read and written (session guarantees: Terry et al. 1994).
///
/// The versions are the witness. Unlike `RegisterChecker` it asks nothing across clients, so it fits the tier that
/// promises no more. Of the deletions of others it has to know: their tombstones are collected, and nothing is then as new
/// as they were. Memory is one version per client and record, and one per record with deletions, up to a limit.
package struct SessionChecker: Sendable {
    package enum Violation: Hashable, Sendable {
        /// A read returned less than the same client had written before.
        case ownWriteNotRead
        /// A read returned less than the same client had read before.
        case readWentBack
        /// A write got a version not above what the same client had read or written before.
        case writeWentBack
    }

    private struct Session: Hashable, Sendable {
        var client: UInt64
        var record: RecordID
    }

    private struct Seen: Sendable {
        var read = VersionWitness.none
        var written = VersionWitness.none
        /// The newest deletion that it knows of.
        var deleted = VersionWitness.none
        var newest: VersionWitness { max(read, written) }
    }

    /// Whoever made them.
    private struct Deletions: Sendable {
        /// They may have had an effect, or may have one yet, at a version that nobody was told.
        var open = 0
        /// The highest version of one that was acknowledged.
        var highest = VersionWitness.none
    }

    private struct Pending: Sendable {
        var session: Session
        var action: History.Action
        /// What the client had seen when it began; operations of one client may overlap.
        var seen: Seen
    }

    /// Pairs of client and record that are watched; operations of further ones are counted only.
    package let limit: Int
    package private(set) var violations = Violations<Violation>()
    package private(set) var checked = 0
    package private(set) var unwatched = 0
    private var sessions: [Session: Seen] = [:]
    private var pending: [OperationID: Pending] = [:]
    private var deletions: [RecordID: Deletions] = [:]
    /// The records of those under way.
    private var deleting: [OperationID: RecordID] = [:]
    /// More records had deletions than are watched: nothing that is missing is judged.
    private var forgotDeletions = false

    package init(limit: Int = 1_000_000) { self.limit = limit }

    package init(_ history: History, limit: Int = 1_000_000) {
        self.init(limit: limit)
        for event in history.events {
            switch event.step {
            case .invoke(let invocation): invoke(event.operation, invocation)
            case .complete(let outcome): complete(event.operation, outcome)
            }
        }
    }

    /// A client of which nothing else is known deletes a record.
    package mutating func invokeDeletion(_ operation: OperationID, of record: RecordID) {
        guard deletions[record] != nil || deletions.count < limit else {
            forgotDeletions = true
            return
        }
        deletions[record, default: Deletions()].open += 1
        deleting[operation] = record
    }

    package mutating func invoke(_ operation: OperationID, _ invocation: History.Invocation) {
        if case .delete = invocation.action { invokeDeletion(operation, of: invocation.record) }
        let session = Session(client: invocation.client, record: invocation.record)
        guard sessions[session] != nil || sessions.count < limit else {
            unwatched += 1
            return
        }
        let seen = sessions[session, default: Seen()]
        sessions[session] = seen
        pending[operation] = Pending(session: session, action: invocation.action, seen: seen)
    }

    /// An operation of unknown outcome promises nothing.
    package mutating func complete(_ operation: OperationID, _ outcome: History.Outcome) {
        if let record = deleting.removeValue(forKey: operation), outcome != .unknown {
            deletions[record]!.open -= 1
            if case .acknowledged(let version) = outcome {
                deletions[record]!.highest = max(deletions[record]!.highest, version)
            }
        }
        guard let work = pending.removeValue(forKey: operation) else { return }
        checked += 1
        var seen = sessions[work.session] ?? Seen()
        func place() -> String { "client \(work.session.client), \(work.session.record), \(operation): " }
        switch outcome {
        case .unknown, .failed:
            return
        case .acknowledged(let version):
            if version <= work.seen.newest {
                violations.add(.writeWentBack, place() + "wrote \(version) after it had seen \(work.seen.newest)")
            }
            seen.written = max(seen.written, version)
            if case .delete = work.action { seen.deleted = max(seen.deleted, version) }
        case .missing(.none) where mayBeDeleted(work):
            // What it had seen is gone from then on.
            if work.seen.newest > work.seen.deleted { seen.read = max(seen.read, work.seen.newest.successor) }
        case .found(let version, _), .missing(let version):
            if version < work.seen.written {
                violations.add(.ownWriteNotRead, place() + "read \(version) after it had written \(work.seen.written)")
            } else if version < work.seen.read {
                violations.add(.readWentBack, place() + "read \(version) after it had read \(work.seen.read)")
            }
            seen.read = max(seen.read, version)
            if case .missing = outcome { seen.deleted = max(seen.deleted, version) }
        }
        sessions[work.session] = seen
    }

    /// Nothing was found where a tombstone as new as all that the client had seen may have been collected.
    private func mayBeDeleted(_ work: Pending) -> Bool {
        let newest = work.seen.newest
        guard newest > work.seen.deleted, !forgotDeletions else { return true }
        return deletions[work.session.record].map { $0.open > 0 || $0.highest > newest } ?? false
    }

    package var isValid: Bool { violations.isEmpty }

    package func verdict(oracle: String = "sessions") -> Verdict {
        var detail = "\(checked) operations in \(sessions.count) sessions"
        if unwatched > 0 { detail += ", \(unwatched) not watched" }
        if !violations.isEmpty { detail += "; " + violations.summary }
        return Verdict(oracle: oracle, ok: violations.isEmpty, detail: detail)
    }
}

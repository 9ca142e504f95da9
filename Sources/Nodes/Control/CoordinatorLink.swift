import Membership
import MeshBase
import Wire

/// A cell as a coordinator sees it.
struct CoordinatorLink {
    enum State { case closed, opening, up }
    enum Question: Equatable { case status(isCount: Bool), decrees([UInt64]), entries, identity, tombstones, drop }

    let name: String
    var status: MemberStatus?
    var endpoint: Endpoint?
    var state = State.closed
    var isWanted = false
    var failures = 0
    var retryAt = Instant.zero
    /// Questions without an answer, by their numbers; given up with the link.
    var asked: [UInt64: (question: Question, at: Instant)] = [:]
    /// What it said of each cohort, and when it was asked last.
    var cohorts = CohortStatuses()
    /// Rows of cohorts that were counted, by cohort, at the version of its entry.
    var rows: [Int: (version: UInt64, rows: Int)] = [:]
    /// What it said of its store last.
    var trouble = CohortStatus.Trouble.none
    /// The digest of the placement that it is known to have.
    var digest: UInt64?
    /// The last of the decided entries that it was told of, by the order in which they were decided.
    var told: UInt64 = 0
    /// It has told what it knows of the placement since it was seen alive: it may know what a former coordinator decided
    /// and nobody else was told.
    var isHeard = false

    /// It is closed, and where the cell is to be found is known: nobody wakes for one that is dead.
    var canBeOpened: Bool { state == .closed && isAlive && endpoint.map { $0.port != 0 } ?? false }
    var isAlive: Bool { status == .alive || status == .suspect }
    /// When the question was asked that waits longest for its answer; nil where none does.
    var oldestQuestion: Instant? {
        var oldest: Instant?
        for question in asked.values where oldest.map({ question.at < $0 }) ?? true { oldest = question.at }
        return oldest
    }
    var hasStatusQuestion: Bool { asked.values.contains { if case .status = $0.question { true } else { false } } }
    var hasEntriesQuestion: Bool { asked.values.contains { $0.question == .entries } }
}

/// What a cell said of each cohort: by their numbers, of which there are few.
struct CohortStatuses {
    private var all: [CohortStatus?] = []

    /// Nil where it has said nothing.
    subscript(cohort: Int) -> CohortStatus? {
        get { cohort < all.count ? all[cohort] : nil }
        set {
            if cohort >= all.count { all += Array(repeating: nil, count: cohort + 1 - all.count) }
            all[cohort] = newValue
        }
    }

    mutating func removeAll() { all.removeAll(keepingCapacity: true) }
}

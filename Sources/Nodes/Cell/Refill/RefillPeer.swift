import DequeModule
import MeshBase
import Replication
import Topology

/// Another cell as one that refills itself sees it: the link to it, the question it was asked, the lines it has told. It
/// belongs to one refill; behind a reference, so that a look at one field copies none of the others.
final class RefillPeer {
    enum Link: Equatable { case closed, opening, up }
    enum Question: Equatable {
        case state, list
        case fetch([RecordPosition])
        /// It has another entry of the cohort: what this cell knows.
        case entries
    }

    /// What it says of its own store, and of the asker's.
    struct State: Equatable {
        enum Knowledge: UInt8 { case never, same, other }
        var storeID: UInt64
        var life: StoreLife
        var knows: Knowledge

        init(storeID: UInt64, life: StoreLife, knows: Knowledge) {
            self.storeID = storeID
            self.life = life
            self.knows = knows
        }

        /// As the two versions of a frame's head.
        var words: (UInt64, UInt64) { (storeID, UInt64(life.code) | UInt64(knows.rawValue) << 8) }

        init?(_ first: UInt64, _ second: UInt64) {
            guard second <= UInt64(UInt16.max), let life = StoreLife(code: UInt8(truncatingIfNeeded: second)),
                let knows = Knowledge(rawValue: UInt8(second >> 8))
            else { return nil }
            self.init(storeID: first, life: life, knows: knows)
        }
    }

    let cell: CellIndex
    let name: String
    var link = Link.closed
    var failures = 0
    /// When a closed link is opened again, or an open one asked again for its state.
    var retryAt = Instant.zero
    /// The question under way: its number, and when it counts as not answered.
    private(set) var asked: (question: Question, number: UInt64, until: Instant)?
    var state: State?
    var lines = Deque<RecordLine>()
    /// Behind what it was asked for last.
    var after = RecordPosition.start
    var isAtEnd = false

    /// Questions in a row that it did not answer in time; it is given more for the next one.
    private var unanswered = 0

    /// 2 s, doubling to 32 s: a slow peer is read slowly, and a dead one does not hold up the others for long.
    private var patience: TimeAmount { .seconds(2 << Int64(min(unanswered, 4))) }
    static let stateInterval = TimeAmount.milliseconds(500)
    /// Until one that has another entry is told again.
    static let entryInterval = TimeAmount.milliseconds(20)

    init(cell: CellIndex, name: String, after: RecordPosition, isSelf: Bool = false) {
        self.isSelf = isSelf
        self.cell = cell
        self.name = name
        self.after = after
    }

    /// The cell's own store, which need not be asked twice for what it has.
    let isSelf: Bool
    /// It has installed another version of the cohort's entry: it is told of this one, and asked again.
    var isElsewhere = false

    var isSource: Bool { isSelf || link == .up && state?.life == .votes && !isElsewhere }
    /// It cannot be read, and says why.
    var isKnownUnfit: Bool { state.map { $0.life != .votes } ?? false }
    /// The merge can go on without another line of it.
    var hasNext: Bool { isAtEnd || !lines.isEmpty }
    var wantsLines: Bool { isSource && !isAtEnd && lines.isEmpty }

    func ask(_ question: Question, number: UInt64, now: Instant) {
        asked = (question, number, now + patience)
    }

    /// The question that an answer belongs to; nil for a late one.
    func answered(_ number: UInt64) -> Question? {
        guard let asked, asked.number == number else { return nil }
        self.asked = nil
        unanswered = 0
        return asked.question
    }

    /// What the cell's own store has, behind what it was asked for last.
    func take(_ listing: CohortListings.Listing) {
        lines.append(contentsOf: listing.lines)
        after = listing.lines.last?.position ?? after
        isAtEnd = listing.isLast
    }

    /// What it has told is asked for anew.
    func rewind(to cursor: RecordPosition) {
        if let asked, asked.question != .state, asked.question != .entries { self.asked = nil }
        isElsewhere = false
        lines.removeAll()
        after = cursor
        isAtEnd = false
    }

    func lost(cursor: RecordPosition, now: Instant) {
        if let asked, asked.until <= now { unanswered += 1 }
        link = .closed
        isElsewhere = false
        state = nil
        asked = nil
        failures += 1
        retryAt = now + .milliseconds(min(1_000, 50 << Int64(min(failures - 1, 5))))
        rewind(to: cursor)
    }
}

extension StoreLife {
    var code: UInt8 {
        switch self {
        case .unborn: 0
        case .refilling: 1
        case .accepted: 2
        case .votes: 3
        }
    }
    init?(code: UInt8) {
        switch code {
        case 0: self = .unborn
        case 1: self = .refilling
        case 2: self = .accepted
        case 3: self = .votes
        default: return nil
        }
    }
}

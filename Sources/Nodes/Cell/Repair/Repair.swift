import MeshBase
import Replication

/// When a cell compares its records with those of other members.
package struct RepairRule: Sendable, Equatable {
    /// From the end of one round over all cohorts to the beginning of the next.
    package var round: TimeAmount
    /// Between two pages.
    package var pace: TimeAmount

    package init(round: TimeAmount, pace: TimeAmount = .milliseconds(50)) {
        self.round = round
        self.pace = pace
    }
}

/// Anti-entropy: page after page of its own records a cell compares with the other members, by a digest of the page's range;
/// where that differs it reads their lines, and takes over what is newer there (as Dynamo's replicas do: DeCandia et al.
/// 2007, with pages in order of the keys in place of a tree, since nobody has to keep those up to date). Each cell pulls for
/// itself. A pure part: `CellNode+Repair` carries it out.
struct Repair {
    enum Question: Equatable {
        case digest, lines
        case records([RecordPosition])
    }
    /// How far one member has come with the page.
    struct Peer {
        var asked: (number: UInt64, question: Question)?
        /// What it has and this cell lacks.
        var wanted: [RecordPosition] = []
        var after: RecordPosition
        /// Nothing more is expected of it.
        var isDone = false
    }
    /// A range of one cohort's records.
    struct Page {
        let fence: CohortFence
        let after: RecordPosition
        /// Where it ends; nil where the cohort does.
        let upTo: RecordPosition?
        /// Higher counters may be on their way, and are not compared.
        let cutoff: UInt64
        /// The cell's own.
        let lines: [RecordPosition: RecordLine]

        /// Whether a line lies in the page and is old enough.
        func covers(_ line: RecordLine) -> Bool {
            line.version.counter < cutoff && line.position > after && upTo.map { line.position <= $0 } ?? true
        }
    }

    let rule: RepairRule
    private let isOn: Bool
    private(set) var page: Page?
    var peers: [UInt16: Peer] = [:]
    /// The store was asked for a page.
    var isAsking = false
    /// The cohort that is compared, and behind which record the next page begins.
    private(set) var cohort = 0
    private(set) var after = RecordPosition.start
    /// Rounds over all cohorts that came to their end; they choose which members are asked.
    private(set) var rounds: UInt64 = 0
    /// Ranges that were compared with a member, those that differed, and records that were taken over; they only rise.
    var compared: UInt64 = 0
    var differing: UInt64 = 0
    var repaired: UInt64 = 0
    /// Of these, those of which there was nothing at all here, and the lowest counter of their versions.
    var lacked: UInt64 = 0
    var oldestLacked = UInt64.max
    /// Records of one version that have another value at a member, and pages that a member did not answer in time.
    var damaged: UInt64 = 0
    var unanswered: UInt64 = 0
    private var told = 0
    private var until = Instant.distantFuture
    private(set) var nextDeadline = Instant.distantFuture
    private var number: UInt64 = 0

    /// Own rows of one page.
    static let pageSize = 256
    /// Rows that another member looks at for one digest: what is more differs.
    static let scanned = 2_048
    /// Members that a page is compared with; another round takes others.
    static let mostPeers = 8
    /// Records of one member that one page takes over; the next round takes more.
    static let mostWanted = 128
    /// Damaged records that a life of the process names.
    static let mostTold = 64
    /// Younger rows may be on their way.
    static let age = TimeAmount.seconds(10)
    private static let patience = TimeAmount.seconds(2)
    private static let mark: UInt64 = 3 << 62

    /// - Parameter isOn: the store promises more than one copy of some record.
    init(isOn: Bool, rule: RepairRule) {
        self.rule = rule
        self.isOn = isOn
    }

    static func isItsOwn(_ number: UInt64) -> Bool { number & mark == mark }

    /// The first round begins after its time.
    mutating func start(now: Instant) { if isOn { nextDeadline = now + rule.round } }

    mutating func wait(until instant: Instant) { nextDeadline = instant }

    /// Which of so many members the round compares with.
    func chosen(_ members: [UInt16]) -> [UInt16] {
        guard members.count > Self.mostPeers else { return members }
        let first = Int(rounds % UInt64(members.count)) * Self.mostPeers
        return (0..<Self.mostPeers).map { members[(first + $0) % members.count] }
    }

    mutating func begin(_ page: Page, with members: [UInt16], now: Instant) {
        self.page = page
        peers = Dictionary(uniqueKeysWithValues: members.map { ($0, Peer(after: page.after)) })
        until = now + Self.patience
        nextDeadline = until
    }

    mutating func ask(_ question: Question, of cell: CellIndex) -> UInt64 {
        number += 1
        peers[cell.rawValue]?.asked = (number | Self.mark, question)
        return number | Self.mark
    }

    mutating func answered(_ number: UInt64, by cell: CellIndex) -> Question? {
        guard let asked = peers[cell.rawValue]?.asked, asked.number == number else { return nil }
        peers[cell.rawValue]?.asked = nil
        return asked.question
    }

    mutating func done(_ cell: CellIndex) { peers[cell.rawValue]?.isDone = true }

    func isOver(now: Instant) -> Bool { now >= until || peers.values.allSatisfy(\.isDone) }

    /// Whether one more damaged record is named in the log; all are counted.
    mutating func mayTell() -> Bool {
        told += 1
        return told <= Self.mostTold
    }

    /// What a member's lines tell: newer ones are wanted, one of equal version and another value is damage.
    /// - Parameter isSet: of a key: it keeps siblings, which are merged, so that whatever is another version is wanted.
    /// - Returns: what is damaged.
    mutating func take(
        _ lines: [RecordLine], of cell: CellIndex, isSet: (RecordPosition) -> Bool = { _ in false }
    ) -> [RecordLine] {
        guard let page, var peer = peers[cell.rawValue] else { return [] }
        var damage: [RecordLine] = []
        for line in lines where page.covers(line) {
            let own = page.lines[line.position]
            if let own, own.version == line.version {
                if own.fingerprint != line.fingerprint || own.tombstone != line.tombstone { damage.append(line) }
            } else if own.map({ $0.version < line.version }) ?? true || isSet(line.position),
                peer.wanted.count < Self.mostWanted
            {
                peer.wanted.append(line.position)
            }
        }
        peers[cell.rawValue] = peer
        damaged += UInt64(damage.count)
        return damage
    }

    /// The page is done with: on to the next one, or to the next cohort.
    mutating func end(of cohorts: Int, now: Instant) {
        guard let page else { return }
        unanswered += UInt64(peers.values.count { !$0.isDone })
        self.page = nil
        peers = [:]
        if let upTo = page.upTo {
            after = upTo
            nextDeadline = now + rule.pace
        } else {
            skip(of: cohorts, now: now)
        }
    }

    /// Nothing of this cohort is compared now.
    mutating func skip(of cohorts: Int, now: Instant) {
        after = .start
        cohort += 1
        nextDeadline = now + rule.pace
        guard cohort >= cohorts else { return }
        cohort = 0
        rounds += 1
        nextDeadline = now + rule.round
    }

    /// The page is compared anew, later: links are needed by somebody else, or the entry is another one.
    mutating func abandon(now: Instant) {
        guard page != nil else { return }
        page = nil
        peers = [:]
        nextDeadline = now + .seconds(1)
    }
}

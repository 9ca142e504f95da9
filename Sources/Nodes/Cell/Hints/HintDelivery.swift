import MeshBase
import Replication

/// What a cell keeps until every member of a customer's shard has what it has acknowledged (hinted handoff: DeCandia et
/// al. 2007, but with the acknowledging member as keeper): page after page of hints, each compared with the other members,
/// who are sent what they lack. A pure part: `CellNode+Hints` carries it out.
struct HintDelivery {
    enum Question: Equatable {
        /// Which of these lines of the page the cell lacks.
        case lacks([Int])
        case write(line: Int)
    }
    /// A record that goes with the next entry.
    struct Leaving {
        /// Some member has it, and keeps a hint of its own.
        var isHeld = false
        /// A member may have collected a deletion of it: nobody is sent it.
        var mayBeCollected = false
        /// It was sent to somebody who lacked it.
        var isDelivered = false
    }
    struct Peer {
        var isUp = false
        var retryAt = Instant.zero
    }

    /// The store has keys whose writes one cell may acknowledge alone.
    let isOn: Bool
    /// The page that is compared now, and by line which members are not known to have it.
    private(set) var page: [RecordLine] = []
    var missing: [Set<UInt16>] = []
    /// Lines that the cell must not keep, and what is known of them.
    private(set) var leaving: [Int: Leaving] = [:]
    /// Raised with each page: what is answered later belongs to none.
    private(set) var batch: UInt64 = 0
    private var cursor = RecordPosition.start
    private var until = Instant.distantFuture
    /// The store was asked for a page.
    var isAsking = false
    /// By cell; open while there are hints.
    private(set) var peers: [UInt16: Peer] = [:]
    private(set) var questions: [UInt64: (cell: CellIndex, question: Question)] = [:]
    /// Records that wait to be read and sent.
    var toSend: [(line: Int, cell: CellIndex)] = []
    /// Records that are being read or written.
    var sending = 0
    private(set) var nextDeadline: Instant
    private var number: UInt64 = 0
    /// Hints in the store as it said last, and when the oldest was left: milliseconds since 1970, 0 without any.
    var total = 0
    var oldest: Int64 = 0
    /// Records sent to members that lacked them, and hints that are settled; they only rise.
    var delivered: UInt64 = 0
    var settled: UInt64 = 0
    /// Records sent on before they were dropped, and those that were not, since their deletion may have been collected.
    var handedOver: UInt64 = 0
    var stale: UInt64 = 0

    static let interval = TimeAmount.seconds(1)
    /// Younger ones are most likely on their way to all members.
    static let age: Int64 = 1_000
    static let pageSize = 256
    /// Values held at once.
    static let mostSending = 8
    private static let patience = TimeAmount.seconds(2)
    private static let mark: UInt64 = 1 << 63

    init(isOn: Bool) {
        self.isOn = isOn
        nextDeadline = isOn ? .zero : .distantFuture
    }

    static func isItsOwn(_ number: UInt64) -> Bool { number & mark != 0 }

    /// Behind which the next page begins.
    var after: RecordPosition { cursor }
    var isComparing: Bool { !page.isEmpty }
    func isOpening(_ cell: CellIndex) -> Bool { peers[cell.rawValue].map { !$0.isUp } ?? false }
    func isUp(_ cell: CellIndex) -> Bool { peers[cell.rawValue]?.isUp ?? false }

    mutating func look(at: Instant) { nextDeadline = isOn ? at : .distantFuture }

    /// A page from the store: an incomplete one is the last, and the next begins anew.
    /// - Parameter leaving: places of the lines that go with the next entry.
    mutating func begin(_ lines: [RecordLine], missing: [Set<UInt16>], leaving: [Int] = [], now: Instant) {
        batch += 1
        page = lines
        self.missing = missing
        self.leaving = Dictionary(uniqueKeysWithValues: leaving.map { ($0, Leaving()) })
        cursor = lines.count < Self.pageSize ? .start : lines[lines.count - 1].position
        until = now + Self.patience
        look(at: lines.isEmpty ? now + Self.interval : until)
    }

    func isOver(now: Instant) -> Bool {
        if now >= until || missing.allSatisfy(\.isEmpty) { return true }
        // For what goes some member is enough: nobody is waited for who cannot be asked.
        return !leaving.isEmpty && questions.isEmpty && toSend.isEmpty && sending == 0
            && !peers.values.contains { !$0.isUp }
    }

    /// The next page begins before this customer.
    mutating func turn(to hash: CustomerHash) { cursor = RecordPosition(before: hash.rawValue) }

    /// What every member has; of what goes, what some member has, or may have known to be deleted.
    private var settles: [Int] {
        page.indices.filter { line in
            missing[line].isEmpty || leaving[line].map { $0.isHeld || $0.mayBeCollected } ?? false
        }
    }
    var complete: [RecordLine] { settles.map { page[$0] } }

    /// A member has a line, by its own word or because it was sent it.
    mutating func holds(_ line: Int, _ cell: CellIndex, wasSent: Bool) {
        missing[line].remove(cell.rawValue)
        leaving[line]?.isHeld = true
        if wasSent { leaving[line]?.isDelivered = true }
    }

    /// A member may have known a line's deletion: where the line goes, nobody is sent it any more.
    /// - Returns: false where it stays, and is sent.
    mutating func mayBeCollected(_ line: Int) -> Bool {
        guard leaving[line] != nil else { return false }
        leaving[line]?.mayBeCollected = true
        missing[line] = []
        toSend.removeAll { $0.line == line }
        return true
    }

    /// What goes is sent once all who can be asked have said what they know of it, or half of the time is over.
    func maySend(_ line: Int, now: Instant) -> Bool {
        guard leaving[line] != nil, now + Self.patience / 2 < until else { return true }
        return !peers.values.contains { !$0.isUp }
            && !questions.values.contains { if case .lacks = $0.question { true } else { false } }
    }

    /// The page is done with, for now.
    mutating func end(now: Instant) {
        // More at once only where it is of use: what waits for a cell that is away waits in peace.
        let settles = settles
        let isWorthwhile = cursor != .start && !settles.isEmpty
        for line in settles {
            if leaving[line]?.mayBeCollected ?? false { stale += 1 }
            if leaving[line]?.isDelivered ?? false { handedOver += 1 }
        }
        page = []
        missing = []
        leaving = [:]
        toSend = []
        questions = [:]
        sending = 0
        batch += 1
        look(at: isWorthwhile ? now + .milliseconds(20) : now + Self.interval)
    }

    mutating func ask(_ question: Question, of cell: CellIndex) -> UInt64 {
        number += 1
        questions[number | Self.mark] = (cell, question)
        return number | Self.mark
    }

    mutating func answered(_ number: UInt64, by cell: CellIndex) -> Question? {
        guard let asked = questions[number], asked.cell == cell else { return nil }
        questions[number] = nil
        return asked.question
    }

    mutating func opening(_ cell: CellIndex, now: Instant) {
        peers[cell.rawValue] = Peer(isUp: false, retryAt: now + Self.patience)
    }
    mutating func opened(_ cell: CellIndex) { peers[cell.rawValue]?.isUp = true }

    /// The link is gone; false where it was none of these.
    mutating func lost(_ cell: CellIndex, now: Instant) -> Bool {
        guard peers.removeValue(forKey: cell.rawValue) != nil else { return false }
        forget(cell)
        return true
    }

    private mutating func forget(_ cell: CellIndex) {
        toSend.removeAll { $0.cell == cell }
        for (number, asked) in questions where asked.cell == cell {
            if case .write = asked.question { sending -= 1 }
            questions[number] = nil
        }
    }

    /// Lets go of all links and of the page: somebody else needs them. Whether there were any.
    mutating func release(keeping others: Set<UInt16>, now: Instant, into sink: inout some LinkSink) -> Bool {
        let cells = peers.keys.sorted()
        for cell in cells where !others.contains(cell) { sink.closeLink(to: CellIndex(cell)) }
        peers = [:]
        if isComparing { end(now: now) }
        return !cells.isEmpty
    }
}

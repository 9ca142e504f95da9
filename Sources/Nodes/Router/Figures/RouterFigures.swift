import MeshBase
import Reports
import Resilience
import Sharding

/// What a router counts beside its counters: what it saw of each cell, and what clients were told. All of it is in arrays that
/// are made once, so that a request costs a few additions.
package struct RouterFigures: Sendable {
    /// What clients ask for.
    package enum Kind: Int, Sendable, CaseIterable {
        case service, record
        /// Reads that look whether earlier writes are there: no objective is about them.
        case check

        /// Of customers, whom objectives are about.
        package static let customers = [service, record]
    }

    /// How an answer ended, by its status.
    package enum Class: Int, Sendable, CaseIterable {
        /// Below 400.
        case ok
        /// 400 to 499.
        case refused
        /// 500 and above.
        case failed

        init(status: UInt16) { self = status < 400 ? .ok : status < 500 ? .refused : .failed }

        /// As the label `class` has it.
        package var name: String {
            switch self {
            case .ok: "2xx"
            case .refused: "4xx"
            case .failed: "5xx"
            }
        }
    }

    private struct Seen: Sendable {
        var ok: UInt64 = 0
        /// Of which a client would have been told 5xx (`AttemptEnd.isError`).
        var failed: UInt64 = 0
        var times = DurationHistogram()
    }

    /// By cell: attempts that were sent.
    private var attempts: [UInt64]
    /// By cell and outcome.
    private var ends: [UInt64]
    /// By kind, priority and class.
    private var answers: [UInt64]
    /// By cell, services first: how attempts ended, and how long those took that were answered, finer than `cellTimes`.
    private var seen: [Seen]
    /// By cell: from the sending of an attempt to its answer, of those that were answered while somebody waited.
    package private(set) var cellTimes: LatencyTable
    /// By kind: from the arrival of a client's request to its answer.
    package private(set) var clientTimes: LatencyTable

    init(cells: Int) {
        attempts = Array(repeating: 0, count: cells)
        ends = Array(repeating: 0, count: cells * Outcome.allCases.count)
        answers = Array(repeating: 0, count: Kind.allCases.count * Priority.allCases.count * Class.allCases.count)
        seen = Array(repeating: Seen(), count: 2 * cells)
        cellTimes = LatencyTable(rows: cells)
        clientTimes = LatencyTable(rows: Kind.allCases.count)
    }

    mutating func grow(cells: Int) {
        guard cells > attempts.count else { return }
        attempts += repeatElement(0, count: cells - attempts.count)
        ends += repeatElement(0, count: cells * Outcome.allCases.count - ends.count)
        seen += repeatElement(Seen(), count: 2 * cells - seen.count)
        cellTimes.grow(rows: cells)
    }

    // MARK: Counting

    /// An attempt was made at a cell, sent or not.
    @inline(__always)
    mutating func began(_ cell: CellIndex) { attempts[cell.position] &+= 1 }

    /// An attempt has ended without an answer.
    @inline(__always)
    mutating func ended(_ kind: Kind, _ cell: CellIndex, _ outcome: Outcome) {
        ended(kind, cell, outcome, isError: outcome == .failed)
    }

    /// An attempt has ended.
    ///
    /// - Parameters:
    ///   - kind: of what the cell was asked for; a check is a record.
    ///   - isError: a client would be told 5xx.
    ///   - took: since it was sent, of one that was answered; nil of others.
    @inline(__always)
    mutating func ended(
        _ kind: Kind, _ cell: CellIndex, _ outcome: Outcome, isError: Bool, took: TimeAmount? = nil
    ) {
        let place = Self.place(kind, cell)
        if isError {
            seen[place].failed &+= 1
        } else if outcome != .cancelled {
            seen[place].ok &+= 1
        }
        ends[cell.position * Outcome.allCases.count + Int(outcome.rawValue)] &+= 1
        guard let took else { return }
        seen[place].times.record(took)
        cellTimes.record(took, in: cell.position)
    }

    /// A client was told.
    @inline(__always)
    mutating func answered(_ kind: Kind, _ priority: Priority, status: UInt16, took: TimeAmount) {
        clientTimes.record(took, in: kind.rawValue)
        answers[Self.place(kind, priority, Class(status: status))] &+= 1
    }

    /// Once a second: windows may begin here.
    mutating func mark(_ now: Instant) {
        cellTimes.mark(now)
        clientTimes.mark(now)
    }

    // MARK: Reading

    /// How many cells it knows.
    package var cells: Int { attempts.count }

    /// Attempts at a cell, from the start.
    package func attempts(at cell: CellIndex) -> UInt64 { attempts[cell.position] }

    /// Attempts at a cell of which a client would have been told 5xx, from the start.
    package func errors(at cell: CellIndex) -> UInt64 {
        seen[Self.place(.service, cell)].failed &+ seen[Self.place(.record, cell)].failed
    }

    /// Attempts at a cell that ended so, from the start.
    package func ended(_ outcome: Outcome, at cell: CellIndex) -> UInt64 {
        ends[cell.position * Outcome.allCases.count + Int(outcome.rawValue)]
    }

    /// How attempts at a cell ended, from the start, by what it was asked for.
    package func figures(of cell: CellIndex) -> CellFiguresPage.Cell {
        func figures(_ seen: Seen) -> AttemptFigures {
            AttemptFigures(
                ok: seen.ok, failed: seen.failed,
                times: AttemptFigures.times(seen.times))
        }
        return CellFiguresPage.Cell(
            services: figures(seen[Self.place(.service, cell)]), records: figures(seen[Self.place(.record, cell)]))
    }

    /// Answers to clients, from the start.
    package func answers(_ kind: Kind, _ priority: Priority, _ end: Class) -> UInt64 {
        answers[Self.place(kind, priority, end)]
    }

    @inline(__always)
    private static func place(_ kind: Kind, _ cell: CellIndex) -> Int {
        2 * cell.position + (kind == .service ? 0 : 1)
    }

    private static func place(_ kind: Kind, _ priority: Priority, _ end: Class) -> Int {
        (kind.rawValue * Priority.allCases.count + Int(priority.rawValue)) * Class.allCases.count + end.rawValue
    }
}

extension RouterNode {
    /// A client is told of the request that is being answered.
    mutating func told(status: UInt16) {
        let answering = traces.answering
        if !answering.isCheck { counters.count(status: status) }
        figures.answered(
            answering.isCheck ? .check : answering.service == 0 ? .record : .service, answering.priority ?? .normal,
            status: status,
            took: clock - answering.began)
    }
}

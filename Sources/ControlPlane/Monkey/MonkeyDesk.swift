import MeshBase
import Reports
import Scenarios
import Store
import Telemetry
import UVDriver

/// Lets a monkey loose on the mesh, and takes it in. Its rules and what it has done stand in the journal: the next control plane
/// that takes the processes over goes on with its draws. A kill that its predecessor was looking at is judged by nobody then; it
/// ends by its lease.
final class MonkeyDesk {
    /// What the desk asks of its control plane.
    struct Acts {
        var sight: (_ own: String?, _ except: Set<String>) -> MonkeySight
        var kill: (_ cell: String, _ lease: TimeAmount, _ done: @escaping (Result<String, APIFailure>) -> Void) -> Void
        /// Ends the fault of a kill, where it is still in force.
        var heal: (_ fault: String) -> Void
        /// The rows of a day are to be kept as its report; one at a time.
        var keep: (_ day: MonkeyDayCounts, _ rows: [MonkeyRow], _ done: @escaping () -> Void) -> Void
        /// What of these targets is a cell; throws where one is unknown.
        var cells: (_ targets: [String]) throws(APIFailure) -> Set<String>
    }

    /// As the journal has it.
    private struct Kept: Codable {
        /// Nil where it is not loose.
        var rules: MonkeyRequest?
        /// Nanoseconds since 1970.
        var since: Int64 = 0
        var draw: UInt64 = 0
        var counts = MonkeyCounts()
        /// Newest first.
        var rows: [MonkeyRow] = []
        /// What has come about on the day of the newest row.
        var day: MonkeyDayCounts?
    }

    private static let key = "monkey"
    private static let period = TimeAmount.seconds(1)
    /// Rows of spared draws that are kept, and of kills: of those a day has more than it can have.
    static let mostRows = 100
    static let mostKills = 500

    private let loop: EventLoop
    private let journal: Journal
    private let seed: UInt64
    private var kept = Kept()
    private var monkey: Monkey?
    private var excepted: Set<String> = []
    private var timer: LoopTimer?
    /// Counts monkeys: what was asked for one is no other's.
    private var life = 0
    /// A day's report is being written, and there is more to be written.
    private var isKeeping = false
    private var isDirty = false
    var acts: Acts?

    /// - Parameters:
    ///   - keeps: false where no process of the mesh runs: a monkey of an earlier launch is not loose in a new one.
    ///   - seed: of the mesh.
    init(loop: EventLoop, journal: Journal, keeps: Bool, seed: UInt64) {
        self.loop = loop
        self.journal = journal
        self.seed = seed
        let text = (try? journal.meta(Self.key)) ?? nil
        kept = text.flatMap { ReportJSON.decode(Kept.self, Array($0.utf8)) } ?? Kept()
        if !keeps { kept.rules = nil }
    }

    /// Goes on with what a predecessor had let loose.
    func start() {
        guard monkey == nil, let rules = kept.rules, let plan = try? MonkeyPlan(rules, seed: seed) else { return }
        excepted = (try? acts?.cells(plan.except)) ?? []
        begin(Monkey(plan, draw: kept.draw, counts: kept.counts, now: loop.now()))
    }

    func close() {
        timer?.close()
        timer = nil
    }

    // MARK: Commands

    /// Lets one loose; one that was loose goes by other rules from now on.
    func letLoose(_ request: MonkeyRequest) throws(APIFailure) -> MonkeyReport {
        let plan: MonkeyPlan
        do throws(MonkeyPlan.Refusal) { plan = try MonkeyPlan(request, seed: seed) } catch {
            throw APIFailure(400, error.message)
        }
        excepted = try acts?.cells(plan.except) ?? []
        if monkey != nil { _ = takeIn("it was let loose by other rules") }
        kept.rules = plan.request
        kept.since = loop.wallClock()
        kept.counts = MonkeyCounts()
        kept.draw = 0
        guard write("started", "mesh", ["every_ms": .integer(plan.every.millisecondsRoundedUp)]) else {
            kept.rules = nil
            throw APIFailure(500, "Nothing was done: the journal cannot be written.")
        }
        begin(Monkey(plan, now: loop.now()))
        return report
    }

    /// - Returns: false where none was loose.
    func takeIn(_ reason: String) -> Bool {
        guard var monkey else { return false }
        let fault = monkey.fault
        life += 1
        carryOut(monkey.end(reason))
        self.monkey = nil
        kept.rules = nil
        close()
        if let fault { acts?.heal(fault) }
        _ = write("stopped", "mesh", ["reason": .string(reason)])
        return true
    }

    var report: MonkeyReport {
        var report = MonkeyReport(rows: kept.rows, counts: kept.counts)
        guard let monkey else { return report }
        report.state = monkey.state.rawValue
        report.since = Timestamp.string(kept.since)
        report.rules = monkey.plan.request
        report.next = Timestamp.string(wall(monkey.nextDraw))
        report.cell = monkey.cell
        report.counts = monkey.counts
        return report
    }

    /// As the feed has it: it changes with draws and not with each second.
    var feed: FeedSwitch? {
        guard let monkey else { return nil }
        let killed = Wording.plural(Int(clamping: monkey.counts.killed), "cell")
        let what =
            monkey.cell.map { "\($0): \(monkey.state.rawValue)" }
            ?? (monkey.state == .outOfHours
                ? "out of hours" : "draws next at \(LocalTime(wall(monkey.nextDraw)).clock)")
        return FeedSwitch(
            since: kept.since / 1_000_000, text: "\(killed) killed, \(monkey.counts.spared) spared; \(what)")
    }

    /// The fault of its own that is in force, or has been.
    var fault: String? { monkey?.fault }

    private func wall(_ at: Instant) -> Int64 { loop.wallClock() + (at - loop.now()).nanoseconds }

    // MARK: Each second

    private func begin(_ monkey: Monkey) {
        self.monkey = monkey
        timer?.close()
        timer = try? LoopTimer(loop: loop) { [weak self] in self?.look() }
        timer?.start(after: Self.period, every: Self.period)
    }

    private func look() {
        guard var monkey, let acts else { return }
        let before = monkey.draw
        let orders = monkey.look(acts.sight(monkey.fault, excepted), now: loop.now())
        self.monkey = monkey
        kept.counts = monkey.counts
        kept.draw = monkey.draw
        // Which draws were made has to be known to whoever goes on.
        if monkey.draw != before, orders.isEmpty { save() }
        carryOut(orders)
    }

    private func carryOut(_ orders: [Monkey.Order]) {
        for order in orders {
            switch order {
            case .note(let row): note(row)
            case .kill(let cell, let lease):
                let life = life
                acts?.kill(cell, lease) { [weak self] result in
                    guard let self else { return }
                    // It was taken in meanwhile.
                    guard life == self.life else {
                        if case .success(let fault) = result { self.acts?.heal(fault) }
                        return
                    }
                    switch result {
                    case .success(let fault):
                        self.monkey?.killed(fault, now: self.loop.now())
                        _ = self.write("killed", cell, ["fault": .string(fault)])
                    case .failure(let failure):
                        let orders = self.monkey?.failed(failure.detail) ?? []
                        self.kept.counts = self.monkey?.counts ?? self.kept.counts
                        self.carryOut(orders)
                    }
                }
            }
        }
    }

    /// Draws that were spared are many, and make no room of kills.
    ///
    /// - Parameter rows: newest first.
    static func trimmed(_ rows: [MonkeyRow]) -> [MonkeyRow] {
        var (spared, kills) = (0, 0)
        return rows.filter { row in
            if row.isSpared { spared += 1 } else { kills += 1 }
            return row.isSpared ? spared <= mostRows : kills <= mostKills
        }
    }

    private func note(_ row: MonkeyRow) {
        var row = row
        let wall = loop.wallClock()
        row.time = Timestamp.string(wall)
        kept.rows = Self.trimmed([row] + kept.rows)
        let date = LocalTime(wall).date
        if kept.day?.date != date { kept.day = MonkeyDayCounts(date: date, begun: wall) }
        kept.day?.count(row)
        var attributes: [(String, TelemetryEvent.Value)] = [
            ("region", .string(row.region)), ("draw", .integer(Int64(clamping: row.draw))),
        ]
        if let reason = row.reason { attributes.append(("reason", .string(reason))) }
        if !row.isSpared {
            attributes += [
                ("outcome", .string(row.outcome)), ("conclusive", .string(row.conclusive ? "true" : "false")),
            ]
        }
        _ = write(row.isSpared ? "spared" : "judged", row.cell ?? row.region, attributes)
        isDirty = true
        keepDay()
    }

    /// Rows that come while a report is written are in the next one.
    private func keepDay() {
        guard isDirty, !isKeeping, let acts, let day = kept.day else { return }
        (isDirty, isKeeping) = (false, true)
        let rows = kept.rows.filter { Timestamp.parse($0.time).map { LocalTime($0).date } == day.date }
        acts.keep(day, rows) { [weak self] in
            self?.isKeeping = false
            self?.keepDay()
        }
    }

    // MARK: Journal

    private var text: String { String(decoding: ReportJSON.encode(kept), as: UTF8.self) }

    /// What cannot be written is with the next draw.
    private func save() { _ = try? journal.setMeta(Self.key, text) }

    private func write(_ action: String, _ id: String, _ attributes: [(String, TelemetryEvent.Value)]) -> Bool {
        let event = JournalEvent(
            TelemetryEvent(
                time: loop.wallClock(), type: "monkey", action: action, id: id,
                attributes: attributes.map { .init($0.0, $0.1) }))
        let written: Void? = try? journal.write { transaction in
            try transaction.setMeta(Self.key, text)
            try transaction.append(event)
        }
        return written != nil
    }

    private func write(_ action: String, _ id: String, _ attributes: KeyValuePairs<String, TelemetryEvent.Value>)
        -> Bool
    {
        write(action, id, attributes.map { ($0.key, $0.value) })
    }
}

import MeshBase
import Reports

/// What a run sees from second to second, by cell and by service. Bounded: where there would be too many periods two become
/// one each, and further cells than there is room for share `other`.
struct LoadSeries: Sendable {
    /// Periods at most; with many cells fewer, so that all rows together are bounded.
    static let mostPeriods = 900
    static let mostGroups = 512
    private static let mostRows = 131_072
    /// Customers that failed, over all periods; of more nobody is told.
    static let mostFailing = 20_000

    /// One second of one cell, of one service, or of all.
    private struct Row {
        var requests: UInt64 = 0
        var ok: UInt64 = 0
        var shed: UInt64 = 0
        /// Milliseconds; negative for none.
        var p50 = -1.0
        var p90 = -1.0
        var p99 = -1.0

        /// Two periods as one: of latencies the worse, since nothing else is known of them.
        static func + (a: Row, b: Row) -> Row {
            Row(
                requests: a.requests + b.requests, ok: a.ok + b.ok, shed: a.shed + b.shed, p50: max(a.p50, b.p50),
                p90: max(a.p90, b.p90), p99: max(a.p99, b.p99))
        }
    }

    private struct Group {
        let name: String
        /// What the period that goes on has counted.
        var tally = RunSecond.Tally()
        /// Of the periods before.
        var rows: [Row] = []

        mutating func close() {
            var now = Row(requests: tally.requests, ok: tally.ok, shed: tally.shed)
            for (path, share) in [(\Row.p50, 0.5), (\Row.p90, 0.9), (\Row.p99, 0.99)] {
                now[keyPath: path] = tally.latency.quantile(share)?.milliseconds ?? -1
            }
            rows.append(now)
            tally = RunSecond.Tally()
        }
    }

    private struct Quiet {
        var late = 0.0
        var lag = -1.0
        var dropped: UInt64 = 0
    }

    private var all = Group(name: "", rows: [])
    private var cells: [Group] = []
    /// By the hash of a cell's name.
    private var places: [UInt64: Int] = [:]
    private var services: [Group]
    /// By kind and by priority; of these the second alone is told, and nothing is kept.
    private var kinds = [RunSecond.Tally](repeating: .init(), count: LoadRequest.Kind.allCases.count)
    private var priorities = [RunSecond.Tally](repeating: .init(), count: Priority.allCases.count)
    /// Why requests of the second have failed.
    private var failures = RunSecond.nothing
    /// By period, numbers of the customers of whom requests failed; nil once there were too many.
    private var failing: [Set<Int>]? = []
    private var failingNow: Set<Int> = []
    private var failingCount = 0
    private var quiet: [Quiet] = []
    private var quietNow = Quiet()
    private var lag = LatencyCounts()
    /// Periods that were closed and not taken yet, where somebody takes them; bounded.
    private var seconds: [RunSecond] = []
    /// Somebody takes periods as they close.
    var keepsSeconds = false
    /// As `LoadConfiguration.home`.
    var home: (@Sendable (_ customer: Int) -> String?)?
    private static let mostSeconds = 60
    private(set) var period = TimeAmount.seconds(1)
    /// Nil before the first request is meant to be sent.
    private var end: Instant?
    private var isOver = false

    /// - Parameter services: that the load calls.
    init(services: [String]) {
        self.services = (["records"] + services).map { Group(name: $0, rows: []) }
    }

    mutating func begin(at now: Instant) { end = now + period }

    /// A request has ended.
    ///
    /// - Parameters:
    ///   - customer: whose it was, by number.
    ///   - service: its place among the services, from 1 on; 0 for records.
    ///   - kind: what it was.
    ///   - priority: that it asked for.
    ///   - cell: the name of the cell that answered; empty for none, and the customer's home stands in for it.
    ///   - failure: why it was not answered as the mesh means to, in a few words; nil where it was.
    ///   - time: nil where it says nothing of the mesh.
    mutating func note(
        _ customer: Int, service: Int, kind: LoadRequest.Kind = .read, priority: Priority = .normal,
        cell: UnsafeRawBufferPointer, isOK: Bool, isShed: Bool = false, failure: @autoclosure () -> String? = nil,
        after time: TimeAmount?, now: Instant
    ) {
        advance(to: now)
        guard end != nil, !isOver else { return }
        if !isOK, failing != nil, failingNow.insert(customer).inserted { failingCount += 1 }
        if failingCount > Self.mostFailing { (failing, failingNow, failingCount) = (nil, [], 0) }
        all.tally.note(isOK: isOK, isShed: isShed, time)
        if services.indices.contains(service) { services[service].tally.note(isOK: isOK, isShed: isShed, time) }
        if keepsSeconds {
            kinds[Int(kind.rawValue)].note(isOK: isOK, isShed: isShed, time)
            priorities[Int(priority.rawValue)].note(isOK: isOK, isShed: isShed, time)
            if !isOK, let failure = failure() { failures.note(failure: failure) }
        }
        if cell.count > 0 {
            note(by: cell, isOK: isOK, isShed: isShed, time)
        } else if var name = home?(customer) {
            name.withUTF8 { note(by: UnsafeRawBufferPointer($0), isOK: isOK, isShed: isShed, time) }
        }
    }

    private mutating func note(by cell: UnsafeRawBufferPointer, isOK: Bool, isShed: Bool, _ time: TimeAmount?) {
        let place = places[StableHash.hash(cell)] ?? add(cell)
        cells[place].tally.note(isOK: isOK, isShed: isShed, time)
    }

    mutating func noteDropped() { quietNow.dropped += 1 }
    mutating func took(late: TimeAmount) { lag.record(late) }
    mutating func timerWas(late: TimeAmount) { quietNow.late = max(quietNow.late, late.milliseconds) }

    private mutating func add(_ name: UnsafeRawBufferPointer) -> Int {
        guard cells.count < Self.mostGroups else {
            // The last place is for all that come too late; they are not remembered one by one.
            if cells.count == Self.mostGroups { append("other") }
            return Self.mostGroups
        }
        let place = append(String(decoding: name.prefix(128), as: UTF8.self))
        places[StableHash.hash(name)] = place
        return place
    }

    @discardableResult
    private mutating func append(_ name: String) -> Int {
        cells.append(Group(name: name, rows: Array(repeating: Row(), count: all.rows.count)))
        return cells.count - 1
    }

    /// Closes the periods that are over.
    mutating func advance(to now: Instant) {
        while let end, now >= end, !isOver {
            close()
            self.end = end + period
            if all.rows.count >= limit { fold() }
        }
    }

    /// Nothing is counted from here on; the last period is closed where there is something in it.
    mutating func finish(at now: Instant) {
        advance(to: now)
        guard end != nil, !isOver else { return }
        if all.tally.requests > 0 || quietNow.dropped > 0 { close() }
        isOver = true
    }

    /// The periods that were closed since the last call.
    mutating func takeSeconds() -> [RunSecond] {
        defer { seconds = [] }
        return seconds
    }

    private mutating func keepSecond() {
        var second = failures
        failures = .nothing
        second.length = period
        second.all = all.tally
        for group in cells { second.cells[group.name] = group.tally }
        for group in services where group.tally.requests > 0 { second.services[group.name] = group.tally }
        for kind in LoadRequest.Kind.allCases where kinds[Int(kind.rawValue)].requests > 0 {
            second.kinds[kind.name] = kinds[Int(kind.rawValue)]
            kinds[Int(kind.rawValue)] = .init()
        }
        for priority in Priority.allCases where priorities[Int(priority.rawValue)].requests > 0 {
            second.priorities["\(priority.name)"] = priorities[Int(priority.rawValue)]
            priorities[Int(priority.rawValue)] = .init()
        }
        second.late = quietNow.late
        second.lag = lag.quantile(0.99)?.milliseconds
        second.dropped = quietNow.dropped
        if seconds.count == Self.mostSeconds { seconds.removeFirst() }
        seconds.append(second)
    }

    private mutating func close() {
        if keepsSeconds { keepSecond() }
        all.close()
        for index in cells.indices { cells[index].close() }
        for index in services.indices { services[index].close() }
        failing?.append(failingNow)
        failingNow = []
        quietNow.lag = lag.quantile(0.99)?.milliseconds ?? -1
        quiet.append(quietNow)
        quietNow = Quiet()
        lag.reset()
    }

    /// An even number, so that two and two become one.
    private var limit: Int {
        max(60, min(Self.mostPeriods, Self.mostRows / (1 + cells.count + services.count))) / 2 * 2
    }

    private mutating func fold() {
        func folded(_ rows: [Row]) -> [Row] {
            stride(from: 0, to: rows.count, by: 2).map { $0 + 1 < rows.count ? rows[$0] + rows[$0 + 1] : rows[$0] }
        }
        // An odd one out would be half as long as the others: it goes on.
        let isOdd = all.rows.count % 2 == 1
        guard !isOdd else { return }
        all.rows = folded(all.rows)
        for index in cells.indices { cells[index].rows = folded(cells[index].rows) }
        for index in services.indices { services[index].rows = folded(services[index].rows) }
        quiet = stride(from: 0, to: quiet.count - 1, by: 2).map {
            Quiet(
                late: max(quiet[$0].late, quiet[$0 + 1].late), lag: max(quiet[$0].lag, quiet[$0 + 1].lag),
                dropped: quiet[$0].dropped + quiet[$0 + 1].dropped)
        }
        if let all = failing {
            failing = stride(from: 0, to: all.count - 1, by: 2).map { all[$0].union(all[$0 + 1]) }
        }
        if let end { self.end = end + period }
        period = period * 2
    }

    /// All that is closed.
    ///
    /// - Parameter last: of the last periods so many; nil for all.
    func document(last: Int? = nil) -> RunSeries {
        var series = RunSeries()
        series.period = Int64(period.milliseconds)
        let first = last.map { max(0, all.rows.count - $0) } ?? 0
        series.all = Self.columns(all.rows[first...])
        for group in cells { series.cells[group.name] = Self.columns(group.rows[first...]) }
        for group in services where group.rows[first...].contains(where: { $0.requests > 0 }) {
            series.services[group.name] = Self.columns(group.rows[first...])
        }
        // Who follows a load has no use for names.
        if last == nil { series.failing = failing?.map { $0.sorted() } }
        series.noise.late = quiet[first...].map { Self.rounded($0.late) }
        series.noise.lag = quiet[first...].map { $0.lag < 0 ? nil : Self.rounded($0.lag) }
        series.noise.dropped = quiet[first...].map(\.dropped)
        return series
    }

    private static func columns(_ rows: ArraySlice<Row>) -> RunSeries.Columns {
        func latency(_ path: KeyPath<Row, Double>) -> [Double?] {
            rows.map { $0[keyPath: path] < 0 ? nil : rounded($0[keyPath: path]) }
        }
        var columns = RunSeries.Columns()
        columns.requests = rows.map(\.requests)
        columns.ok = rows.map(\.ok)
        columns.shed = rows.map(\.shed)
        (columns.p50, columns.p90, columns.p99) = (latency(\.p50), latency(\.p90), latency(\.p99))
        return columns
    }

    /// To a microsecond.
    private static func rounded(_ milliseconds: Double) -> Double { (milliseconds * 1_000).rounded() / 1_000 }
}

import ControlPlane
import Feed
import MeshBase
import Reports
import Sharding
import Synchronization
import Telemetry
import Topology

/// What became of customers while something was run on a mesh: each time that some came to harm, out of the feed's memory,
/// which goes back 15 minutes; beside it what the routers still know of each customer.
final class RunImpact: Sendable {
    private let mesh: DataDirectory
    private let gathered: Mutex<RunWindows>
    /// How long the feed is waited for at the end of a run.
    private static let patience = TimeAmount.seconds(4)
    /// A run that is longer is looked at meanwhile, so often, before the feed forgets.
    private static let often = TimeAmount.minutes(5)
    /// Numbers of the present are times; those of the past count from one.
    private static let firstOfPresent: UInt64 = 1 << 32

    /// - Parameter begun: nanoseconds since 1970.
    init(_ mesh: DataDirectory, begun: Int64) {
        self.mesh = mesh
        gathered = Mutex(RunWindows(begun: begun / 1_000_000, ended: .max))
    }

    /// Looks from time to time, for runs that are longer than the feed's memory.
    func watch() {
        _ = DetachedThread.start { [weak self] in
            while self != nil {
                Pause.sleep(Self.often)
                self?.read(until: nil, isQuiet: true)
            }
        }
    }

    /// - Parameters:
    ///   - begun: when the first request was sent, nanoseconds since 1970.
    ///   - ended: and when the last one was answered.
    ///   - isQuiet: nobody who asked knows of harm: then nothing is waited for.
    /// - Returns: nil where nobody came to harm.
    func result(begun: Int64, ended: Int64, isQuiet: Bool) -> RunReport.Impact? {
        gathered.withLock { $0.set(begun: begun / 1_000_000, ended: ended / 1_000_000) }
        read(until: ended / 1_000_000, isQuiet: isQuiet)
        let windows = gathered.withLock { $0 }
        guard !windows.isEmpty || !isQuiet, let model = try? StoredMesh(mesh) else { return nil }
        return Self.impact(windows, model, last: try? ObservedImpact(mesh))
    }

    /// Cells that take customers, by name.
    var cells: Set<String> {
        guard let model = try? StoredMesh(mesh) else { return [] }
        let taking = CellUse(model.table, model.topology).taking
        return Set(taking.map { model.topology.cells[$0.position].name })
    }

    // MARK: The feed

    private func read(until ended: Int64?, isQuiet: Bool) {
        let begun = gathered.withLock { $0.begun }
        guard let stream = try? FeedStream(mesh, since: begun) else { return }
        let deadline = Pause.now() + Self.patience
        var (reader, names, customers) = (DeltaReader(), [String](), 0)
        while let message = try? stream.next(until: { Pause.now() >= deadline }) {
            if case .shape(let shape) = message { (names, customers) = (shape.cells.name, shape.customers.count) }
            guard (try? reader.take(message)) != nil else { return }
            guard message.isState, let state = reader.state else { continue }
            let isHarmed = gathered.withLock {
                $0.take(state.impact, cells: names, t: state.t, customers: customers)
                return !$0.isEmpty
            }
            guard state.seq >= Self.firstOfPresent else { continue }
            // What routers have seen is told a second later at most.
            if isQuiet && !isHarmed || ended.map({ state.t > $0 + 1_000 }) ?? true { return }
        }
    }

    // MARK: What is told of it

    /// - Parameter last: what the routers know of the last window; nil where none answers.
    static func impact(
        _ windows: RunWindows, _ model: StoredMesh, last: ObservedImpact?
    ) -> RunReport.Impact? {
        let (topology, radius) = (model.topology, BlastRadius(model.topology, placement: model.placement))
        let taking = CellUse(model.table, topology).taking
        func cells(_ names: [String]) -> CellSet {
            CellSet(names.compactMap { topology.cellIndex(named: $0) }.filter { taking.contains($0) })
        }
        var document = last.map { last in
            BlastRadiusView.Observation(
                impact: last, comparison: ImpactComparison(last, radius, topology, dead: nil)
            ).document
        }
        let rows = windows.windows
        let harm = { (row: RunWindow) in (row.observed.lost, row.observed.degraded) }
        guard let worst = rows.max(by: { harm($0) < harm($1) }) else {
            // The feed says nothing: what the routers know is of the last window.
            guard var document, let last, !last.cells.isEmpty || last.total.harmed > 0 else { return nil }
            let dead = cells(last.cells)
            document.cells = dead.map { topology.cells[$0.position].name }
            return .init(predicted: radius.report(dead: dead), observed: document)
        }
        var found = document.take() ?? .init()
        var names: [String] = []
        for row in rows { for cell in row.cells where !names.contains(cell) { names.append(cell) } }
        var predicted = radius.report(dead: cells(names))
        found.cells = names
        var services: [String] = []
        for row in rows { for cell in row.impaired ?? [] where !services.contains(cell) { services.append(cell) } }
        found.impaired = services.isEmpty ? nil : services
        found.open = rows.contains { $0.until == nil }
        found.windowMilliseconds = Int(rows.reduce(0) { $0 + max(($1.until ?? $1.since) - $1.since, 0) })
        let sum = windows.sum
        let (all, seen, observed) =
            sum.map { ($0.predicted, $0.ofThoseSeen, $0.observed) }
            ?? (worst.predicted, worst.ofThoseSeen ?? worst.predicted, worst.observed)
        (predicted.lost, predicted.degraded, predicted.untouched) = (all.lost, all.degraded, all.untouched)
        predicted.noQuorum = all.noQuorum ?? predicted.noQuorum
        (found.lost, found.degraded, found.untouched) = (observed.lost, observed.degraded, observed.untouched)
        found.noQuorum = observed.noQuorum ?? found.noQuorum
        found.customers = sum?.seen ?? worst.seen
        found.predicted = .init(lost: seen.lost, degraded: seen.degraded, untouched: seen.untouched)
        found.predictedNoQuorum = seen.noQuorum ?? found.predictedNoQuorum
        found.different = sum?.different ?? worst.different ?? found.different
        found.unexpected = found.different
        if sum != nil { found.deviations = deviations(sum, model, last) }
        return .init(predicted: predicted, observed: found, windows: rows)
    }

    /// Those whose shard fared otherwise than predicted; how their requests ended is known of the last window alone.
    private static func deviations(
        _ sum: RunWindows.Sum?, _ model: StoredMesh, _ last: ObservedImpact?
    ) -> [ObservedBlastRadius.Deviation] {
        guard let sum, !sum.others.isEmpty, let table = CustomerTable(model.topology, model.placement) else {
            return []
        }
        return sum.others.prefix(RunReport.Impact.mostNamed).compactMap { other in
            guard other.customer < table.numbers.count else { return nil }
            let number = Int(table.numbers[other.customer])
            return .init(
                customer: Customers.name(number), predicted: "\(other.predicted)", observed: "\(other.observed)",
                outcomes: last?.seen[CustomerHash(number: number)]?.outcomes ?? .init())
        }
    }
}

extension FeedMessage {
    fileprivate var isState: Bool {
        switch self {
        case .state, .delta: true
        default: false
        }
    }
}

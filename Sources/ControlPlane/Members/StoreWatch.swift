import MeshBase
import Reports
import Topology
import UVDriver

/// Keeps what every cell says of itself, so that nobody has to be asked when a person asks for the status.
///
/// Each is asked once a second, by itself: one that does not answer keeps nobody waiting, and has told nothing until it
/// does. Where there are many and nobody looks on, they are asked in turns.
final class StoreWatch {
    private static let interval = TimeAmount.seconds(1)
    private static let patience = TimeAmount.seconds(3)
    /// Cells that are asked at a time.
    private static let atOnce = 32
    /// Cells that are asked each second where nobody looks on.
    private static let share = 200

    private let loop: EventLoop
    private let client: HTTPClient
    /// The cells that run and answer, where any store may have something to tell.
    private let cells: () -> [(name: ProcessName, admin: Endpoint)]
    /// Cells of which somebody wants to know all; of the others what is brief is enough.
    var wanted: () -> Set<String> = { [] }
    /// Somebody looks on, or something is in force.
    var isWatched: () -> Bool = { true }
    private var turn = 0
    /// A cell has told its vitals.
    var onVitals: (ProcessName, CellVitals) -> Void = { _, _ in }
    private var known: [ProcessName: CellVitals] = [:]
    private var asking: Set<ProcessName> = []
    private var waiting: [(name: ProcessName, admin: Endpoint)] = []
    private var timer: LoopTimer?
    private var isClosed = false

    init(loop: EventLoop, client: HTTPClient, cells: @escaping () -> [(name: ProcessName, admin: Endpoint)]) {
        self.loop = loop
        self.client = client
        self.cells = cells
    }

    func start() {
        guard !isClosed else { return }
        let now = cells()
        let names = Set(now.map(\.name))
        known = known.filter { names.contains($0.key) }
        // Whoever still waits is asked where it is by now.
        let turns = isWatched() ? 1 : Self.turns(of: now.count)
        turn += 1
        waiting = now.enumerated().filter { $0.offset % turns == turn % turns && !asking.contains($0.element.name) }
            .map(\.element)
        askNext()
        timer = try? LoopTimer.once(loop: loop, after: Self.interval) { [weak self] in self?.start() }
    }

    func close() {
        isClosed = true
        timer?.close()
    }

    /// Seconds until each of so many cells was asked, at the least one.
    static func turns(of cells: Int) -> Int { max(1, (cells + share - 1) / share) }

    /// What the cell has told last; nil where it did not answer.
    subscript(_ cell: ProcessName) -> CellVitals? { known[cell] }

    private func askNext() {
        guard !waiting.isEmpty else { return }
        let details = wanted()
        while !waiting.isEmpty, asking.count < Self.atOnce {
            let (name, admin) = waiting.removeFirst()
            asking.insert(name)
            let target = details.contains(name.name) ? "/v1/vitals" : "/v1/vitals?part=brief"
            client.send(HTTPOutgoing(.get, admin, target), timeout: Self.patience) { [weak self] result in
                guard let self, !isClosed else { return }
                asking.remove(name)
                known[name] = nil
                if case .success(let answer) = result, answer.isSuccess,
                    let vitals = ReportJSON.decode(CellVitals.self, answer.body)
                {
                    known[name] = vitals
                    onVitals(name, vitals)
                }
                askNext()
            }
        }
    }
}

import MeshBase
import Reports
import UVDriver

/// Keeps what every cell says of its store, so that nobody has to be asked when a person asks for the status.
///
/// All are asked a second after they were asked last; one that did not answer in time has told nothing until it does.
final class StoreWatch {
    private static let interval = TimeAmount.seconds(1)

    private let loop: EventLoop
    private let client: HTTPClient
    /// The cells that run and answer, where any store may have something to tell.
    private let cells: () -> [(name: ProcessName, admin: Endpoint)]
    private var known: [ProcessName: CellVitals] = [:]
    private var timer: LoopTimer?
    private var isClosed = false

    init(loop: EventLoop, client: HTTPClient, cells: @escaping () -> [(name: ProcessName, admin: Endpoint)]) {
        self.loop = loop
        self.client = client
        self.cells = cells
    }

    func start() {
        guard !isClosed else { return }
        ReportCollector.ask(cells(), "/v1/vitals", as: CellVitals.self, through: client) { [weak self] answers in
            guard let self, !isClosed else { return }
            known = answers.compactMapValues { $0 }
            timer = try? LoopTimer.once(loop: loop, after: Self.interval) { [weak self] in self?.start() }
        }
    }

    func close() {
        isClosed = true
        timer?.close()
    }

    /// What the cell has told last; nil where it did not answer.
    subscript(_ cell: ProcessName) -> CellVitals? { known[cell] }
}

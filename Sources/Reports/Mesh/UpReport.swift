/// `up -o json`, once everything serves.
package struct UpReport: Codable, Sendable, Equatable {
    /// A process that did not start.
    package struct Failure: Codable, Sendable, Equatable {
        /// `cell/us-east-1`.
        package var name: String
        package var reason: String

        package init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }

    package var schema = ReportJSON.schema
    package var mesh: String
    package var dataDirectory: String
    /// `http://HOST:PORT` of the first router and of the API.
    package var router: String
    package var api: String
    /// Cells that take customers.
    package var cells: Int
    package var evacuatedCells: Int
    package var drainedCells: Int
    /// Of the control plane.
    package var pid: Int32
    package var readyMilliseconds: Int64
    /// Processes that ran already, and were taken over.
    package var adopted: Int
    /// Of these, those that do not answer.
    package var unreachable: [String]
    package var failed: [Failure]

    package init(
        mesh: String, dataDirectory: String, router: String, api: String, cells: Int, evacuatedCells: Int,
        drainedCells: Int, pid: Int32, readyMilliseconds: Int64, adopted: Int, unreachable: [String], failed: [Failure]
    ) {
        self.mesh = mesh
        self.dataDirectory = dataDirectory
        self.router = router
        self.api = api
        self.cells = cells
        self.evacuatedCells = evacuatedCells
        self.drainedCells = drainedCells
        self.pid = pid
        self.readyMilliseconds = readyMilliseconds
        self.adopted = adopted
        self.unreachable = unreachable
        self.failed = failed
    }

    private enum CodingKeys: String, CodingKey {
        case schema, mesh
        case dataDirectory = "data_dir"
        case router, api, cells
        case evacuatedCells = "evacuated_cells"
        case drainedCells = "drained_cells"
        case pid
        case readyMilliseconds = "ready_ms"
        case adopted, unreachable, failed
    }
}

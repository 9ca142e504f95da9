import Reports

/// How cells are out, by who says so: the process table, or else the routers.
struct CellWords {
    private let status: MeshStatus?
    private let routers: [ObservedBlastRadius.Router]

    /// - Parameters:
    ///   - status: how cells are now; nil for a fault that is over, and where nobody says.
    ///   - observed: what the routers saw; nil where they were not asked.
    init(status: MeshStatus?, _ observed: ObservedImpact?) {
        self.status = status
        routers = observed?.routers ?? []
    }

    /// `dead`, `paused`, `out for every router`.
    func words(of cells: [String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: Set(cells).map { ($0, word(of: $0)) })
    }

    private func word(of cell: String) -> String {
        switch status?.state(of: cell)?.state {
        case .down: return "dead"
        case .paused: return "paused"
        case .starting: return "starting"
        case .unreachable where routers.isEmpty: return "reached by no router"
        default: break
        }
        let told = routers.filter { $0.cells.contains(cell) }.map(\.name)
        if told.isEmpty { return status == nil ? "out" : "reached by no router" }
        if told.count == 1 { return "out for router \(told[0])" }
        return told.count == routers.count
            ? "out for every router" : "out for \(told.count) of \(routers.count) routers"
    }
}

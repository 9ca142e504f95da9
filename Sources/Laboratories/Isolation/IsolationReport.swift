import MeshBase

/// What isolation costs and keeps, by what keeps the parts apart and by what fails (A5, A7, A8): published figures, and beside them
/// what was measured.
package struct IsolationReport: Sendable, Equatable, Encodable {
    /// One kind of isolation on this machine: some units of it, of which one was made to crash.
    package struct Unit: Sendable, Equatable {
        /// How many there were.
        package var units: Int
        /// How many were gone with the one.
        package var lost: Int
        /// Bytes of memory for each, shared pages divided among those who share them.
        package var memory: Int?
        /// From the order to begin until all were there, for each.
        package var start: TimeAmount

        /// One measurement.
        package init(units: Int, lost: Int, memory: Int?, start: TimeAmount) {
            self.units = units
            self.lost = lost
            self.memory = memory
            self.start = start
        }
    }

    /// Customers by what became of them.
    package struct Fates: Sendable, Equatable, Encodable {
        /// No cell of theirs served.
        package var lost: Int
        /// Some cell of theirs did not.
        package var degraded: Int

        /// A count.
        package init(lost: Int, degraded: Int) {
            self.lost = lost
            self.degraded = degraded
        }
    }

    /// What came of one loss of a domain.
    package struct Loss: Sendable, Equatable {
        /// What was killed, as a target.
        package var target: String
        /// Cells in it.
        package var cells: Int
        package var predicted: Fates
        /// Of the customers that asked; nil where nobody could tell.
        package var observed: Fates?
        /// Who fared otherwise than predicted.
        package var different: Int?
        /// Of the requests from the loss until all was steady, 0...1.
        package var answered: Double?
        /// From the start of its processes until all was steady; nil where it never was.
        package var recovery: TimeAmount?

        /// A loss of which nothing was seen yet.
        package init(target: String, cells: Int, predicted: Fates) {
            self.target = target
            self.cells = cells
            self.predicted = predicted
        }
    }

    /// One pool for all cells, or one for each: what the others lose to a cell that hangs.
    package struct Pools: Sendable, Equatable {
        /// All take from one.
        package var isShared: Bool
        /// Their sizes: one, or one for each cell.
        package var sizes: [Int]
        /// The cell whose service hung.
        package var struck: String
        /// Shares of requests that failed while it hung, 0...1: of the struck cell's customers, and of all others', the worst of the
        /// runs; nil where nobody asked.
        package var ownFailed: Double?
        package var othersFailed: Double?
        /// Cells of which a hundredth of the requests failed or more, at worst, and those that were expected to be.
        package var hit: Int
        package var predicted: Int

        /// Nothing was seen yet.
        package init(isShared: Bool, sizes: [Int], struck: String, predicted: Int) {
            self.isShared = isShared
            self.sizes = sizes
            self.struck = struck
            self.predicted = predicted
            hit = 0
        }
    }

    /// Of the topology.
    package var mesh: String
    package var customers: Int
    package var cells: Int
    /// On the mesh that is up, and not in virtual time.
    package var isReal: Bool
    /// By kind; those that are left out were not measured.
    package var units: [IsolationLevel: Unit] = [:]
    /// By domain: a loss for each run; those that are left out the topology does not have.
    package var losses: [FailureDomain: [Loss]] = [:]
    /// Both ways; empty where no service of the topology holds connections.
    package var pools: [Pools] = []
    /// The command that leads to the same figures again.
    package var command: String

    /// Nothing was measured yet.
    package init(mesh: String, customers: Int, cells: Int, isReal: Bool, command: String) {
        self.mesh = mesh
        self.customers = customers
        self.cells = cells
        self.isReal = isReal
        self.command = command
    }
}

extension IsolationReport {
    private enum CodingKeys: String, CodingKey {
        case schema, mesh, customers, cells, source, levels, domains, pools, command
    }

    private struct LevelDocument: Encodable {
        var level: String
        var useWhen: String
        var example: String
        var published: [String: String]
        var measured: Measured?

        struct Measured: Encodable {
            var units: Int
            var lost: Int
            var memoryBytes: Int?
            var startMilliseconds: Double
            private enum CodingKeys: String, CodingKey {
                case units, lost
                case memoryBytes = "memory_bytes"
                case startMilliseconds = "start_ms"
            }
        }

        private enum CodingKeys: String, CodingKey {
            case level, example, published, measured
            case useWhen = "use_when"
        }
    }

    private struct DomainDocument: Encodable {
        var domain: String
        var published: [String: String]
        var absent: String?
        var runs: [Run]

        struct Run: Encodable {
            var target: String
            var cells: Int
            var predicted: Fates
            var observed: Fates?
            var different: Int?
            var answered: Double?
            var recoveryMilliseconds: Double?
            private enum CodingKeys: String, CodingKey {
                case target, cells, predicted, observed, different, answered
                case recoveryMilliseconds = "recovery_ms"
            }
        }
    }

    private struct PoolsDocument: Encodable {
        var shared: Bool
        var sizes: [Int]
        var struck: String
        var ownFailed: Double?
        var othersFailed: Double?
        var cellsHit: Int
        var cellsPredicted: Int
        private enum CodingKeys: String, CodingKey {
            case shared, sizes, struck
            case ownFailed = "own_failed"
            case othersFailed = "others_failed"
            case cellsHit = "cells_hit"
            case cellsPredicted = "cells_predicted"
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(mesh, forKey: .mesh)
        try document.encode(customers, forKey: .customers)
        try document.encode(cells, forKey: .cells)
        try document.encode(isReal ? "real" : "simulated", forKey: .source)
        try document.encode(command, forKey: .command)
        try document.encode(
            IsolationLevel.allCases.map { level in
                LevelDocument(
                    level: level.rawValue, useWhen: level.use, example: level.example,
                    published: ["blast_radius": level.radius, "cost": level.cost],
                    measured: units[level].map {
                        .init(
                            units: $0.units, lost: $0.lost, memoryBytes: $0.memory,
                            startMilliseconds: $0.start.milliseconds)
                    })
            }, forKey: .levels)
        try document.encode(
            FailureDomain.allCases.map { domain in
                DomainDocument(
                    domain: domain.rawValue,
                    published: [
                        "blast_radius": domain.radius, "recovery": domain.recovery, "example": domain.example,
                    ], absent: losses[domain] == nil ? domain.absence : nil,
                    runs: (losses[domain] ?? []).map {
                        .init(
                            target: $0.target, cells: $0.cells, predicted: $0.predicted, observed: $0.observed,
                            different: $0.different, answered: $0.answered,
                            recoveryMilliseconds: $0.recovery?.milliseconds)
                    })
            }, forKey: .domains)
        try document.encode(
            pools.map {
                PoolsDocument(
                    shared: $0.isShared, sizes: $0.sizes, struck: $0.struck, ownFailed: $0.ownFailed,
                    othersFailed: $0.othersFailed, cellsHit: $0.hit, cellsPredicted: $0.predicted)
            }, forKey: .pools)
    }
}

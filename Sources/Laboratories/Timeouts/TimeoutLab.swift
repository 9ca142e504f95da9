import MeshBase
import Resilience

/// Whether every caller has the time that its callees may take (C1): by the sums that `validate` goes by, and beside them
/// requests in virtual time whose callees use their limits up.
package enum TimeoutLab {
    /// The services of one kind of cell.
    package struct Cell: Sendable {
        /// Of the blueprint.
        package let name: String
        /// Its services with their calls.
        package let hierarchy: TimeoutHierarchy
        /// The calls of routers, one for each service.
        package let entries: [TimeoutHierarchy.Edge]

        /// A kind of cell, and how routers call it.
        package init(_ name: String, _ hierarchy: TimeoutHierarchy, entries: [TimeoutHierarchy.Edge]) {
            self.name = name
            self.hierarchy = hierarchy
            self.entries = entries
        }

        /// The calls of routers; those first that nobody inside makes, so that paths begin there.
        var ordered: [TimeoutHierarchy.Edge] {
            let called = called
            return entries.filter { !called.contains($0.callee) } + entries.filter { called.contains($0.callee) }
        }

        /// What customers begin with: services that no other calls.
        var roots: [TimeoutHierarchy.Edge] {
            let called = called
            return entries.filter { !called.contains($0.callee) }
        }

        private var called: Set<Int> {
            Set(hierarchy.services.flatMap(\.steps).flatMap { $0.edges.map(\.callee) })
        }
    }

    /// What is looked at.
    package struct Settings: Sendable {
        /// The file, for the command that leads here again; nil: the one that `up` takes.
        package var file: String?
        /// In place of the file's policies; nil: those.
        package var policies: String?
        /// Every kind of cell that the file has.
        package var cells: [Cell]
        /// A recorded run to be read beside it; nil: none.
        package var recording: LabRecording?

        /// The cells of a file.
        package init(file: String? = nil, policies: String? = nil, cells: [Cell]) {
            self.file = file
            self.policies = policies
            self.cells = cells
        }

        func check() throws(LabRefusal) {
            guard cells.contains(where: { !$0.entries.isEmpty }) else {
                throw LabRefusal(
                    "no service, so that there is nothing to wait for: give a file whose cells have services")
            }
        }
    }

    /// The name of who calls from outside.
    static let caller = "router"
    /// Shares of their limits that callees use up, for the curve.
    static let shares = (0...20).map { Double($0) / 20 }

    /// Calculates, and runs requests.
    ///
    /// - Throws: where there is no service.
    package static func run(_ settings: Settings) throws(LabRefusal) -> TimeoutLabReport {
        try settings.check()
        let paths = settings.cells.flatMap { cell in
            cell.hierarchy.calls(from: caller, cell.ordered).map { TimeoutLabReport.Path(cell: cell.name, call: $0) }
        }
        var requests: [TimeoutLabReport.Request] = []
        var slowest: (cell: Cell, root: TimeoutHierarchy.Edge, need: TimeAmount)?
        for cell in settings.cells {
            for root in cell.roots {
                guard let need = cell.hierarchy.need(of: root.callee) else { continue }
                requests.append(request(cell, root, need))
                if need > slowest?.need ?? .nanoseconds(-1) { slowest = (cell, root, need) }
            }
        }
        return TimeoutLabReport(
            settings: settings, paths: paths, requests: requests,
            endToEnd: slowest.map { LayerTimeouts.endToEnd([$0.need]) },
            criticalPath: slowest.map { [caller] + $0.cell.hierarchy.way(from: $0.root.callee) } ?? [],
            curve: slowest.map { curve($0.cell, $0.root) })
    }

    private static func request(
        _ cell: Cell, _ root: TimeoutHierarchy.Edge, _ need: TimeAmount
    ) -> TimeoutLabReport.Request {
        var callees = TimeoutRun(cell.hierarchy, root, .callees, share: 1)
        var leaves = TimeoutRun(cell.hierarchy, root, .leaves, share: 1)
        let (direct, deep) = (callees.run(isUnlimited: true), leaves.run())
        return TimeoutLabReport.Request(
            cell: cell.name, service: cell.hierarchy.services[root.callee].name, need: need, limit: root.timeout,
            callees: direct?.took, leaves: deep)
    }

    private static func curve(_ cell: Cell, _ root: TimeoutHierarchy.Edge) -> TimeoutLabReport.Curve {
        var curve = TimeoutLabReport.Curve()
        for share in shares {
            var run = TimeoutRun(cell.hierarchy, root, .leaves, share: share)
            guard let found = run.run() else { continue }
            curve.shares.append(share)
            curve.took.append(found.took)
            curve.abandoned.append(found.abandoned)
            if !found.isAnswered, curve.breaksAt == nil { curve.breaksAt = share }
        }
        return curve
    }
}

extension TimeoutHierarchy {
    /// The names from a service on along the calls that need the most.
    func way(from service: Int) -> [String] { [services[service].name] + longest(below: service) }
}

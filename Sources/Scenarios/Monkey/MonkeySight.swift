import MeshBase
import Reports

/// A mesh as a monkey sees it, each second.
package struct MonkeySight: Sendable {
    /// A cell of it.
    package struct Cell: Sendable, Equatable {
        package var name: String
        package var region: String
        /// It takes customers and serves them.
        package var serves: Bool
        /// Grows with the start of its process; nil where it does not run.
        package var started: Int64?
        /// It is never killed.
        package var isExcepted: Bool

        package init(
            _ name: String, in region: String, serves: Bool = true, started: Int64? = 0, isExcepted: Bool = false
        ) {
            self.name = name
            self.region = region
            self.serves = serves
            self.started = started
            self.isExcepted = isExcepted
        }
    }

    /// In the order of the topology.
    package var cells: [Cell]
    /// What is on that nothing is to be mixed with, in words: a fault, an alert, a drill, an evacuation, a halt. The faults of
    /// its own are none.
    package var obstacle: String?
    /// The fault of its own is in force.
    package var isHeld = false
    /// What routers have answered until now.
    package var answered = AnswerTally()
    /// How late the timers of the mesh are, the 99th percentile in milliseconds.
    package var lateness = 0.0
    /// By the machine's clock.
    package var time = WeekTime(day: 0, minute: 0)

    package init(cells: [Cell]) { self.cells = cells }

    /// Its regions, in the order in which they are first named.
    var regions: [String] {
        var regions: [String] = []
        for cell in cells where !regions.contains(cell.region) { regions.append(cell.region) }
        return regions
    }
}

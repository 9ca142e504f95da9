import MeshBase
import Topology

/// How mature the resilience of a topology is (G4): a score of four areas, a level, what is missing for the tier of each
/// service and what to do next, all by what is in force.
package enum MaturityLab {
    /// One kind of cell.
    package struct Cell: Sendable {
        /// Its services.
        package let blueprint: Blueprint
        /// What is in force in it.
        package let policies: PolicyResolver

        /// - Parameter policies: of the same blueprint.
        package init(_ blueprint: Blueprint, _ policies: PolicyResolver) {
            self.blueprint = blueprint
            self.policies = policies
        }
    }

    /// What no file says: whether failures are brought about on purpose.
    package enum Chaos: String, Sendable, CaseIterable, Codable {
        case none
        /// Now and then, as tests.
        case tests
        /// All the time.
        case continuous
    }

    /// Something that `validate` says about the file.
    package struct Problem: Sendable, Equatable, Encodable {
        let code, severity, file, message: String
        let line, column: Int
        let hint: String?

        /// As `validate -o json` has it.
        package init(
            code: String, severity: String, file: String, line: Int, column: Int, message: String, hint: String?
        ) {
            self.code = code
            self.severity = severity
            self.file = file
            self.line = line
            self.column = column
            self.message = message
            self.hint = hint
        }
    }

    /// What is assessed.
    package struct Settings: Sendable {
        /// The file, for the command that leads here again; nil: the one that `up` takes.
        package var file: String?
        /// In place of the file's policies; nil: those.
        package var policies: String?
        /// Every kind of cell that the file has.
        package var cells: [Cell]
        /// Whether processes that die are started again.
        package var heals = false
        /// What no file says.
        package var chaos = Chaos.none
        /// Of the file as it is written.
        package var problems: [Problem] = []

        /// The cells of a file.
        package init(file: String? = nil, policies: String? = nil, cells: [Cell]) {
            self.file = file
            self.policies = policies
            self.cells = cells
        }
    }

    /// Assesses.
    ///
    /// - Throws: where there is no service.
    package static func run(_ settings: Settings) throws(LabRefusal) -> MaturityReport {
        guard settings.cells.contains(where: { !$0.blueprint.services.isEmpty }) else {
            throw LabRefusal("no service, so that there is nothing to assess: give a file whose cells have services")
        }
        let facts = MaturityFacts(settings.cells)
        let codes = Set(settings.problems.map(\.code))
        let areas = MaturityArea.all(facts, problems: codes)
        let level = MaturityLevel.of(facts, heals: settings.heals, chaos: settings.chaos)
        return MaturityReport(
            settings: settings, areas: areas, level: level.level, lacking: level.lacking,
            missing: facts.services.compactMap { MaturityReport.Missing($0) },
            recommendations: MaturityAdvice.all(facts, areas, level.level, chaos: settings.chaos),
            degrading: facts.fallbackShare)
    }

    /// Presence by coverage of services: 80 % are all, 50 % and 20 % are parts, and less is nothing.
    package static func score(coverage: Double) -> Double {
        switch coverage {
        case 0.8...: 1
        case 0.5...: 0.7
        case 0.2...: 0.4
        default: 0
        }
    }
}

/// What tiers of services have to have.
package enum MaturityPattern: String, Sendable, CaseIterable, Codable {
    case healthChecks = "health-checks"
    case timeouts, retries, breakers, bulkheads, degradation

    /// Tier 1: all; 2: breakers and bulkheads, with what tier 3 has: health checks and timeouts.
    static func required(tier: Int) -> [MaturityPattern] {
        switch tier {
        case 1: allCases
        case 2: [.healthChecks, .timeouts, .breakers, .bulkheads]
        default: [.healthChecks, .timeouts]
        }
    }
}

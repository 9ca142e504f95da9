import Drills

/// What is known of a drill on a mesh, by the newest of its runs that has found something out: one that was interrupted, or for which the
/// mesh was not well, has not.
package enum DrillStanding: String, Codable, Sendable, CaseIterable {
    case passed
    /// It has passed on a mesh with another topology or other blueprints.
    case expired
    case inconclusive, failed, never

    /// - Parameters:
    ///   - runs: newest first.
    ///   - topology: the digest of the mesh as it is; nil where that is not known.
    package init(_ runs: some Sequence<DrillReport>, topology: String?) {
        guard let run = runs.first(where: { $0.outcome != .interrupted && $0.outcome != .baselineNotMet }) else {
            self = .never
            return
        }
        switch GameDayReport.Verdict(run) {
        case .passed: self = run.isExpired(topology) ? .expired : .passed
        case .failed: self = .failed
        case .inconclusive, .skipped: self = .inconclusive
        }
    }

    /// Of 100.
    package var points: Double {
        switch self {
        case .passed: 100
        case .expired: 75
        case .inconclusive: 50
        case .failed, .never: 0
        }
    }
}

extension DrillReport {
    /// Whether the mesh is another one than it was run on, or nobody knows.
    package func isExpired(_ topology: String?) -> Bool { self.topology == nil || self.topology != topology }
}

/// `drill score -o json`.
package struct DrillScoreReport: Codable, Sendable, Equatable {
    /// A drill that suits the mesh.
    package struct Row: Codable, Sendable, Equatable {
        package var name: String
        package var standing: DrillStanding
        package var points: Double
        /// The last run, whatever it has found; nil where there is none.
        @Nullable package var last: DrillsReport.Last?
    }
    /// A drill that does not.
    package struct Unsuited: Codable, Sendable, Equatable {
        package var name: String
        package var why: String
    }

    package var schema = ReportJSON.schema
    package var mesh: String
    /// The mean of the drills' points, 0...100; nil where none suits the mesh.
    @Nullable package var score: Double?
    package var drills: [Row]
    package var unsuited: [Unsuited]

    package init(mesh: String, _ report: DrillsReport) {
        self.mesh = mesh
        drills = report.drills.filter { $0.unsuited == nil }.map {
            Row(name: $0.name, standing: $0.standing, points: $0.standing.points, last: $0.last)
        }
        unsuited = report.drills.compactMap { row in row.unsuited.map { Unsuited(name: row.name, why: $0) } }
        score = drills.isEmpty ? nil : drills.map(\.points).reduce(0, +) / Double(drills.count)
    }
}

/// `drill ls -o json`.
package struct DrillsReport: Codable, Sendable, Equatable {
    /// How a drill ended when it was run last.
    package struct Last: Codable, Sendable, Equatable {
        package var id: String
        package var outcome: String
        package var conclusive: Bool
        /// RFC 3339.
        package var began: String
        package var ageMilliseconds: Double
        /// The topology or a blueprint has changed since: it was another mesh. True too where the report does not say of which it was.
        package var expired: Bool

        package init(
            id: String, outcome: String, conclusive: Bool, began: String, ageMilliseconds: Double, expired: Bool
        ) {
            self.id = id
            self.outcome = outcome
            self.conclusive = conclusive
            self.began = began
            self.ageMilliseconds = ageMilliseconds
            self.expired = expired
        }

        private enum CodingKeys: String, CodingKey {
            case id, outcome, conclusive, began, expired
            case ageMilliseconds = "age_ms"
        }
    }
    package struct Row: Codable, Sendable, Equatable {
        package var name: String
        package var title: String
        package var does: String
        package var steps: [String]
        /// Nil where it was never run.
        @Nullable package var last: Last?
        /// What is known of it on this mesh.
        package var standing: DrillStanding
        /// Why it cannot be run on this mesh; nil where it can.
        @Nullable package var unsuited: String?

        package init(
            name: String, title: String, does: String, steps: [String], last: Last?, standing: DrillStanding,
            unsuited: String? = nil
        ) {
            self.standing = standing
            self.unsuited = unsuited
            self.name = name
            self.title = title
            self.does = does
            self.steps = steps
            self.last = last
        }
    }

    package var schema = ReportJSON.schema
    package var drills: [Row]
    /// Ids of the reports that are kept.
    package var reports: [String]

    package init(drills: [Row], reports: [String]) {
        self.drills = drills
        self.reports = reports
    }
}

/// `drill stop -o json`.
package struct DrillStopReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    /// Its name.
    package var drill: String
    /// The step that was under way.
    package var step: String
    package var pid: Int32
    /// Until it had taken everything back.
    package var milliseconds: Double

    package init(drill: String, step: String, pid: Int32, milliseconds: Double) {
        self.drill = drill
        self.step = step
        self.pid = pid
        self.milliseconds = milliseconds
    }

    private enum CodingKeys: String, CodingKey {
        case schema, drill, step, pid
        case milliseconds = "took_ms"
    }
}

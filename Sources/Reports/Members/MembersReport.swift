/// `members -o json`, and what each process answers to `GET /v1/members` (without `agree` and `of`).
package struct MembersReport: Codable, Sendable, Equatable {
    package struct Row: Codable, Sendable, Equatable {
        package var name: String
        package var role: String
        package var region: String
        package var zone: String?
        /// `alive suspect dead left`.
        package var status: String
        /// How far the observer relies on it: `steady doubted unsteady`.
        package var standing: String?
        /// What it says of its work, such as `serving` or `degraded`, and how full it is, 0 to 1 in quarters.
        package var state: String?
        package var load: Double?
        package var incarnation: UInt32
        /// Where it takes gossip.
        package var address: String
        package var data: String?
        package var admin: String?
        /// Since the status last changed for the observer.
        package var sinceMilliseconds: Int64

        private enum CodingKeys: String, CodingKey {
            case name, role, region, zone, status, standing, state, load, incarnation, address
            case sinceMilliseconds = "since_ms"
            case admin, data
        }

        package init(
            name: String, role: String, region: String = "", status: String, incarnation: UInt32 = 1,
            address: String = "127.0.0.1:1", sinceMilliseconds: Int64 = 0
        ) {
            self.name = name
            self.role = role
            self.region = region
            self.status = status
            self.incarnation = incarnation
            self.address = address
            self.sinceMilliseconds = sinceMilliseconds
        }
    }

    package var schema = ReportJSON.schema
    package var observer: String
    /// How many live observers see the same, the observer included.
    package var agree: Int?
    /// How many were asked.
    package var of: Int?
    /// By name, of all that were asked: where another process gossips that bears it; absent where each name is borne once.
    package var namesakes: [String: String]?
    package var members: [Row]
    /// Of one observer: where another process gossips that bears its name.
    package var namesake: String?

    /// - Parameter members: in the natural order of their names.
    package init(observer: String, inOrder members: [Row]) {
        self.observer = observer
        self.members = members
    }
}

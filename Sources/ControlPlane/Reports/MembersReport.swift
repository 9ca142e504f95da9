import Membership
import MeshBase
import Telemetry

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
            case name, role, region, zone, status, standing, state, load, incarnation, address, data, admin
            case sinceMilliseconds = "since_ms"
        }

        package init(_ member: Member, now: Instant) {
            name = member.name
            role = member.profile.role.name
            region = member.profile.region
            zone = member.profile.zone
            status = member.status.name
            standing = member.standing.name
            state = member.metadata.state.name
            load = Double(member.metadata.load) / 256
            incarnation = member.incarnation
            address = member.profile.gossip.description
            data = member.profile.data.description
            admin = member.profile.admin.description
            sinceMilliseconds = max(0, (now - member.since).nanoseconds / 1_000_000)
        }

        package init(name: String, role: String, region: String = "", status: String, incarnation: UInt32 = 1) {
            self.name = name
            self.role = role
            self.region = region
            self.status = status
            self.incarnation = incarnation
            address = "127.0.0.1:1"
            sinceMilliseconds = 0
        }
    }

    package var schema = ReportJSON.schema
    package var observer: String
    package var members: [Row]
    /// How many live observers see the same, the observer included.
    package var agree: Int?
    /// How many were asked.
    package var of: Int?
    /// Of one observer: where another process gossips that bears its name.
    package var namesake: String?
    /// By name, of all that were asked; absent where each name is borne once.
    package var namesakes: [String: String]?

    package init(observer: String, members: [Row]) {
        self.observer = observer
        self.members = members.sorted { NaturalOrder.precedes($0.name, $1.name) }
    }
}

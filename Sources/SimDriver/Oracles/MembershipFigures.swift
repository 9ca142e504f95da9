import MeshBase

/// What a run says of the failure detector: how soon it was complete, and how accurate it was.
package struct MembershipFigures: Sendable, Equatable, Encodable {
    /// One kill that every other member came to know of before the member returned.
    package struct Detection: Sendable, Equatable, Encodable {
        package var member: String
        /// From the kill until the first of the others had the member dead.
        package var firstMilliseconds: Double
        /// From the kill until all had.
        package var allMilliseconds: Double

        private enum CodingKeys: String, CodingKey {
            case member
            case firstMilliseconds = "first_ms"
            case allMilliseconds = "all_ms"
        }
    }

    /// At most this many are kept.
    static let mostDetections = 10_000

    package internal(set) var detections: [Detection] = []
    /// Views in which a member became suspect that was up, and views in which it was declared dead.
    package internal(set) var falseSuspicions = 0
    package internal(set) var falseDeaths = 0
    /// Hours of virtual time times the members of the mesh.
    package internal(set) var memberHours = 0.0

    private enum CodingKeys: String, CodingKey {
        case detections
        case falseSuspicions = "false_suspicions"
        case falseDeaths = "false_deaths"
        case memberHours = "member_hours"
    }
}

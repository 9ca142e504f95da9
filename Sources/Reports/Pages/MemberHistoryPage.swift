/// `GET /v1/members/NAME/history` of a process: what it saw happen to a member, and what it believes now.
package struct MemberHistoryPage: Codable, Sendable, Equatable {
    /// A suspicion that is under way.
    package struct Suspicion: Codable, Sendable, Equatable {
        package var endsInMilliseconds: Int
        package var accusers: [String]

        private enum CodingKeys: String, CodingKey {
            case endsInMilliseconds = "ends_in_ms"
            case accusers
        }
    }
    /// One thing that happened.
    package struct Event: Codable, Sendable, Equatable {
        /// RFC 3339.
        package var at: String
        package var event: String
        package var actor: String
        package var incarnation: Int
        package var relays: Int?
        package var nacks: Int?
        package var health: Int?
        package var timeoutMilliseconds: Int?

        private enum CodingKeys: String, CodingKey {
            case at, event, actor, incarnation, relays, nacks, health
            case timeoutMilliseconds = "timeout_ms"
        }
    }
    package var observer: String
    package var member: String
    /// How well the observer itself is: 0 is well.
    package var health: Int
    /// Absent where it does not know the member.
    package var status: String?
    package var incarnation: Int?
    package var suspicion: Suspicion?
    package var events: [Event]
}

/// `GET /v1/keys` of a process: the numbers of the gossip keys that it uses.
package struct KeysPage: Codable, Sendable, Equatable {
    package var observer: String
    /// The one that it seals with, and all that it opens with.
    package var primary: Int
    package var keys: [Int]
}

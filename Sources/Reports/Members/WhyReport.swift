/// `why -o json`: what the nodes of a mesh saw happen to one member, as one timeline.
package struct WhyReport: Codable, Sendable, Equatable {
    package struct Observer: Codable, Sendable, Equatable {
        package var name: String
        package var status: String
        package var incarnation: Int
        /// Of the observer itself: 0 is well.
        package var health: Int
        /// Of a suspicion that is under way, and the time that is left of it.
        package var accusers: [String]
        @Nullable package var endsInMilliseconds: Int?

        package init(
            name: String, status: String, incarnation: Int, health: Int, accusers: [String], endsInMilliseconds: Int?
        ) {
            self.name = name
            self.status = status
            self.incarnation = incarnation
            self.health = health
            self.accusers = accusers
            self.endsInMilliseconds = endsInMilliseconds
        }

        private enum CodingKeys: String, CodingKey {
            case name, status, incarnation, health, accusers
            case endsInMilliseconds = "ends_in_ms"
        }
    }

    /// Who said that it is silent since it last answered an accusation, and how often their own probes had failed.
    package struct Accuser: Codable, Sendable, Equatable {
        package var name: String
        package var failedProbes: Int

        package init(name: String, failedProbes: Int) {
            self.name = name
            self.failedProbes = failedProbes
        }

        private enum CodingKeys: String, CodingKey {
            case name
            case failedProbes = "failed_probes"
        }
    }

    /// One thing that happened, whoever saw it.
    package struct Moment: Codable, Sendable, Equatable {
        /// RFC 3339 of the first who saw it.
        package var at: String
        package var event: String
        package var actor: String
        package var incarnation: Int
        @Nullable package var relays: Int?
        @Nullable package var nacks: Int?
        @Nullable package var health: Int?
        @Nullable package var timeoutMilliseconds: Int?
        /// In words, where the figures do not say it.
        @Nullable package var detail: String?
        package var observers: [String]

        package init(
            at: String, event: String, actor: String, incarnation: Int, relays: Int? = nil, nacks: Int? = nil,
            health: Int? = nil, timeoutMilliseconds: Int? = nil, detail: String? = nil, observers: [String]
        ) {
            self.at = at
            self.event = event
            self.actor = actor
            self.incarnation = incarnation
            self.relays = relays
            self.nacks = nacks
            self.health = health
            self.timeoutMilliseconds = timeoutMilliseconds
            self.detail = detail
            self.observers = observers
        }

        private enum CodingKeys: String, CodingKey {
            case at, event, actor, incarnation, relays, nacks, health
            case timeoutMilliseconds = "timeout_ms"
            case detail, observers
        }
    }

    /// One line of the story: something that was done, a coming or going, or a doubt from its beginning to its end.
    package struct Episode: Codable, Sendable, Equatable {
        /// RFC 3339 of its beginning.
        package var at: String
        /// As of `Moment`; of a doubt `doubted`, `suspected`, `dead`, `refuted`, or `dead, refuted`.
        package var event: String
        package var actor: String
        /// In words.
        package var what: String
        /// To its last moment, in milliseconds; null for what has no length.
        @Nullable package var duration: Double?
        package var observers: [String] = []

        package init(at: String, event: String, actor: String, what: String) {
            self.at = at
            self.event = event
            self.actor = actor
            self.what = what
            duration = nil
        }

        private enum CodingKeys: String, CodingKey {
            case at, event, actor, what
            case duration = "duration_ms"
            case observers
        }
    }

    package var schema = ReportJSON.schema
    package var member: String
    /// As of `StatusReport.Cell`: what nobody doubts, and is a reason all the same; absent where nothing is wrong with it.
    package var trouble: String?
    package var observers: [Observer]
    /// Those that gave no answer.
    package var silent: [String]
    package var accusers: [Accuser]
    /// The timeline with a line for each episode.
    package var episodes: [Episode]
    package var timeline: [Moment]

    package init(
        member: String, observers: [Observer], silent: [String], accusers: [Accuser], episodes: [Episode],
        timeline: [Moment]
    ) {
        self.member = member
        self.observers = observers
        self.silent = silent
        self.accusers = accusers
        self.episodes = episodes
        self.timeline = timeline
    }
}

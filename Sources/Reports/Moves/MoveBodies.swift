/// The body of `POST /v1/evacuations`, as commands send it; what is left out is left to the topology.
package struct EvacuationBody: Encodable, Sendable, Equatable {
    /// `evacuate restore add drain`.
    package var kind: String
    package var region: String?
    package var confirm: String?
    package var cells: [String]?
    package var count: Int?
    package var zone: String?
    /// Percent of the cohorts, rising, the last 100.
    package var stages: [Int]?
    package var watchMilliseconds: Int64?
    package var force: Bool?
    package var acceptsLoss: Bool?
    package var isDryRun: Bool?
    /// The prediction that it stands on (`PredictionReport`); nil for none.
    package var prediction: String?
    /// True: it is a step of the drill under way, which is in nobody's way then.
    package var isOfDrill: Bool?

    package init(_ kind: String, region: String? = nil) {
        self.kind = kind
        self.region = region
    }

    private enum CodingKeys: String, CodingKey {
        case kind, region, confirm, cells, count, zone, stages, force, prediction
        case isOfDrill = "of_drill"
        case watchMilliseconds = "watch_ms"
        case acceptsLoss = "accept_loss"
        case isDryRun = "dry_run"
    }
}

/// The body of `POST /v1/moves`, as commands send it.
package struct MoveBody: Encodable, Sendable, Equatable {
    package var customer: String
    package var cells: [String]?
    package var acceptsLoss: Bool?
    package var confirm: String?

    package init(customer: String) { self.customer = customer }

    private enum CodingKeys: String, CodingKey {
        case customer, cells, confirm
        case acceptsLoss = "accept_loss"
    }
}

/// The body of a request that says nothing beyond its path.
package struct EmptyBody: Codable, Sendable, Equatable {
    package init() {}
}

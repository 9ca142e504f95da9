/// `GET /v1/store` of a cell: whether its store votes, and how far its refill has come.
package struct StoreVote: Codable, Sendable, Equatable {
    /// A cell without which it does not go on.
    package struct Missing: Codable, Sendable, Equatable {
        package var cell: String
        package var reason: String

        package init(cell: String, reason: String) {
            self.cell = cell
            self.reason = reason
        }
    }
    package var cell: String
    package var life: String
    package var stage: String
    package var waitsMilliseconds: Int
    package var records: Int?
    package var missing: [Missing]

    private enum CodingKeys: String, CodingKey {
        case cell, life, stage
        case waitsMilliseconds = "waits_ms"
        case records, missing
    }
}

/// `GET /v1/degradation` of a cell: what it gives up.
package struct CellDegradation: Codable, Sendable, Equatable {
    /// What is left of one feature.
    package struct Feature: Codable, Sendable, Equatable {
        package var name: String
        package var criticality: String
        package var on: Bool
        /// 0...1.
        package var quality: Double
        @Nullable package var score: Double?
        /// Among all cells, the one that is told of as it has the least; absent where all have as much.
        package var cell: String?

        package init(name: String, criticality: String, on: Bool, quality: Double, score: Double? = nil) {
            self.name = name
            self.criticality = criticality
            self.on = on
            self.quality = quality
            self.score = score
        }
    }
    package var scope: String
    package var level: String
    /// The level that was set by hand, and the one that the controller wants.
    package var manual: String?
    package var controller: String?
    /// Which of them is in force.
    package var by: String
    package var verdict: String?
    package var features: [Feature]
}

/// `GET /v1/charges/PREFIX` of a cell: how often it has carried out each idempotency key that begins so.
package struct ChargeCounts: Codable, Sendable, Equatable {
    package var cell: String
    /// Keys that it does not know any more.
    package var forgotten: Int
    /// By what follows the prefix.
    package var charges: [String: Int]
}

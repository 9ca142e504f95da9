import Drills

/// What a monkey is started with: the body of `POST /v1/monkey`, and what the journal keeps of it. What is left out has its default.
package struct MonkeyRequest: Codable, Sendable, Equatable {
    /// Days and hours in the machine's time, such as `mon-fri 09:00-17:00`; it draws in none but these.
    package var within: [String]?
    /// From one draw to the next, in milliseconds.
    package var everyMilliseconds: Int64?
    /// That a draw hits a region, 0...1.
    package var probability: Double?
    /// A region is spared that has no more serving cells than so many.
    package var least: Int?
    /// Targets that it never kills.
    package var except: [String]?
    /// Of its draws; the mesh's where nil.
    package var seed: UInt64?
    /// How long the mesh is looked at before a kill, and after it has settled, in milliseconds.
    package var windowMilliseconds: Int64?
    /// How long the mesh has to settle after a kill, in milliseconds.
    package var settleMilliseconds: Int64?

    /// All by default.
    package init() {}

    private enum CodingKeys: String, CodingKey {
        case within, probability, least, except, seed
        case everyMilliseconds = "every_ms"
        case windowMilliseconds = "window_ms"
        case settleMilliseconds = "settle_ms"
    }
}

/// The body of `POST /v1/monkey`.
package struct MonkeyChange: Codable, Sendable, Equatable {
    /// Lets it loose, or loose by other rules.
    package var start: MonkeyRequest?
    /// Takes it in: what it has killed starts again.
    package var stop: Bool?

    package init(start: MonkeyRequest) { self.start = start }
    private init() {}
    package static var stopping: MonkeyChange {
        var change = MonkeyChange()
        change.stop = true
        return change
    }
}

/// What the mesh did in one of the windows around a kill.
package struct MonkeyFigures: Codable, Sendable, Equatable {
    package var requests: UInt64
    /// Share of them that did not fail with 5xx; nil without one.
    @Nullable package var availability: Double?
    /// Requests answered without a failure, a second.
    package var perSecond: Double
    /// Share of the attempts at cells that failed; nil without one.
    @Nullable package var errors: Double?
    /// In milliseconds; nil without a request.
    @Nullable package var p99: Double?

    package init(requests: UInt64, availability: Double?, perSecond: Double, errors: Double?, p99: Double?) {
        self.requests = requests
        self.perSecond = perSecond
        self.availability = availability
        self.errors = errors
        self.p99 = p99
    }

    private enum CodingKeys: String, CodingKey {
        case requests, availability, errors
        case perSecond = "per_second"
        case p99 = "p99_ms"
    }
}

/// A draw that has hit: what it has killed, and what came of that, or why it was spared.
package struct MonkeyRow: Codable, Sendable, Equatable {
    /// RFC 3339.
    package var time: String
    /// The draw, from 1.
    package var draw: UInt64
    package var region: String
    /// Nil where nothing was killed.
    @Nullable package var cell: String?
    /// `spared`, or of a kill `passed deviated interrupted error`.
    package var outcome: String
    /// Of a kill: no claim is undecided.
    package var conclusive: Bool
    /// Why it was spared, did not pass or is not conclusive; nil where there is nothing to say.
    @Nullable package var reason: String?
    /// The fault of the kill.
    @Nullable package var fault: String?
    /// From the kill to the last second in which more failed than before, in milliseconds.
    @Nullable package var recoveryMilliseconds: Double?
    /// From the end of the kill's lease until the cell served, in milliseconds.
    @Nullable package var returnedMilliseconds: Double?
    @Nullable package var before: MonkeyFigures?
    @Nullable package var after: MonkeyFigures?
    package var claims: [DrillClaim]

    /// A draw that was spared.
    package init(time: String, draw: UInt64, region: String, cell: String? = nil, outcome: String, reason: String?) {
        self.time = time
        self.draw = draw
        self.region = region
        self.outcome = outcome
        conclusive = false
        claims = []
        self.cell = cell
        self.reason = reason
        (fault, recoveryMilliseconds, returnedMilliseconds, before, after) = (nil, nil, nil, nil, nil)
    }

    package var isSpared: Bool { outcome == Self.spared }
    package static let spared = "spared"

    private enum CodingKeys: String, CodingKey {
        case time, draw, region, cell, outcome, conclusive, reason, fault, before, after, claims
        case recoveryMilliseconds = "recovery_ms"
        case returnedMilliseconds = "returned_ms"
    }
}

/// How often a monkey has drawn, and what came of it.
package struct MonkeyCounts: Codable, Sendable, Equatable {
    /// Draws within its hours.
    package var draws: UInt64 = 0
    /// Regions that draws have hit.
    package var hits: UInt64 = 0
    package var spared: UInt64 = 0
    package var killed: UInt64 = 0

    package init() {}
}

/// `GET /v1/monkey`, `monkey status -o json`, and with the rows `monkey ls -o json`.
package struct MonkeyReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    /// `off out-of-hours waiting killing settling watching returning`.
    package var state: String
    /// Since when it is loose, RFC 3339; nil where it is not.
    @Nullable package var since: String?
    /// By what rules, defaults filled in; nil where it is not loose.
    @Nullable package var rules: MonkeyRequest?
    /// When it draws next, RFC 3339; nil where it does not.
    @Nullable package var next: String?
    /// The cell that it has killed and looks at.
    @Nullable package var cell: String?
    package var counts: MonkeyCounts
    /// Newest first; as many as are kept.
    package var rows: [MonkeyRow]

    /// One that is not loose.
    package init(rows: [MonkeyRow] = [], counts: MonkeyCounts = MonkeyCounts()) {
        state = "off"
        self.counts = counts
        self.rows = rows
        (since, rules, next, cell) = (nil, nil, nil, nil)
    }
}

/// What a monkey has done in a day, of which not every row may be kept.
package struct MonkeyDayCounts: Codable, Sendable, Equatable {
    /// `2026-02-28`, by local time.
    package var date: String
    /// When its first draw was made, nanoseconds since 1970.
    package var begun: Int64
    /// Cells that were killed.
    package private(set) var killed = 0
    /// Draws that killed nobody.
    package private(set) var spared = 0

    package init(date: String, begun: Int64) {
        self.date = date
        self.begun = begun
    }

    /// Counts one draw.
    package mutating func count(_ row: MonkeyRow) {
        if row.isSpared { spared += 1 } else if row.fault != nil { killed += 1 }
    }
}

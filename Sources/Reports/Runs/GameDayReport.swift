import Drills

/// What came of a game day: `gameday run -o json`, and `gameday.json` of its report.
package struct GameDayReport: Codable, Sendable, Equatable {
    /// What the end of a drill says of the mesh.
    package enum Verdict: String, Codable, Sendable, CaseIterable {
        case passed
        /// A claim was not kept, it was given up, or it could not be run: a drill that errs has failed.
        case failed
        /// Nothing was broken, and not all was decided, or the mesh was not well before.
        case inconclusive
        /// It was not run.
        case skipped

        package init(_ drill: DrillReport) {
            self =
                switch drill.outcome {
                case .passed: drill.conclusive ? .passed : .inconclusive
                case .baselineNotMet, .interrupted: .inconclusive
                case .deviated, .aborted, .error, .probeError: .failed
                }
        }
    }

    /// One drill of it.
    package struct Drill: Codable, Sendable, Equatable {
        package var name: String
        /// As of `DrillReport`, or `skipped`.
        package var outcome: String
        package var verdict: Verdict
        /// Why it did not pass; nil where it did.
        @Nullable package var reason: String?
        /// Its own report; nil where none is kept.
        @Nullable package var report: String?
        /// Since the game day began, and how long it took, in milliseconds.
        package var startMilliseconds = 0.0
        package var durationMilliseconds = 0.0

        package init(name: String, outcome: String, verdict: Verdict, reason: String?, report: String?) {
            self.name = name
            self.outcome = outcome
            self.verdict = verdict
            self.reason = reason
            self.report = report
        }

        private enum CodingKeys: String, CodingKey {
            case name, outcome, verdict, reason, report
            case startMilliseconds = "start_ms"
            case durationMilliseconds = "duration_ms"
        }
    }

    package var schema = ReportJSON.schema
    package var id: String
    /// Of its file.
    package var name: String
    package var title: String
    package var mesh: String
    /// RFC 3339.
    package var began: String
    package var durationMilliseconds = 0.0
    /// Why it ended before its last drill; nil where it did not.
    @Nullable package var reason: String?
    /// Somebody ended it.
    package var isInterrupted = false
    /// The mesh served as a whole afterwards; nil where nobody said.
    @Nullable package var isWhole: Bool?
    /// In order.
    package var drills: [Drill] = []

    /// One that begins.
    package init(id: String, name: String, title: String, mesh: String, began: String) {
        self.id = id
        self.name = name
        self.title = title
        self.mesh = mesh
        self.began = began
        (reason, isWhole) = (nil, nil)
    }

    /// How many drills ended so.
    package func count(_ verdict: Verdict) -> Int { drills.count { $0.verdict == verdict } }

    /// `interrupted failed inconclusive passed`: the gravest thing that is to be said.
    package var outcome: String {
        if isInterrupted { return "interrupted" }
        if count(.failed) > 0 || isWhole == false { return "failed" }
        return count(.inconclusive) + count(.skipped) > 0 ? "inconclusive" : "passed"
    }

    /// Why it has not passed, in words: each drill with what became of it.
    package var told: [String] {
        var words = [reason].compactMap { $0 }
        for drill in drills where drill.verdict == .failed || drill.verdict == .inconclusive {
            let how = drill.verdict == .failed ? "failed" : "is inconclusive"
            let why = [drill.outcome, drill.reason].compactMap { $0 }.joined(separator: ", ")
            words.append("\(drill.name) \(how): \(why)")
        }
        let skipped = drills.filter { $0.verdict == .skipped }.map(\.name)
        if !skipped.isEmpty { words.append("not run: \(skipped.joined(separator: ", "))") }
        if isWhole == false { words.append("the mesh did not serve as a whole afterwards") }
        return words
    }

    /// What a command ends with: 0 all passed, 3 nothing is known of some, 5 one failed, 130 interrupted.
    package var exitCode: Int32 {
        switch outcome {
        case "interrupted": 130
        case "failed": 5
        case "inconclusive": 3
        default: 0
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(title, forKey: .title)
        try container.encode(mesh, forKey: .mesh)
        try container.encode(began, forKey: .began)
        try container.encode(durationMilliseconds, forKey: .durationMilliseconds)
        try container.encode(outcome, forKey: .outcome)
        for verdict in Verdict.allCases {
            guard let key = CodingKeys(stringValue: verdict.rawValue) else { continue }
            try container.encode(count(verdict), forKey: key)
        }
        try container.encode(reason, forKey: .reason)
        try container.encode(isInterrupted, forKey: .isInterrupted)
        try container.encode(isWhole, forKey: .isWhole)
        try container.encode(drills, forKey: .drills)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        schema = try container.decode(String.self, forKey: .schema)
        id = try container.decode(String.self, forKey: .id)
        name = try container.decode(String.self, forKey: .name)
        title = try container.decode(String.self, forKey: .title)
        mesh = try container.decode(String.self, forKey: .mesh)
        began = try container.decode(String.self, forKey: .began)
        durationMilliseconds = try container.decode(Double.self, forKey: .durationMilliseconds)
        isInterrupted = try container.decode(Bool.self, forKey: .isInterrupted)
        drills = try container.decode([Drill].self, forKey: .drills)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        isWhole = try container.decodeIfPresent(Bool.self, forKey: .isWhole)
    }

    private enum CodingKeys: String, CodingKey {
        case schema, id, name, title, mesh, began, outcome, passed, failed, inconclusive, skipped, reason, drills
        case durationMilliseconds = "duration_ms"
        case isInterrupted = "interrupted"
        case isWhole = "whole"
    }
}

extension RunReport {
    /// A game day's report as all others are: each drill is a claim, so that two of them compare drill by drill.
    package mutating func take(_ day: GameDayReport) {
        durationMilliseconds = day.durationMilliseconds
        judge(
            day.drills.map { drill in
                let detail = [drill.outcome, drill.reason].compactMap { $0 }.joined(separator: ": ")
                let claim = DrillClaim.count(drill.name, drill.verdict == .passed ? 1 : 0, .equal, 1, detail: detail)
                return drill.verdict == .passed || drill.verdict == .failed ? claim : claim.unseen(detail)
            }
                + (day.isWhole.map { [.count("the mesh is whole afterwards", $0 ? 1 : 0, .equal, 1)] } ?? []))
        reasons = day.told
        if day.isInterrupted { (outcome, ok, conclusive) = (.interrupted, false, false) }
        figures = GameDayReport.Verdict.allCases.map { Figure("drills \($0.rawValue)", Double(day.count($0))) }
        let drills: [RunMoment] = day.drills.filter { $0.verdict != .skipped }.flatMap { drill -> [RunMoment] in
            let end = [drill.outcome, drill.reason, drill.report.map { "report \($0)" }].compactMap { $0 }
            return [
                RunMoment(at: drill.startMilliseconds, .cause, drill.name, "begins"),
                RunMoment(
                    at: drill.startMilliseconds + drill.durationMilliseconds, .recovery, drill.name,
                    end.joined(separator: "; ")),
            ]
        }
        timeline = (timeline.filter { $0.class != .cause } + drills).sorted { ($0.at, $0.class) < ($1.at, $1.class) }
    }
}

/// `gameday history -o json`: the game days that are kept, and what is scheduled.
package struct GameDaysReport: Codable, Sendable, Equatable {
    /// How a drill has fared over the game days.
    package struct Course: Codable, Sendable, Equatable {
        package var drill: String
        /// As the days, the newest first: a verdict, or null where it was none of that day's drills.
        package var verdicts: [GameDayReport.Verdict?]

        package init(drill: String, verdicts: [GameDayReport.Verdict?]) {
            self.drill = drill
            self.verdicts = verdicts
        }
    }

    package var schema = ReportJSON.schema
    /// What the control plane is to run; nil where nothing is scheduled, or nobody says.
    @Nullable package var scheduled: GameDayOrder?
    /// Newest first.
    package var days: [GameDayReport]
    /// By drill, in the order in which the newest day that has it runs them.
    package var drills: [Course]

    package init(_ days: [GameDayReport], scheduled: GameDayOrder?) {
        self.days = days
        var names: [String] = []
        for drill in days.flatMap(\.drills) where !names.contains(drill.name) { names.append(drill.name) }
        drills = names.map { name in
            Course(drill: name, verdicts: days.map { $0.drills.first { $0.name == name }?.verdict })
        }
        self.scheduled = scheduled
    }
}

/// A game day that the control plane runs each week: `POST /v1/gamedays`.
package struct GameDayOrder: Codable, Sendable, Equatable {
    /// Absolute path of its file; nil: nothing is run any more.
    @Nullable package var file: String?
    /// Days of the week, such as `wednesday`.
    package var every: String?
    /// When it begins, in the machine's time, such as `10:00`.
    package var at: String?
    /// One drill a time, in turn.
    package var one: Bool?
    /// The day of the last run, such as `2026-03-04`.
    package var last: String?

    package init(file: String?, every: String? = nil, at: String? = nil, one: Bool? = nil) {
        self.file = file
        self.every = every
        self.at = at
        self.one = one
    }
}

/// `GET /v1/gamedays`.
package struct GameDayScheduleReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    /// Nil where nothing is scheduled.
    @Nullable package var scheduled: GameDayOrder?

    package init(_ scheduled: GameDayOrder?) { self.scheduled = scheduled }
}

import Evacuation
import MeshBase
import Reports

/// The body of `POST /v1/evacuations`: a region that is to be left or taken back, or cells to be added or drained.
package struct EvacuationRequest: Sendable, Equatable {
    /// What is to be done.
    package var kind: EvacuationPlan.Kind
    /// Its name; whether there is one is for the checks to say.
    package var region: String
    /// Drain: the cells, by name.
    package var cells: [String]?
    /// Add: how many cells; one where left out.
    package var count: Int?
    /// Add: the zone of new ones; nil: the one that has the fewest.
    package var zone: String?
    /// What the user typed a second time; a restore needs none.
    package var confirm: String?
    /// Percent of the cohorts at the end of each stage, rising, the last 100; nil: as the topology says.
    package var stages: [Int]?
    /// How long each stage is watched, 0...1 h; nil: as the topology says.
    package var watch: TimeAmount?
    /// Goes on in spite of what can be forced.
    package var isForced: Bool
    /// What only dead cells have of customers without a majority is given up, and they move too.
    package var acceptsLoss = false
    /// Only the forecast is wanted: nothing is changed.
    package var isDryRun: Bool
    /// The prediction that it stands on; nil for none.
    package var prediction: String?
    /// It is a step of the drill under way.
    package var isOfDrill = false

    /// A request that leaves everything else to the topology.
    package init(
        _ kind: EvacuationPlan.Kind = .evacuate, region: String, confirm: String? = nil, stages: [Int]? = nil,
        watch: TimeAmount? = nil, isForced: Bool = false, isDryRun: Bool = false
    ) {
        self.kind = kind
        self.region = region
        self.confirm = confirm
        self.stages = stages
        self.watch = watch
        self.isForced = isForced
        self.isDryRun = isDryRun
    }

    /// As in a topology.
    package static let longestWatch = TimeAmount.hours(1)

    static let form =
        "{\"kind\": \"evacuate\", \"restore\", \"add\" or \"drain\", \"region\": NAME, \"confirm\": NAME, "
        + "\"cells\": [NAME, ...], \"count\": NUMBER, \"zone\": NAME, \"stages\": [PERCENT, ..., 100], "
        + "\"watch_ms\": NUMBER, \"force\": BOOL, \"accept_loss\": BOOL, \"dry_run\": BOOL, \"prediction\": ID}, of which region is needed, to drain: cells"

    /// Reads what a client sent.
    /// - Throws: 400, with the member that is wrong and what it should be.
    package init(body: [UInt8]) throws(APIFailure) {
        let body = try RequestBody(
            body,
            known: [
                "kind", "region", "confirm", "cells", "count", "zone", "stages", "watch_ms", "force", "accept_loss",
                "dry_run", "prediction", "of_drill",
            ], form: Self.form)
        kind = .evacuate
        if let word = try body.text("kind") {
            guard let known = EvacuationPlan.Kind(rawValue: word) else {
                throw body.failure("kind", "\"evacuate\", \"restore\", \"add\" or \"drain\"")
            }
            kind = known
        }
        let region = try body.text("region") ?? ""
        guard region.utf8.count <= 255, kind == .drain ? region.isEmpty : !region.isEmpty else {
            throw body.failure("region", kind == .drain ? "left out, as the cells say it" : "the name of a region")
        }
        self.region = region
        cells = try body.texts("cells")
        count = try body.integer("count", 1...Int64(ControlPlane.mostAtOnce)).map { Int($0) }
        zone = try body.text("zone")
        if kind == .drain {
            guard let cells, (1...ControlPlane.mostAtOnce).contains(cells.count) else {
                throw body.failure("cells", "the names of 1 to \(ControlPlane.mostAtOnce) cells")
            }
        } else if cells != nil {
            throw body.failure("cells", "left out: it goes with \"drain\"")
        }
        if kind != .add, count != nil || zone != nil {
            throw body.failure(count != nil ? "count" : "zone", "left out: it goes with \"add\"")
        }
        confirm = try body.text("confirm")
        stages = try body.integers("stages")
        if let stages {
            do throws(EvacuationPlanFault) {
                // The number of cohorts says nothing of whether percentages are right.
                _ = try EvacuationStages(planID: 0, cohorts: 1, percents: stages)
            } catch {
                throw APIFailure(400, "'stages': \(error).")
            }
        }
        let longest = Self.longestWatch.millisecondsRoundedUp
        watch = try body.integer("watch_ms", 0...longest).map { .milliseconds($0) }
        isForced = try body.flag("force") ?? false
        acceptsLoss = try body.flag("accept_loss") ?? false
        guard !acceptsLoss || kind == .evacuate else {
            throw body.failure("accept_loss", "left out: it goes with \"evacuate\"")
        }
        isDryRun = try body.flag("dry_run") ?? false
        prediction = try body.text("prediction")
        isOfDrill = try body.flag("of_drill") ?? false
    }
}

/// What comes of an `EvacuationRequest`: the forecast, and whether the plan was decided.
package struct EvacuationAnswer: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// The plan was decided, and cohorts begin to move. False after a dry run, and where the forecast refuses.
    package var begun: Bool
    /// The id of the plan, 16 hexadecimal digits; nil where none began.
    package var plan: String?
    /// What the checks say and what is to be expected.
    package var forecast: EvacuationForecast
    /// What `evacuate` reports of a request that was refused; nil for any other.
    package var report: EvacuationReport?

    /// Only looked at.
    package static func foreseen(_ forecast: EvacuationForecast) -> EvacuationAnswer {
        EvacuationAnswer(begun: false, plan: nil, forecast: forecast, report: nil)
    }

    /// Nothing was changed.
    package static func refused(_ forecast: EvacuationForecast, _ report: EvacuationReport) -> EvacuationAnswer {
        EvacuationAnswer(begun: false, plan: nil, forecast: forecast, report: report)
    }

    /// Under way.
    package static func begun(_ forecast: EvacuationForecast, plan: UInt64) -> EvacuationAnswer {
        EvacuationAnswer(begun: true, plan: planText(plan), forecast: forecast, report: nil)
    }

    /// The id of a plan as reports, events and logs have it.
    package static func planText(_ id: UInt64) -> String { HexText.text(id) }
}

/// What can be done to the evacuation or restore under way: `POST /v1/evacuations/WORD`.
package enum EvacuationChange: String, Sendable, CaseIterable {
    /// No further cohort begins.
    case pause
    /// It goes on.
    case resume
    /// All that has moved goes back.
    case abort
}

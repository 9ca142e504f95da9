import Evacuation
import Reports
import Store

/// Where an evacuation or a restore stands by the events of type `evacuation` alone: what is known of it when no control
/// plane runs. Rows are not counted there, nor how many cohorts have moved: the placement tells that.
package struct EvacuationHistory: Sendable {
    /// The type of the events.
    package static let type = "evacuation"

    /// Of the last plan; nil while there was none.
    package private(set) var status: EvacuationStatus?
    private var plan: String?
    private let cohorts: Int

    /// - Parameter cohorts: how many the mesh's placement has.
    package init(cohorts: Int) { self.cohorts = cohorts }

    /// All of a journal.
    package init(_ journal: Journal, cohorts: Int) {
        self.init(cohorts: cohorts)
        var since: Int64 = 0
        while let page = try? journal.events(since: since, limit: 1_000), let newest = page.last {
            since = newest.id
            for event in page { take(event) }
        }
    }

    /// The next event; any of another type, and one that is not understood, changes nothing.
    package mutating func take(_ event: JournalEvent) {
        struct Attributes: Decodable {
            var plan: String?
            var kind: EvacuationPlan.Kind?
            var percent: Int?
            var reason: String?
        }
        guard event.type == Self.type,
            let attributes = ReportJSON.decode(Attributes.self, Array(event.attributes.utf8))
        else { return }
        // Whoever takes a plan over says that it began, too.
        let isSame = attributes.plan != nil && attributes.plan == plan && status?.outcome.isFinal == false
        if event.action == "began" && !isSame || status == nil || !isOf(event.subject) {
            guard event.action == "began" || attributes.kind != nil else { return }
            plan = attributes.plan
            var fresh = EvacuationStatus.none(cohorts: cohorts)
            fresh.outcome = .running
            fresh.region = event.subject
            fresh.stage = 0
            fresh.step = "checks"
            status = fresh
        }
        if let kind = attributes.kind { status?.kind = kind }
        switch event.action {
        case "stage":
            let former = status?.stage ?? 0
            status?.stage = former + 1
            status?.percent = attributes.percent ?? 0
            go(on: "fill")
        case "stage-ended": go(on: "watch")
        case "moving": go(on: status?.step)
        case "reversing", "releasing": go(on: event.action)
        case "paused": status?.outcome = .paused
        case "stalled": status?.reason = attributes.reason
        default:
            guard let outcome = EvacuationOutcome(rawValue: event.action), outcome.isFinal else { return }
            status?.outcome = outcome
            status?.reason = attributes.reason
            status?.step = nil
            if outcome == .completed { status?.cohorts.moved = cohorts }
        }
    }

    /// Events without a plan are about the one under way.
    private func isOf(_ region: String) -> Bool {
        region.isEmpty || status?.region == region && status?.outcome.isFinal == false
    }

    private mutating func go(on step: String?) {
        status?.outcome = .running
        status?.step = step
        status?.reason = nil
    }
}

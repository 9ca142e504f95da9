import Reports
import Telemetry

/// One trace, put together from what each process of a mesh keeps of it.
struct GatheredTrace {
    struct Decision {
        var node: String
        var at: Double
        var gate: String
        var attempt: Int?
        var policy: String
        var verb: String
        var detail: String
        var numbers: [String: Double?]
        var remaining: Double
    }

    let id: String
    private(set) var customer = ""
    private(set) var service = ""
    private(set) var status = 0
    private(set) var policy = ""
    private(set) var began = Double.infinity
    private(set) var took: Double?
    private(set) var decisions: [Decision] = []
    /// Processes that gave no answer.
    private(set) var missing: [String] = []
    private(set) var dropped = 0
    private(set) var isKnown = false

    init(id: String, pages: [ProcessPages.Answer<TracePage>]) {
        self.id = id
        missing = pages.filter(\.isSilent).map(\.name)
        for answer in pages {
            if let page = answer.page, page.head.trace == id { add(page, of: answer.name) }
        }
        // Of one process they stand in order already.
        decisions = decisions.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }

    private mutating func add(_ page: TracePage, of name: String) {
        isKnown = true
        let head = page.head
        // Who knows the customer's name is the router, where the request begins and ends.
        if !head.customer.isEmpty {
            customer = head.customer
            service = head.service
            status = head.status
            policy = head.policy
            took = head.durationMilliseconds
        } else if service.isEmpty {
            service = head.service
        }
        began = min(began, head.began)
        dropped += page.dropped
        for decision in page.decisions {
            decisions.append(
                Decision(
                    node: name, at: decision.at, gate: decision.gate, attempt: decision.attempt,
                    policy: decision.policy, verb: decision.decision, detail: decision.detail,
                    numbers: decision.numbers, remaining: decision.remainingMilliseconds))
        }
    }
}

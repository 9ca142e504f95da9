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
        var numbers: JSONValue
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

    /// - Parameter pages: nil for a process that gave no answer, null for one that has nothing of the trace.
    init(id: String, pages: [(name: String, page: JSONValue?)]) {
        self.id = id
        for (name, page) in pages {
            guard let page else {
                missing.append(name)
                continue
            }
            if page["trace"].text == id { add(page, of: name) }
        }
        // Of one process they stand in order already.
        decisions = decisions.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }

    private mutating func add(_ page: JSONValue, of name: String) {
        isKnown = true
        let at = page["at_ms"].double ?? 0
        // Who knows the customer's name is the router, where the request begins and ends.
        if let customer = page["customer"].text, !customer.isEmpty {
            self.customer = customer
            service = page["service"].text ?? ""
            status = page["status"].int ?? 0
            policy = page["policy"].text ?? ""
            took = page["duration_ms"].double
        } else if service.isEmpty {
            service = page["service"].text ?? ""
        }
        began = min(began, at)
        dropped += page["dropped"].int ?? 0
        for decision in page["decisions"].elements {
            decisions.append(
                Decision(
                    node: name, at: decision["at_ms"].double ?? at, gate: decision["gate"].text ?? "",
                    attempt: decision["attempt"].int, policy: decision["policy"].text ?? "",
                    verb: decision["decision"].text ?? "", detail: decision["detail"].text ?? "",
                    numbers: decision["numbers"], remaining: decision["remaining_ms"].double ?? 0))
        }
    }
}

import MeshBase

@testable import Reports

/// A request that failed over: `a-1` lost it to a cut, `b-1` answered, and what it called there was refused and replaced.
enum TraceSample {
    static let id = "4bf92f3577b34da6a3ce929d0e0e4736"

    static func decision(
        _ at: Double, _ gate: String, _ attempt: Int?, _ policy: String, _ verb: String, _ detail: String = "why",
        _ numbers: String = "{}"
    ) -> String {
        let attempt = attempt.map { "\"attempt\":\($0)," } ?? ""
        return
            #"{"at_ms":\#(at),"gate":"\#(gate)",\#(attempt)"policy":"\#(policy)","decision":"\#(verb)","detail":"\#(detail)","#
            + #""numbers":\#(numbers),"remaining_ms":900}"#
    }

    static func page(
        _ node: String, role: String, began: Double, took: Double, status: Int = 200, customer: String = "",
        service: String = "checkout", parent: String = "", strikes: String = "", _ decisions: [String]
    ) throws -> TracePage {
        let text =
            #"{"trace":"\#(id)","node":"\#(node)","at_ms":\#(began),"customer":"\#(customer)","service":"\#(service)","#
            + #""method":"GET","status":\#(status),"policy":"","duration_ms":\#(took),"explained":true,"kept":"failed-over","#
            + #""role":"\#(role)","region":"east","zone":"a","parent":"\#(parent)","strikes":[\#(strikes)],"dropped":0,"#
            + #""decisions":[\#(decisions.joined(separator: ","))]}"#
        return try ReportJSON.read(TracePage.self, Array(text.utf8))
    }

    /// As its process tells it, in one line.
    static func text(of page: TracePage) -> [UInt8] {
        func json(_ value: some Encodable) -> String {
            String(decoding: ReportJSON.encode(value).dropLast(), as: UTF8.self)
        }
        return Array(
            (json(page.head).dropLast()
                + #","role":"\#(page.role)","region":"east","zone":"a","parent":"\#(page.parent)","#
                + #""strikes":\#(json(page.strikes)),"decisions":\#(json(page.decisions)),"dropped":\#(page.dropped)}"#)
                .utf8)
    }

    static func router(strikes: String = "") throws -> TracePage {
        try page(
            "r1", role: "router", began: 1_000, took: 317, customer: "c7", parent: "00f067aa0ba902b7", strikes: strikes,
            [
                decision(1_000, "r1", nil, "admission", "admitted"),
                decision(1_000, "r1/a-1/checkout", 1, "placement", "started", "first", #"{"epoch":3}"#),
                decision(1_000, "r1/a-1/checkout", 1, "bulkhead", "admitted", "closed, 3 of 20 failed"),
                decision(1_250, "r1/a-1/checkout", 1, "attempt-timeout", "cancelled", "attempt 1 ran into its limit"),
                decision(1_250, "r1/a-1/checkout", 1, "breaker", "opened"),
                decision(1_250, "r1/b-1/checkout", 2, "retry", "retried", "attempt 2 of 3"),
                decision(1_250, "r1/b-1/checkout", 2, "bulkhead", "admitted"),
                decision(1_316, "r1/b-1/checkout", 2, "service", "settled", "ok"),
                decision(1_317, "", nil, "service", "settled", "by attempt 2"),
            ])
    }

    static func cell(strikes: String = "") throws -> TracePage {
        try page(
            "b-1", role: "cell", began: 1_252, took: 62, strikes: strikes,
            [
                decision(1_252, "b-1/checkout", nil, "bulkhead", "admitted"),
                decision(1_253, "b-1/checkout/shipping", 1, "service", "started"),
                decision(
                    1_253, "b-1/checkout/shipping", 1, "breaker", "refused", "open, 62 % of 21",
                    #"{"failure_rate":0.62}"#),
                decision(1_254, "b-1/checkout/shipping", nil, "degradation", "fell-back", "cached stands in"),
                decision(1_255, "b-1/checkout/stock", 1, "service", "started"),
                decision(1_255, "b-1/stock", nil, "bulkhead", "admitted"),
                decision(1_300, "b-1/stock", nil, "service", "settled", "stock: ok", #"{"worked_ms":45}"#),
                decision(1_301, "b-1/checkout/stock", 1, "service", "settled", "ok"),
                decision(1_314, "b-1/checkout", nil, "service", "settled", "checkout: ok", #"{"worked_ms":62}"#),
            ])
    }

    static func strike(_ id: String, nodes: [String] = [], services: [String] = [], from: Double, to: Double?) -> String
    {
        let list = { (names: [String]) in names.map { "\"\($0)\"" }.joined(separator: ",") }
        return #"{"id":"\#(id)","kind":"partition","nodes":[\#(list(nodes))],"services":[\#(list(services))],"#
            + #""from_ms":\#(from)\#(to.map { ",\"to_ms\":\($0)" } ?? "")}"#
    }

    static func trace(router strikes: String = "", cell others: String = "") throws -> GatheredTrace {
        GatheredTrace(
            id: id, pages: [("b-1", try cell(strikes: others)), ("r1", try router(strikes: strikes))], missing: ["a-1"])
    }
}

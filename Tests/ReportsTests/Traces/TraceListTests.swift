import Testing

@testable import Reports

/// Which traces are listed, and how they are tapped and compared.
@Suite struct TraceListTests {
    private func head(_ trace: String = "ab", began: Double = 0, took: Double? = 10, status: Int = 200) -> TraceHead {
        TraceHead(
            trace: trace, node: "r1", began: began, customer: "c7", service: "checkout", method: "GET", status: status,
            policy: "deadline", durationMilliseconds: took, explained: false, kept: "failed", cells: ["a-1"],
            against: ["breaker"], faults: ["f3"])
    }
    private func wants(_ head: TraceHead, now: Double = 100, _ change: (inout TraceFilter) -> Void) -> Bool {
        var filter = TraceFilter()
        change(&filter)
        return filter.wants(head, now: now)
    }

    @Test func aFilterWantsWhatItSays() {
        #expect(wants(head()) { _ in })
        #expect(wants(head(status: 503)) { $0.statuses = TraceFilter.statuses("5xx")! })
        #expect(!wants(head(status: 429)) { $0.statuses = TraceFilter.statuses("5xx,404")! })
        #expect(wants(head(status: 429)) { $0.isFailed = true } && !wants(head(status: 404)) { $0.isFailed = true })
        #expect(wants(head()) { $0.slow = 10 } && !wants(head()) { $0.slow = 10.5 })
        #expect(wants(head(took: nil)) { $0.slow = 50 }, "it goes on for 100 ms")
        #expect(
            wants(head()) { $0.cell = "a-1" } && wants(head()) { $0.cell = "r1" } && !wants(head()) { $0.cell = "b" })
        #expect(wants(head()) { $0.fault = "f3" } && !wants(head()) { $0.fault = "f4" })
        #expect(wants(head()) { $0.policy = "breaker" } && wants(head()) { $0.policy = "deadline" })
        #expect(!wants(head()) { $0.policy = "retry" } && !wants(head()) { $0.customer = "c8" })
        var inner = head()
        inner.customer = ""
        #expect(!wants(inner) { _ in }, "a cell's part is no request of a client")
    }

    /// Which faults lie on a service only its cell knows; its part may have the name of an attempt.
    @Test func whatCellsTellIsListedWhereTheRequestCameIn() {
        var (router, cell, attempt) = (head(), head(), head("cd"))
        router.attempts = ["cd"]
        (cell.customer, cell.faults, cell.against) = ("", ["f10"], ["breaker"])
        (attempt.customer, attempt.faults, attempt.against) = ("", ["f2"], ["throttle"])
        let joined = TraceFilter.joined([cell, router, attempt, head("other")])
        #expect(joined.map(\.trace) == ["ab", "other"] && joined[1].faults == ["f3"])
        #expect(joined[0].faults == ["f2", "f3", "f10"] && joined[0].against == ["breaker", "throttle"])
    }

    @Test(arguments: ["", "x", "5x", "6xx", "0xx", "99", "600", "5xx,", "-50", "+50", "５xx"])
    func whatIsNoStatusIsRefused(_ text: String) { #expect(TraceFilter.statuses(text) == nil) }

    @Test func aTapShowsEachOnceAndNoMoreThanItsRate() {
        var tap = TraceTap(rate: 2, now: 1_000)
        let heads = (0..<4).map { head("t\($0)", began: 1_000 + Double($0)) }
        #expect(tap.take(heads.reversed() + [head("old", began: 999)], now: 1_010).map(\.trace) == ["t0", "t1"])
        #expect(tap.leftOut == 2 && tap.take(heads, now: 1_020).isEmpty && tap.leftOut == 2)
        let open = head("open", began: 2_000, took: nil)
        #expect(tap.take([open], now: 2_100).isEmpty, "it goes on")
        #expect(tap.take([open], now: 7_000).map(\.trace) == ["open"], "nobody waits for ever")
        #expect(tap.since(now: 7_000) == 1_000 && tap.since(now: 100_000) == 40_000)
    }

    @Test func aDifferenceNamesWhereTheTimeWent() throws {
        let a = GatheredTrace(id: TraceSample.id, pages: [("r1", try TraceSample.router())])
        let b = try TraceSample.trace()
        let same = TraceDifference(b, b)
        #expect(same.decisions.isEmpty && same.spans.allSatisfy { $0.deltaMilliseconds == 0 })
        let found = TraceDifference(a, b)
        #expect(found.spans.first { $0.span == "checkout / attempt 2" }?.b?.node == "b-1")
        let stock = try #require(found.spans.first { $0.span.hasSuffix("checkout > stock") })
        #expect(stock.a == nil && stock.b?.durationMilliseconds == 46 && stock.deltaMilliseconds == nil)
        #expect(
            found.decisions.contains { $0.policy == "breaker" && $0.decision == "refused" && $0.a == 0 && $0.b == 1 })
        #expect(!found.decisions.contains { $0.policy == "retry" })
    }
}
